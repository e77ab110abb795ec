/**
 * Edge: bundles the program into a few plain JavaScript files, the content of both forms of the
 * build.
 *
 * With code splitting, every `await import()` gets its own file, so a command loads only what it
 * uses. A single file would also run each module lazily, but would hoist the `node:` imports of all
 * modules to its top, and the first of those costs as much as the whole start of the runtime.
 *
 * @module
 */
import { RELEASED } from "../mod/base/version.ts";
import { runOrThrow } from "./run.ts";

/** Identifies a build. */
export interface BuildInfo {
  readonly version: string;
  /** Abbreviated commit, with a `+` if the work tree differs from it. */
  readonly commit: string;
}

/** The module whose constants a build replaces. */
const VERSION_MODULE = "mod/base/version.ts";

/** The first file of the bundle; the runtime is started with it. */
export const MAIN_FILE = "main.js";

/**
 * Bundles `entry` of the project at `root` into the empty directory `out`. Returns the names of the
 * files, {@linkcode MAIN_FILE} first, the others sorted.
 */
export async function bundleProgram(
  options: {
    readonly root: string;
    readonly entry: string;
    readonly out: string;
    readonly info: BuildInfo;
  },
): Promise<readonly string[]> {
  const { root, entry, out, info } = options;
  const work = await Deno.makeTempDir({ prefix: "httpcfg-bundle-" });
  try {
    await Deno.writeTextFile(`${work}/version.ts`, versionModule(info));
    await Deno.writeTextFile(
      `${work}/imports.json`,
      await importMap(root, `file://${work}/version.ts`),
    );
    await runOrThrow([
      Deno.execPath(),
      "bundle",
      "--quiet",
      "--code-splitting",
      "--import-map",
      `${work}/imports.json`,
      "--outdir",
      out,
      entry,
    ], { cwd: root });
    await nameMain(out, entry);
    return await bundledFiles(out);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Returns the file `entry`, with what it imports, as plain JavaScript. */
export async function bundleFile(entry: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { stdout } = await runOrThrow([Deno.execPath(), "bundle", "--quiet", entry.href]);
  return new TextEncoder().encode(stdout);
}

/** Returns the commit that is checked out at `root`; "unknown" if there is no repository. */
export async function commitOf(root: string): Promise<string> {
  try {
    const git = ["git", "-C", root];
    const head = (await runOrThrow([...git, "rev-parse", "--short=12", "HEAD"])).stdout.trim();
    const dirty = (await runOrThrow([...git, "status", "--porcelain", "-uno"])).stdout.trim();
    return dirty === "" ? head : `${head}+`;
  } catch {
    return "unknown";
  }
}

function versionModule(info: BuildInfo): string {
  return [["VERSION", info.version], ["COMMIT", info.commit], ["RELEASED", RELEASED]]
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`).join("");
}

/** The import map of the project, with the version module mapped to the generated one. */
async function importMap(root: string, versionUrl: string): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const imports = { ...config.imports, [`file://${root}/${VERSION_MODULE}`]: versionUrl };
  return JSON.stringify({ imports });
}

/**
 * Renames the entry's file, which is named after its source, to the name that both forms expect.
 */
async function nameMain(out: string, entry: string): Promise<void> {
  const stem = entry.slice(entry.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  if (`${stem}.js` !== MAIN_FILE) await Deno.rename(`${out}/${stem}.js`, `${out}/${MAIN_FILE}`);
}

async function bundledFiles(out: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(out)) names.push(entry.name);
  return [MAIN_FILE, ...names.filter((name) => name !== MAIN_FILE).sort()];
}
