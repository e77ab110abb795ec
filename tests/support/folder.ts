/**
 * A folder for one test.
 *
 * @module
 */

/** Runs `body` with a fresh folder, and removes it with all it holds. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
