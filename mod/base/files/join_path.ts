/**
 * Paths of files as their system writes them. Pure.
 *
 * @module
 */

/**
 * Returns the path of `names` below the directory `folder`, with the separator of the system that
 * `folder` is a path of: one shown path never has both.
 */
export function joinPath(folder: string, ...names: readonly string[]): string {
  const separator = WINDOWS_ROOT.test(folder) ? "\\" : "/";
  const start = folder.endsWith(separator) ? folder.slice(0, -1) : folder;
  return [start, ...names].join(separator);
}

/**
 * Returns the path that a user has named, as the system `os` writes it. One that begins with a slash
 * has slashes, which Windows takes, too.
 */
export function nativePath(path: string, os: string): string {
  if (os !== "windows" || path === "" || /^\/(?!\/)/.test(path)) return path;
  const native = path.replaceAll("/", "\\");
  // What is below a directory by its name alone would not be known as a path of Windows.
  return /^[A-Za-z]:/.test(native) || WINDOWS_ROOT.test(native) ? native : `.\\${native}`;
}

/** How a path of Windows begins: a drive, a share or device, its root, or a dot. */
const WINDOWS_ROOT = /^(?:[A-Za-z]:\\|\\|\.{1,2}\\)/;
