/**
 * What the errors of file operations mean for a request.
 *
 * @module
 */

const MISSING: ReadonlySet<unknown> = new Set([
  "ENOENT",
  "ENOTDIR", // a file used as a directory
  "ELOOP", // a loop of links, or a link where none is followed
  "ENAMETOOLONG",
  "ENXIO", // a socket
  "ENODEV",
  "ESTALE", // removed on the server of a network mount
]);
const DENIED: ReadonlySet<unknown> = new Set(["EACCES", "EPERM"]);

/** Reports whether there is no file, or nothing that can be opened as one. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && MISSING.has(error.code);
}

/** Reports whether this process has no right to the file. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && "code" in error && DENIED.has(error.code);
}
