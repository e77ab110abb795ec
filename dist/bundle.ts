/**
 * Edge: bundles the program into a few plain JavaScript files, the content of both forms of the
 * build.
 *
 * With code splitting, every `await import()` gets its own file, so a command loads only what it
 * uses. A single file would also run each module lazily, but would hoist the `node:` imports of all
 * modules to its top, and the first of those costs as much as the whole start of the runtime.
 *
 * The splitting alone makes a file of every set of modules that the same `import()`s share, some
 * thirty of them for the shortest command, and each costs the runtime 0.1 ms. `file_groups.ts` keeps
 * together what is loaded together.
 *
 * @module
 */
import { RELEASED } from "../mod/base/version.ts";
import { fileUrl, groupedImports } from "./file_groups.ts";
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
    const grouped = await groupedImports({ root, entry, work });
    await Deno.writeTextFile(
      `${work}/imports.json`,
      await importMap(root, fileUrl(`${work}/version.ts`), grouped),
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
    const files = await bundledFiles(out);
    for (const name of files) await fillEmpty(`${out}/${name}`);
    return files;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/**
 * Returns the files of the bundle in `folder` that are loaded before `first` runs, and the modules of
 * the runtime that they import, `node:` ones for example, by name with their text.
 */
export async function loadedWith(
  folder: string,
  first: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const loaded = new Map<string, string>();
  const queue = [...first];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (loaded.has(name)) continue;
    const source = await Deno.readTextFile(`${folder}/${name}`);
    loaded.set(name, source);
    for (const match of source.matchAll(/^(?:(?:import|export)\b[^;"]*|\} from )"([^"]+)";$/gm)) {
      const specifier = match[1] ?? "";
      if (specifier.startsWith("./")) queue.push(specifier.slice(2));
      else loaded.set(specifier, "");
    }
  }
  return loaded;
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
async function importMap(
  root: string,
  versionUrl: string,
  grouped: Awaited<ReturnType<typeof groupedImports>>,
): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const version = { [fileUrl(`${root}/${VERSION_MODULE}`)]: versionUrl };
  const imports = { ...config.imports, ...grouped.imports, ...version };
  return JSON.stringify({ imports, scopes: grouped.scopes });
}

/**
 * Renames the entry's file, which is named after its source, to the name that both forms expect.
 */
async function nameMain(out: string, entry: string): Promise<void> {
  const stem = entry.slice(entry.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
  if (`${stem}.js` !== MAIN_FILE) await Deno.rename(`${out}/${stem}.js`, `${out}/${MAIN_FILE}`);
}

/** Makes a module with no code, of types for example, a file that is not taken for a damaged one. */
async function fillEmpty(path: string): Promise<void> {
  if ((await Deno.stat(path)).size === 0) await Deno.writeTextFile(path, "export {};\n");
}

async function bundledFiles(out: string): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(out)) names.push(entry.name);
  return [MAIN_FILE, ...names.filter((name) => name !== MAIN_FILE).sort()];
}
