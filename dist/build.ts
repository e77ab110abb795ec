/**
 * Edge: `deno task build` builds the files that people download from the sources.
 *
 * Without options it makes `dist/bin/httpcfg` (`httpcfg.exe` on Windows) for this machine: the
 * standalone form, or the portable form if the runtime of the standalone form cannot be fetched.
 * `--target` names other platforms; `all` means every one of them. What cannot be made keeps nothing
 * else from being made, and is a failure all the same.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type BuildInfo, bundleProgram, commitOf } from "./bundle.ts";
import { compileBundle } from "./compile.ts";
import { hasDeb, writeDeb } from "./deb.ts";
import { fetchRuntime } from "./npm_runtime.ts";
import { type BuiltFile, writeNpmPackages } from "./npm.ts";
import { writePortable } from "./portable.ts";
import { writePortableZip } from "./portable_zip.ts";
import { BuildError } from "./run.ts";
import { runtimeProblem } from "./runtime_check.ts";
import { SUMS_FILE, sumsOf } from "./sums.ts";
import { extensionOf, findTarget, type Form, isWindows, type Target, TARGETS } from "./targets.ts";

const USAGE =
  `Usage: deno task build [--target=NAME,…|all] [--portable] [--runtime=FILE|npm] [--deb] [--npm]
                       [--out=DIR]

  --target=NAME   ${TARGETS.map((target) => target.name).join(", ")}, all
  --portable      the runtime and the program behind a shell script, or for Windows in a zip file,
                  if deno compile cannot be used
  --runtime=FILE  the deno executable of the portable form (default: the running one)
  --runtime=npm   for each target the one that npm has, of the version that is running
  --deb           also a Debian package of each file for Linux
  --npm           also the npm packages of what is built, in DIR/npm; publishes nothing
  --out=DIR       the output directory (default: dist/bin)
`;

/** Where the runtime of the portable form comes from: the running one, npm, or a file. */
type RuntimeSource = { readonly from: "self" | "npm" } | { readonly file: string };

interface Plan {
  /** Null means this machine, under the plain name `httpcfg`. */
  readonly targets: readonly Target[] | null;
  readonly portable: boolean;
  readonly runtime: RuntimeSource;
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
  const out = typeof flags.out === "string" ? flags.out : `${root}/dist/bin`;
  if (flags.deb === true && !(targets ?? [hostTarget()]).some(hasDeb)) {
    throw new BuildError(`Cannot make a package: no target is Linux\n${USAGE}`);
  }
  return {
    targets: targets && [...new Set(targets)],
    portable: flags.portable === true,
    runtime: parseRuntime(flags.runtime),
    deb: flags.deb === true,
    npm: flags.npm === true,
    out,
  };
}

function parseRuntime(text: unknown): RuntimeSource {
  if (typeof text !== "string") return { from: "self" };
  return text === "npm" ? { from: "npm" } : { file: text };
}

/** A build that makes one file after another. */
class Build {
  /** The names of all files that were made. */
  readonly made: string[] = [];
  /** What each target was built into, for the npm packages. */
  readonly built: BuiltFile[] = [];
  readonly missing: string[] = [];
  readonly #plan: Plan;
  readonly #root: string;
  readonly #info: BuildInfo;
  /** The directory of the bundle and of runtimes, removed at the end. */
  readonly #work: string;
  /** The files of the bundle, once something needs them. */
  #files: Promise<readonly string[]> | null = null;

  private constructor(plan: Plan, root: string, info: BuildInfo, work: string) {
    this.#plan = plan;
    this.#root = root;
    this.#info = info;
    this.#work = work;
  }

  /** Builds what `plan` says; a target that cannot be built is in {@linkcode missing}. */
  static async run(plan: Plan, root: string, version: string): Promise<Build> {
    const info: BuildInfo = { version, commit: await commitOf(root) };
    const work = await Deno.makeTempDir({ prefix: "httpcfg-build-" });
    try {
      await Deno.mkdir(plan.out, { recursive: true });
      const build = new Build(plan, root, info, work);
      for (const target of plan.targets ?? [hostTarget()]) await build.#add(target);
      return build;
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  }

  get #bundle(): string {
    return `${this.#work}/bundle`;
  }

  /** Returns the files of the bundle, which is made for the first target that can be built. */
  #bundled(): Promise<readonly string[]> {
    const [root, out, info] = [this.#root, this.#bundle, this.#info];
    return this.#files ??= bundleProgram({ root, entry: `${root}/main.ts`, out, info });
  }

