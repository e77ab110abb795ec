/**
 * Edge: makes the npm packages of built files: `httpcfg` with a launcher, and for each platform one
 * with the program, which npm chooses by `os`, `cpu` and `libc`. No package has an install script.
 * `npm publish DIR` publishes each; the platforms first.
 *
 * @module
 */
import { dirname } from "node:path";
import { LIB_FOLDER, START_FILE } from "./portable_zip.ts";
import { isWindows, type Target } from "./targets.ts";
import { unzip } from "./zip.ts";

/** A built file and what it was built for. */
export interface BuiltFile {
  readonly target: Target;
  /** A program; or for Windows the zip file of the portable form, which is packed unpacked. */
  readonly path: string;
}

/** The first version of Node with everything that the launcher uses. */
const NODE_VERSIONS = ">=18";

const DESCRIPTION = "A web service that listens only on the IP addresses you list";

/**
 * Writes the packages of `built` into the directory `out`, which is made anew. Returns the paths of
 * their directories, `httpcfg` last.
 */
export async function writeNpmPackages(
  options: {
    readonly root: string;
    readonly version: string;
    readonly built: readonly BuiltFile[];
    readonly out: string;
  },
): Promise<readonly string[]> {
  const { root, version, built, out } = options;
  await Deno.remove(out, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const folders: string[] = [];
  for (const { target, path } of built) {
    const folder = `${out}/${npmPlatform(target)}`;
    await Deno.mkdir(folder, { recursive: true });
    const files = await writeProgram(target, path, folder);
    await writeJson(`${folder}/package.json`, platformManifest(target, version, files));
    const text = `The program of [httpcfg](https://www.npmjs.com/package/httpcfg) for ` +
      `${target.name}. Install \`httpcfg\`, which depends on it.\n`;
    await Deno.writeTextFile(`${folder}/README.md`, `# ${packageName(target)}\n\n${text}`);
    folders.push(folder);
  }
  const main = `${out}/httpcfg`;
  await Deno.mkdir(`${main}/bin`, { recursive: true });
  await Deno.copyFile(`${root}/dist/npm_launcher.js`, `${main}/bin/httpcfg.js`);
  await makeExecutable(`${main}/bin/httpcfg.js`);
  await Deno.copyFile(`${root}/README.md`, `${main}/README.md`);
  const targets = built.map(({ target }) => target);
  await writeJson(`${main}/package.json`, mainManifest(targets, version));
  folders.push(main);
  for (const folder of folders) await Deno.copyFile(`${root}/LICENSE`, `${folder}/LICENSE`);
  return folders;
}

/** Writes what is started into `folder`. Returns the names at its top. */
async function writeProgram(
  target: Target,
  path: string,
  folder: string,
): Promise<readonly string[]> {
  if (!path.endsWith(".zip")) {
    const file = isWindows(target) ? "httpcfg.exe" : "httpcfg";
    await Deno.copyFile(path, `${folder}/${file}`);
    await makeExecutable(`${folder}/${file}`);
    return [file];
  }
  for (const { name, content } of unzip(await Deno.readFile(path))) {
    await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
    await Deno.writeFile(`${folder}/${name}`, content);
  }
  await Deno.remove(`${folder}/LICENSE.txt`); // each package has the license, by another name
  return [START_FILE, LIB_FOLDER];
}

/** Lets the file at `path` be started, where that is a matter of its mode. */
async function makeExecutable(path: string): Promise<void> {
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o755);
}

function mainManifest(targets: readonly Target[], version: string): Record<string, unknown> {
  return {
    name: "httpcfg",
    version,
    description: DESCRIPTION,
    keywords: ["http", "server", "http.sys", "httpcfg", "iplisten", "reverse-proxy"],
    license: "MIT",
    type: "module",
    bin: { httpcfg: "bin/httpcfg.js" },
    files: ["bin"],
    engines: { node: NODE_VERSIONS },
    optionalDependencies: Object.fromEntries(
      targets.map((target) => [packageName(target), version]),
    ),
  };
}

function platformManifest(
  target: Target,
  version: string,
  files: readonly string[],
): Record<string, unknown> {
  const [os, cpu] = npmPlatform(target).split("-");
  return {
    name: packageName(target),
    version,
    description: `The program of httpcfg for ${target.name}`,
    license: "MIT",
    type: "module",
    files,
    os: [os],
    cpu: [cpu],
    ...(target.triple.endsWith("-gnu") ? { libc: ["glibc"] } : {}),
    preferUnplugged: true,
  };
}

function packageName(target: Target): string {
  return `@httpcfg/${npmPlatform(target)}`;
}

/** Returns the platform as Node names it in `process.platform` and `process.arch`. */
function npmPlatform(target: Target): string {
  return target.name.replace(/^macos-/, "darwin-").replace(/^windows-/, "win32-");
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
