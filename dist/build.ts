/**
 * Edge: `deno task build` builds the files that people download from the sources.
 *
 * Without options it makes `dist/bin/httpcfg` for this machine: the standalone form, or the
 * portable form if the runtime of the standalone form cannot be fetched. `--target` names other
 * platforms; `all` means every one of them.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type BuildInfo, bundleProgram, commitOf } from "./bundle.ts";
import { compileBundle } from "./compile.ts";
import { hasDeb, writeDeb } from "./deb.ts";
import { writeNpmPackages } from "./npm.ts";
import { writePortable } from "./portable.ts";
import { BuildError } from "./run.ts";
import { SUMS_FILE, sumsOf } from "./sums.ts";
import { findTarget, releaseName, type Target, TARGETS } from "./targets.ts";

const USAGE =
  `Usage: deno task build [--target=NAME,…|all] [--portable] [--runtime=FILE] [--deb] [--npm]
                       [--out=DIR]

  --target=NAME   ${TARGETS.map((target) => target.name).join(", ")}, all
  --portable      a shell script with the runtime and the program, if deno compile cannot be used
  --runtime=FILE  the deno executable of the portable form (default: the running one)
  --deb           also a Debian package of each file for Linux
  --npm           also the npm packages of what is built, in DIR/npm; publishes nothing
  --out=DIR       the output directory (default: dist/bin)
`;

interface Plan {
  /** Null means this machine, under the plain name `httpcfg`. */
  readonly targets: readonly Target[] | null;
  readonly portable: boolean;
  readonly runtime: string;
  readonly deb: boolean;
  readonly npm: boolean;
  readonly out: string;
}

/** Parses the command line. Throws a {@linkcode BuildError} that names what is not known. */
function parsePlan(args: readonly string[], root: string): Plan {
  const flags = parseArgs(args, {
    string: ["target", "runtime", "out", "_"],
    boolean: ["portable", "deb", "npm"],
    unknown: (arg) => {
      throw new BuildError(`Cannot build with "${arg}": unknown option\n${USAGE}`);
    },
  });
  const names = typeof flags.target === "string" ? flags.target.split(",") : null;
  const targets = names?.flatMap((name) => {
    if (name === "all") return TARGETS;
    const target = findTarget(name);
    if (target === undefined) {
      throw new BuildError(`Cannot build for "${name}": unknown target\n${USAGE}`);
    }
    return [target];
  }) ?? null;
  const runtime = typeof flags.runtime === "string" ? flags.runtime : Deno.execPath();
  const out = typeof flags.out === "string" ? flags.out : `${root}/dist/bin`;
  if (flags.deb === true && !(targets ?? [hostTarget()]).some(hasDeb)) {
    throw new BuildError(`Cannot make a package: no target is Linux\n${USAGE}`);
  }
  return {
    targets,
    portable: flags.portable === true,
    runtime,
    deb: flags.deb === true,
    npm: flags.npm === true,
    out,
  };
}

/** Builds what `plan` says and returns the names of the files. */
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
      // Removed, not overwritten: the old build may be running, and deno compile refuses to replace
      // it then.
      await Deno.remove(out).catch(ignoreNotFound);
      const isPortable = plan.portable ||
        await compileBundle({ bundle, target, out }) === "unreachable";
      if (isPortable) {
        if (!plan.portable) {
          say(
            `note: deno compile cannot fetch its runtime for ${target.name}; ` +
              "building the portable form",
          );
        }
        if (target !== hostTarget() && plan.runtime === Deno.execPath()) {
          throw new BuildError(
            `Cannot build the portable form for "${target.name}": ` +
              `the deno executable for ${target.name} expected\nhint: --runtime=FILE`,
          );
        }
        await writePortable({ bundle, files, runtime: plan.runtime, info, out });
      }
      made.push(name);
      if (!plan.deb || !hasDeb(target)) continue;
      const options = { root, bundle, target, isPortable, version: info.version };
      await writeDeb({ ...options, program: out, out: `${out}.deb` });
      made.push(`${name}.deb`);
    }
    if (plan.npm) await packForNpm(plan, root, info.version);
    return made;
  } finally {
    await Deno.remove(bundle, { recursive: true });
  }
}

/** Makes the npm packages of the files that {@linkcode build} has made. */
async function packForNpm(plan: Plan, root: string, version: string): Promise<void> {
  const built = plan.targets === null
    ? [{ target: hostTarget(), path: `${plan.out}/httpcfg` }]
    : plan.targets.map((target) => ({ target, path: `${plan.out}/${releaseName(target)}` }));
  for (const path of await writeNpmPackages({ root, version, built, out: `${plan.out}/npm` })) {
    say(path);
  }
}

function hostTarget(): Target {
  const target = findTarget(Deno.build.target);
  if (target === undefined) {
    throw new BuildError(`Cannot build on "${Deno.build.target}": unknown target`);
  }
  return target;
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  const root = await Deno.realPath(`${import.meta.dirname}/..`);
  try {
    const plan = parsePlan(Deno.args, root);
    const names = await build(plan, root);
    await Deno.writeTextFile(`${plan.out}/${SUMS_FILE}`, await sumsOf(plan.out, names));
    for (const name of names) say(`${plan.out}/${name}`);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`error: ${error.message}`);
    Deno.exitCode = 1;
  }
}