  /** Builds for one target. Says why, if it cannot. */
  async #add(target: Target): Promise<void> {
    try {
      await this.#make(target);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      say(`error: ${error.message}`);
      this.missing.push(target.name);
    }
  }

  async #make(target: Target): Promise<void> {
    const { portable, deb } = this.#plan;
    // Removed, not overwritten: the old build may be running, and deno compile refuses to replace it
    // then. In both forms, so that nothing older is left beside what is made.
    for (const form of ["standalone", "portable"] as const) {
      await removeOld(this.#pathOf(target, form));
      if (hasDeb(target)) await removeOld(`${this.#pathOf(target, form)}.deb`);
    }
    const form = portable || !(await this.#compile(target)) ? "portable" : "standalone";
    if (form === "portable") await this.#makePortable(target);
    const path = this.#pathOf(target, form);
    this.made.push(this.#nameOf(target, form));
    this.built.push({ target, path });
    if (!deb || !hasDeb(target)) return;
    const options = { root: this.#root, bundle: this.#bundle, target, out: `${path}.deb` };
    const { version } = this.#info;
    await writeDeb({ ...options, program: path, isPortable: form === "portable", version });
    this.made.push(`${this.#nameOf(target, form)}.deb`);
  }

  /** Makes the standalone form; false if that takes a download that fails. */
  async #compile(target: Target): Promise<boolean> {
    const out = this.#pathOf(target, "standalone");
    await this.#bundled();
    if (await compileBundle({ bundle: this.#bundle, target, out }) === "made") return true;
    say(
      `note: deno compile cannot fetch its runtime for ${target.name}; building the portable form`,
    );
    return false;
  }

  async #makePortable(target: Target): Promise<void> {
    const runtime = await this.#runtimeFor(target);
    const files = await this.#bundled();
    const out = this.#pathOf(target, "portable");
    const options = { bundle: this.#bundle, files, runtime, info: this.#info, out };
    if (isWindows(target)) {
      const license = await Deno.readTextFile(`${this.#root}/LICENSE`);
      await writePortableZip({ ...options, license });
    } else {
      await writePortable(options);
    }
    // A runtime has 90 MB.
    if (runtime.startsWith(`${this.#work}/`)) await Deno.remove(runtime);
  }

  /** Returns the path of a runtime that `target` can run. */
  async #runtimeFor(target: Target): Promise<string> {
    const { runtime } = this.#plan;
    const fetched = "from" in runtime && runtime.from === "npm";
    const path = fetched
      ? await fetchRuntime(target, this.#work)
      : "file" in runtime
      ? runtime.file
      : Deno.execPath();
    const problem = runtimeProblem(await readRuntime(path), target);
    if (problem === null) return path;
    throw new BuildError(
      `Cannot build for "${target.name}" with the runtime "${path}": ${problem}\n` +
        `hint: deno task build --target=${target.name} --portable ` +
        (fetched ? "--runtime=FILE" : "--runtime=npm"),
    );
  }

  #nameOf(target: Target, form: Form): string {
    const platform = this.#plan.targets === null ? "" : `-${target.name}`;
    return `httpcfg${platform}${extensionOf(target, form)}`;
  }

  #pathOf(target: Target, form: Form): string {
    return `${this.#plan.out}/${this.#nameOf(target, form)}`;
  }
}

async function readRuntime(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = error instanceof Deno.errors.NotFound ? "no such file" : error.message;
    throw new BuildError(`Cannot read the runtime "${path}": ${reason}\nhint: --runtime=npm`);
  }
}

/** Removes the file of an earlier build. */
async function removeOld(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    // Windows does not remove a program that is running.
    const reason = error instanceof Error ? error.message : String(error);
    throw new BuildError(
      `Cannot replace "${path}": ${reason}\nhint: end it if it runs: httpcfg net stop http /y`,
    );
  }
}

function hostTarget(): Target {
  const target = findTarget(Deno.build.target);
  if (target === undefined) {
    throw new BuildError(`Cannot build on "${Deno.build.target}": unknown target`);
  }
  return target;
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Makes what the command line says. Throws a {@linkcode BuildError} if something is missing. */
async function main(args: readonly string[], root: string): Promise<void> {
  const plan = parsePlan(args, root);
  const { version } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const { made, built, missing } = await Build.run(plan, root, version);
  // Also of nothing: the sums of an earlier build are not those of what is there now.
  await Deno.writeTextFile(`${plan.out}/${SUMS_FILE}`, await sumsOf(plan.out, made));
  const packages = plan.npm && built.length > 0
    ? await writeNpmPackages({ root, version, built, out: `${plan.out}/npm` })
    : [];
  for (const path of packages) say(path);
  for (const name of made) say(`${plan.out}/${name}`);
  if (missing.length === 0) return;
  const count = `${missing.length} of ${plan.targets?.length ?? 1}`;
  throw new BuildError(`Cannot build for ${count} targets: ${missing.join(", ")}, as said above`);
}

if (import.meta.main) {
  try {
    await main(Deno.args, await Deno.realPath(`${import.meta.dirname}/..`));
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    say(`error: ${error.message}`);
    Deno.exitCode = 1;
  }
}
