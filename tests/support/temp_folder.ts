/**
 * A folder of its own for one test, gone with it: `await using folder = await tempFolder()`.
 *
 * @module
 */

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
  /** Path of `name` inside it. */
  at(name: string): string;
  /** Names of what is inside, sorted. */
  names(): string[];
}

export async function tempFolder(): Promise<TempFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "httpcfg-test-" }));
  return {
    path,
    at: (name) => `${path}/${name}`,
    names: () => [...Deno.readDirSync(path)].map((entry) => entry.name).sort(),
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
