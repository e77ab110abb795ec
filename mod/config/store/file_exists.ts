/**
 * Edge: whether a file exists.
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
