/**
 * Edge: fetches the runtime of a platform from npm: the `deno` executable in the package that Deno
 * publishes for it, of exactly the version that is running.
 *
 * npm itself fetches, so that registry, proxy, credentials and cache are those that it is configured
 * with. What it has fetched is compared with the checksum that the registry tells.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { BuildError, run } from "./run.ts";
import { findInTar } from "./tar.ts";
import { isWindows, type Target } from "./targets.ts";

/** More than any runtime has: a package that would fill the memory is refused. */
const UNPACKED_BYTES_MAX = 1_000_000_000;

/**
 * Fetches the runtime for `target` into the directory `folder`, and returns the path of the file.
 * Throws a {@linkcode BuildError} that says what is wrong.
 */
export async function fetchRuntime(target: Target, folder: string): Promise<string> {
  const name = `${target.runtime}@${Deno.version.deno}`;
  const failed = (reason: string): BuildError =>
    new BuildError(
      `Cannot fetch the runtime "${name}" from npm: ${reason}\n` +
        `hint: --runtime=FILE, with the deno executable for ${target.name}`,
    );
  try {
    const dist = await npm("view", name, "dist");
    const integrity = `${get(dist, "integrity") ?? ""}`;
    // What npm has fetched before it takes from its cache, where it is found by its checksum.
    const work = await Deno.makeTempDir({ dir: folder });
    await npm("pack", name, "--pack-destination", work);
    const [packed] = [...Deno.readDirSync(work)];
    const archive = await Deno.readFile(`${work}/${packed?.name}`);
    await Deno.remove(work, { recursive: true });
    if (!hasIntegrity(archive, integrity)) {
      throw new NpmFailure("its checksum is not the one that the registry tells");
    }
    const file = isWindows(target) ? "deno.exe" : "deno";
    const content = findInTar(unpack(archive), `package/${file}`);
    if (content === null) throw new NpmFailure(`the package has no file ${file}`);
    const path = `${folder}/${target.name}-${file}`;
    await Deno.writeFile(path, content, { mode: 0o755 });
    return path;
  } catch (error) {
    throw error instanceof NpmFailure ? failed(error.message) : error;
  }
}

/** What npm, or what it has fetched, is not good for. */
class NpmFailure extends Error {}

/**
 * Reports whether `bytes` have the checksum `integrity`, written as in `package-lock.json`. Only
 * SHA-512 counts.
 */
export function hasIntegrity(bytes: Uint8Array, integrity: string): boolean {
  const expected = integrity.split(/\s+/).filter((one) => one.startsWith("sha512-"));
  const found = createHash("sha512").update(bytes).digest("base64");
  return expected.includes(`sha512-${found}`);
}

function unpack(archive: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(gunzipSync(archive, { maxOutputLength: UNPACKED_BYTES_MAX }));
  } catch {
    throw new NpmFailure("the package is damaged");
  }
}

/** Runs npm, and returns what it prints as JSON. */
async function npm(...words: readonly string[]): Promise<unknown> {
  // On Windows npm is a batch file, which only cmd starts.
  const shell = Deno.build.os === "windows" ? ["cmd", "/d", "/c"] : [];
  const flags = ["--json", "--prefer-offline", "--no-update-notifier"];
  const { success, stdout } = await run([...shell, "npm", ...words, ...flags]).catch((error) => {
    throw error instanceof Deno.errors.NotFound
      ? new BuildError(
        "Cannot fetch a runtime from npm: npm is not here\n" +
          "hint: install Node, or give the runtime itself: --runtime=FILE",
      )
      : error;
  });
  let said: unknown = null;
  try {
    said = JSON.parse(stdout);
  } catch {
    // Below, as an answer without what is looked for.
  }
  if (success) return said;
  const summary = get(get(said, "error"), "summary");
  throw new NpmFailure(typeof summary === "string" ? summary.split("\n")[0]! : "npm failed");
}

/** Returns a field of an object in what npm has printed; undefined if there is none. */
function get(value: unknown, field: string): unknown {
  return typeof value === "object" && value !== null ? Object(value)[field] : undefined;
}
