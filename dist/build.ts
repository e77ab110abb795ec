/**
 * Edge: `deno task build`, from the sources to the files that people download.
 *
 * Without options it makes `dist/bin/httpcfg` for this machine: the standalone form, or, where its
 * runtime cannot be fetched, the portable one. `--target` names other machines, `all` means each.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { createHash } from "node:crypto";
import { type BuildInfo, bundleProgram, commitOf } from "./bundle.ts";
import { compileBundle } from "./compile.ts";
import { writePortable } from "./portable.ts";
import { BuildError } from "./run.ts";
import { findTarget, releaseName, type Target, TARGETS } from "./targets.ts";

const USAGE =
  `Usage: deno task build [--target=NAME,…|all] [--portable] [--runtime=FILE] [--out=DIR]

  --target=NAME   ${TARGETS.map((target) => target.name).join(", ")}, all
  --portable      a shell head with the runtime and the program, where deno compile cannot be used
  --runtime=FILE  the deno to put into the portable form; this one where not given
  --out=DIR       dist/bin where not given
`;

interface Plan {
  /** Null: this machine, under the plain name `httpcfg`. */
  readonly targets: readonly Target[] | null;
  readonly portable: boolean;
  readonly runtime: string;
  readonly out: string;
}

/** What the command line asks for. Throws a {@linkcode BuildError} that says what it does not know. */
function parsePlan(args: readonly string[], root: string): Plan {
  const flags = parseArgs(args, {
    string: ["target", "runtime", "out", "_"],
    boolean: ["portable"],
    unknown: (arg) => {
      throw new BuildError(`Cannot build with "${arg}": no such option\n${USAGE}`);
    },
  });
  const names = typeof flags.target === "string" ? flags.target.split(",") : null;
  const targets = names?.flatMap((name) => {
    if (name === "all") return TARGETS;
    const target = findTarget(name);
    if (target === undefined) throw new BuildError(`Cannot build for "${name}"\n${USAGE}`);
    return [target];
  }) ?? null;
  const runtime = typeof flags.runtime === "string" ? flags.runtime : Deno.execPath();
  const out = typeof flags.out === "string" ? flags.out : `${root}/dist/bin`;
  return { targets, portable: flags.portable === true, runtime, out };
}

/** Builds what `plan` says and returns the names of the files made. */
async function build(plan: Plan, root: string): Promise<readonly string[]> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const info: BuildInfo = { version: config.version, commit: await commitOf(root) };
  const bundle = await Deno.makeTempDir({ prefix: "httpcfg-build-" });
  try {
    const files = await bundleProgram({ root, entry: `${root}/main.ts`, out: bundle, info });
    await Deno.mkdir(plan.out, { recursive: true });
    const made: string[] = [];
    for (const target of plan.targets ?? [hostTarget()]) {
      const name = plan.targets === null ? "httpcfg" : releaseName(target);
      const out = `${await Deno.realPath(plan.out)}/${name}`;
      // Removed, not written over: the old build may be running, and deno compile refuses to.
      await Deno.remove(out).catch(ignoreNotFound);
      if (plan.portable || await compileBundle({ bundle, target, out }) === "unreachable") {
        if (!plan.portable) say(`no runtime of deno compile for ${target.name}: portable form`);
        if (target !== hostTarget() && plan.runtime === Deno.execPath()) {
          throw new BuildError(
            `Cannot build the portable form for "${target.name}": give its deno with --runtime=FILE`,
          );
        }
        await writePortable({ bundle, files, runtime: plan.runtime, info, out });
      }
      made.push(name);
    }
    return made;
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
}

function hostTarget(): Target {
  const target = findTarget(Deno.build.target);
  if (target === undefined) throw new BuildError(`Cannot build on "${Deno.build.target}"`);
  return target;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** `SHA256SUMS` beside the files, in the form that `sha256sum -c` reads. */
async function writeSums(out: string, names: readonly string[]): Promise<void> {
  const lines = await Promise.all(names.map(async (name) => {
    const bytes = await Deno.readFile(`${out}/${name}`);
    return `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  }));
  await Deno.writeTextFile(`${out}/SHA256SUMS`, lines.join(""));
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const root = await Deno.realPath(`${import.meta.dirname}/..`);
  try {
    const plan = parsePlan(Deno.args, root);
    const names = await build(plan, root);
    await writeSums(plan.out, names);
    for (const name of names) say(`${plan.out}/${name}`);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`error: ${error.message}`);
    Deno.exitCode = 1;
  }
}
