/**
 * A directory for one test, removed at its end: `await using folder = await tempFolder()`.
 *
 * @module
 */

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** Returns the path of `name` inside it, with the separator of this system. */
  at(name: string): string;
  /** Returns the names of its entries, sorted. */
  names(): string[];
}

const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";

export async function tempFolder(): Promise<TempFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-test-" }));
  return {
    path,
    at: (name) => `${path}/${name}`.replaceAll("/", SEPARATOR),
    names: () => [...Deno.readDirSync(path)].map((entry) => entry.name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
