/**
 * Commands by the length of the list, against an empty script on the same runtime, which is what
 * starting costs.
 *
 * @module
 */
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { CALL } from "../../support/program.ts";
import type { Bench, Row } from "../bench.ts";
import { FLOOR, OURS } from "../report/figures.ts";
import type { Goal } from "../report/goals.ts";
import type { Scope } from "../machine/scope.ts";
import { writeDocument } from "../servers/httpcfg.ts";

const LENGTHS = [10, 100, 1000, 10_000];
/** A command is over in a moment: a round of other rows is worth several of these. */
const RUNS_EACH_ROUND = 4;
/** Runs of each that are not measured: they fill caches and begin the history. */
const WARM = 2;

interface Command {
  readonly name: string;
  readonly title: string;
  readonly goals: readonly Goal[];
  /** The words of run `i`. */
  words(i: number): readonly string[];
  /** The text of entry `i` of the list that it begins with. */
  entry(i: number): string;
  /** Exit statuses of success. */
  readonly success: readonly number[];
}

const address = (i: number): string => `10.1.${i >> 8}.${i & 255}`;

export const COMMAND_ROWS: readonly Row[] = [
  commandRow({
    name: "query",
    title: "query iplisten, wall clock; the floor is an empty script",
    goals: [
      { work: "`query iplisten`", measure: measureOf(1000), against: FLOOR, atMost: 1.2 },
    ],
    words: () => ["query", "iplisten"],
    entry: address,
    success: [0],
  }),
  commandRow({
    name: "set",
    title: "set iplisten, one entry more, wall clock; the floor is an empty script",
    goals: [{ work: "`set iplisten`", measure: measureOf(1000), against: FLOOR }],
    words: (i) => ["set", "iplisten", "-i", `192.0.${2 + (i >> 8)}.${i & 255}`],
    entry: address,
    success: [0],
  }),
  commandRow({
    name: "plan",
    title: "plan with CIDR entries, wall clock; the floor is an empty script",
    goals: [{ work: "`plan`", measure: measureOf(1000), against: FLOOR }],
    words: () => ["plan"],
    // One address that the machine has, so that there is a socket to open.
    entry: (i) => i === 0 ? "127.0.0.1" : `10.${i >> 8}.${i & 255}.0/24`,
    success: [0, 2], // 2 if a socket would open
  }),
];

function measureOf(length: number): string {
  return `${length} entries`;
}

function commandRow(command: Command): Row {
  const { name, title, goals } = command;
  return {
    name,
    title,
    goals,
    usesEveryCore: true,
    run: async (bench) => {
      const homes = LENGTHS.map((length) => {
        const home = bench.scope.folder();
        const ipListen = Array.from({ length }, (_, i) => command.entry(i));
        writeDocument(home, { ...DEFAULT_DOCUMENT, ipListen });
        return { home, length };
      });
      const empty = `${bench.scope.folder()}/empty.js`;
      Deno.writeTextFileSync(empty, "");
      for (let i = -WARM; i < RUNS_EACH_ROUND * bench.options.rounds; i++) {
        for (const { home, length } of homes) {
          await onePair(bench, command, { i, home, length, empty });
        }
      }
    },
  };
}

async function onePair(
  bench: Bench,
  { words, success }: Command,
  { i, home, length, empty }: {
    readonly i: number;
    readonly home: string;
    readonly length: number;
    readonly empty: string;
  },
): Promise<void> {
  const measure = { measure: measureOf(length), unit: "ms", better: "less" } as const;
  const ours = await timed(bench.scope, [...CALL, ...words(i + WARM)], home, success);
  const floor = await timed(
    bench.scope,
    [Deno.execPath(), "run", "-A", "--no-prompt", empty],
    home,
  );
  if (i < 0) return;
  bench.add(OURS, measure, ours);
  bench.add(FLOOR, measure, floor);
}

/** Runs a command in a home and returns its wall-clock milliseconds. */
async function timed(
  scope: Scope,
  command: readonly string[],
  home: string,
  success: readonly number[] = [0],
): Promise<number> {
  const start = performance.now();
  const child = scope.start(command, {
    env: { HTTPCFG_HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  const { code } = await child.status;
  const took = performance.now() - start;
  if (!success.includes(code)) throw new Error(`${command.join(" ")}: ${code}`);
  return took;
}
