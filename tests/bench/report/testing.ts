/** Figures and runs for tests. */
import type { Figure, Run } from "./figures.ts";

export function figure(parts: Partial<Figure>): Figure {
  return {
    row: "keep-alive",
    server: "httpcfg",
    measure: "req/CPU s",
    unit: "",
    better: "more",
    rounds: [],
    ...parts,
  };
}

export function run(figures: Figure[]): Run {
  return {
    date: "2026-01-01T00:00:00.000Z",
    commit: "0123456789ab",
    program: "from source",
    machine: "servers on core 0, clients on 1",
    versions: { deno: "2.9.6" },
    rounds: 5,
    seconds: 3,
    figures,
  };
}
