/**
 * `deno task fuzz`: a bounded run with a seed that repeats it.
 *
 * @module
 */
import { fuzz, fuzzOne } from "./http.ts";
import { fuzzUpstream } from "./upstream.ts";

function option(name: string, otherwise: number): number {
  const prefix = `--${name}=`;
  const given = Deno.args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
  return given === undefined ? otherwise : Number(given);
}

const seed = option("seed", Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 1_000_000_000));
const say = (text: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
};
say(`seed ${seed}\n`);
for (const [what, one] of [["requests", fuzzOne], ["answers", fuzzUpstream]] as const) {
  const done = await fuzz(seed, option("count", 200_000), option("seconds", 60), one);
  say(`${what}: ${done} cases, no rule broken\n`);
}
