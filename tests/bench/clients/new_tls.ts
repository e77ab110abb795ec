/**
 * A client that makes a TLS connection for each request, four at a time: all with full handshakes,
 * or all but the first ones resumed where the server lets them.
 *
 * @module
 */
import type { Bench } from "../bench.ts";
import type { Client } from "../rows/load.ts";
import type { Load } from "./wrk.ts";

const AT_ONCE = 4;

/** What `openssl s_time` did. */
export interface Handshakes {
  readonly full: number;
  readonly resumed: number;
}

/** Returns a client that asks for `path`, and counts in `seen` what its handshakes were. */
export function newTlsClient(
  { scope }: Bench,
  mode: "-new" | "-reuse",
  path: string,
  seen: (handshakes: Handshakes, name: string) => void,
): Client {
  return async ({ name, hostname, port }, seconds): Promise<Load> => {
    const to = `${hostname}:${port}`;
    const words = ["openssl", "s_time", "-connect", to, mode, "-www", path, "-time"];
    const start = performance.now();
    const all = await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      const options = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
      const child = scope.start([...words, String(seconds)], options);
      const { success, stdout } = await child.output();
      return { success, ...parseHandshakes(new TextDecoder().decode(stdout)) };
    }));
    const took = (performance.now() - start) / 1000;
    const sum = (key: keyof Handshakes): number => all.reduce((total, one) => total + one[key], 0);
    const handshakes = { full: sum("full"), resumed: sum("resumed") };
    seen(handshakes, name);
    return {
      requests: handshakes.full + handshakes.resumed,
      seconds: took,
      p50Ms: NaN,
      p99Ms: NaN,
      errors: all.filter(({ success }) => !success).length,
    };
  };
}

/** Parses the output of `openssl s_time`: `r` for a resumed handshake, another mark for a full one. */
export function parseHandshakes(output: string): Handshakes {
  const marks = output.split("\n").filter((line) => /^[*t3r]+$/.test(line)).join("");
  const resumed = marks.replaceAll(/[^r]/g, "").length;
  return { full: marks.length - resumed, resumed };
}
