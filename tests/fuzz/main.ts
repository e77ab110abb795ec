/**
 * `deno task fuzz [--target=NAME,NAME] [--seed=N] [--count=N] [--seconds=N]`: runs every target for its
 * share of the time, 60 seconds in all by default. A finding prints the command that repeats it.
 *
 * @module
 */
import { stackOf } from "../../mod/base/fault.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

function option(name: string): string | undefined {
  const prefix = `--${name}=`;
  return Deno.args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}

const say = (text: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
};

/** Runs the cases from `seed` on until `count` are done or `seconds` have passed. */
async function fuzz(
  target: Target,
  seed: number,
  { count, seconds }: { readonly count: number; readonly seconds: number },
): Promise<void> {
  const open = await target.open();
  const end = performance.now() + seconds * 1000;
  let done = 0;
  try {
    for (; done < count && performance.now() < end; done++) await open.run(seed + done);
    await open.close();
  } catch (error) {
    say(`${target.name}: case ${done}: ${stackOf(error)}\n`);
    if (error instanceof Error && error.cause !== undefined) say(`${stackOf(error.cause)}\n`);
    say(`to repeat it: deno task fuzz --target=${target.name} --seed=${seed + done} --count=1\n`);
    Deno.exit(1);
  }
  say(`${target.name}: ${done} cases, no rule broken\n`);
}

const seed = Number(option("seed") ?? Deno.env.get("FUZZ_SEED") ?? Date.now() % 1_000_000_000);
const names = option("target")?.split(",");
const chosen = TARGETS.filter((target) => names?.includes(target.name) ?? true);
if (chosen.length === 0 || !Number.isSafeInteger(seed)) {
  say(`the targets: ${TARGETS.map((target) => target.name).join(", ")}; a seed is a number\n`);
  Deno.exit(2);
}
say(`seed ${seed}\n`);
const limits = {
  count: Number(option("count") ?? Infinity),
  seconds: Number(option("seconds") ?? 60) / chosen.length,
};
for (const target of chosen) await fuzz(target, seed, limits);
