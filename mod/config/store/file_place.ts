/**
 * Edge: whether a path still leads to a file that this process has open: others may have removed or
 * replaced it.
 *
 * @module
 */

/** Reports whether two descriptions are of one file. */
export function isOneFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** Reports whether `path`, with its links, leads to the open `file`. */
export async function leadsTo(path: string, file: Deno.FsFile): Promise<boolean> {
  const [named, open] = await Promise.all([Deno.stat(path).catch(() => null), file.stat()]);
  return named !== null && isOneFile(named, open);
}
