/**
 * Edge: whether a file exists, and whether two paths are of one file.
 *
 * @module
 */

/**
 * Reports whether the file exists; null if this user may not see it. Synchronous, because it comes
 * before every command.
 */
export function fileExists(path: string): boolean | null {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return null;
    return false;
  }
}

/** Reports whether two paths, links resolved, are of one file. */
export function isSameFile(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return Deno.realPathSync(a) === Deno.realPathSync(b);
  } catch {
    return false; // one of them does not exist, or this user may not see it
  }
}
