/**
 * Edge: the program as a few plain JavaScript files, the content of both forms of the build.
 *
 * Code splitting keeps every `await import()` a file of its own: a command loads what it uses and
 * nothing else. One single file would run each module lazily too, but it would hoist all of their
 * `node:` imports to its top, and the first of those costs as much as the whole start of the runtime.
 *
 * @module
 */
import { RELEASED } from "../mod/base/version.ts";
import { runOrThrow } from "./run.ts";

/** What a build is called. */
export interface BuildInfo {
  readonly version: string;
  /** Abbreviated commit, with a `+` where the work tree differs from it. */
  readonly commit: string;
}

/** The module whose constants a build replaces. */
const VERSION_MODULE = "mod/base/version.ts";

/** The first file of the bundle, which the runtime is given. */
export const MAIN_FILE = "main.js";

/**
 * Bundles `entry` of the project at `root` into the empty folder `out` and returns the names of the
 * files made, {@linkcode MAIN_FILE} first, the others in order.
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

/** The commit that `root` stands at, "unknown" where there is no repository. */
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

/** The project's imports, with the version module pointing at the generated one. */
async function importMap(root: string, versionUrl: string): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const imports = { ...config.imports, [`file://${root}/${VERSION_MODULE}`]: versionUrl };
  return JSON.stringify({ imports });
}

/** The entry's file is named after its source; both forms expect it under one name. */
async function nameMain(out: string, entry: string): Promise<void> {
  const stem = entry.slice(entry.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  if (`${stem}.js` !== MAIN_FILE) await Deno.rename(`${out}/${stem}.js`, `${out}/${MAIN_FILE}`);
}

async function bundledFiles(out: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(out)) names.push(entry.name);
  return [MAIN_FILE, ...names.filter((name) => name !== MAIN_FILE).sort()];
}
