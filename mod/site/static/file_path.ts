/**
 * Converts the path of a request to names of directories and a file, and back: the first of two
 * barriers around a root. The second is the real path of what was found (`file_lookup.ts`).
 *
 * @module
 */
import { isDeviceName } from "../../base/files/file_name.ts";
import { applicationEnd } from "../../config/document/application.ts";

/** Names under a root. */
export interface FilePath {
  readonly segments: readonly string[];
  /** The path ends in "/": it means a directory. */
  readonly isFolder: boolean;
}

/**
 * Returns the names in `path`, which is percent-decoded and starts with "/"; null if it must not be
 * served: a control character, a backslash, a name that starts with a dot (`.well-known` at the
 * root is public by purpose, RFC 8615), and on Windows a name that its file system interprets
 * differently.
 */
export function parseFilePath(path: string, isWindows: boolean): FilePath | null {
  if (!path.startsWith("/") || /[\p{Cc}\\]/u.test(path) || !path.isWellFormed()) return null;
  const segments = path.split("/").filter((segment) => segment !== "");
  for (const [i, segment] of segments.entries()) {
    if (segment.startsWith(".") && !(i === 0 && segment === ".well-known")) return null;
    if (isWindows && (/[:*?"<>|]|[. ]$/.test(segment) || isDeviceName(segment))) return null;
  }
  return { segments, isFolder: path.endsWith("/") };
}

/**
 * Returns what follows `below`, "/" or a path that ends in "/" and covers `path`: it starts with
 * "/", or is "" if `path` is `below` without its last "/".
 */
export function restOfPath(path: string, below: string): string {
  return path.slice(applicationEnd(path, below));
}

/**
 * Returns the percent-encoded path with a trailing "/", safe as a Location: one leading "/" only.
 */
export function folderUrl(segments: readonly string[]): string {
  return segments.length === 0 ? "/" : `/${segments.map(encodeURIComponent).join("/")}/`;
}

/** Reports whether `real` is `root` or is under it; both are real, absolute paths. */
export function isInside(root: string, real: string, separator: string): boolean {
  return real === root ||
    real.startsWith(root.endsWith(separator) ? root : `${root}${separator}`);
}
