/**
 * From the path of a request to the names of folders and a file, and back: the first of two fences
 * around a root. The second is the real path of what was found (`file_lookup.ts`).
 *
 * @module
 */

/** Names below a root. */
export interface FilePath {
  readonly segments: readonly string[];
  /** The path ended in "/": it means a folder. */
  readonly isFolder: boolean;
}

/** Devices that Windows finds under any folder, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;

/**
 * Names in `path`, percent-decoded and beginning with "/"; null where it may not be served: a control
 * character, a backslash, a name that begins with a dot (`.well-known` at the root is public by its
 * purpose, RFC 8615), and on Windows what its file system reads as something else.
 */
export function parseFilePath(path: string, isWindows: boolean): FilePath | null {
  if (!path.startsWith("/") || /[\p{Cc}\\]/u.test(path) || !path.isWellFormed()) return null;
  const segments = path.split("/").filter((segment) => segment !== "");
  for (const [i, segment] of segments.entries()) {
    if (segment.startsWith(".") && !(i === 0 && segment === ".well-known")) return null;
    if (isWindows && (/[:*?"<>|]|[. ]$/.test(segment) || DEVICE.test(segment))) return null;
  }
  return { segments, isFolder: path.endsWith("/") };
}

/** Path with its "/" at the end, percent-encoded, safe as a Location: it begins with one "/" only. */
export function folderUrl(segments: readonly string[]): string {
  return segments.length === 0 ? "/" : `/${segments.map(encodeURIComponent).join("/")}/`;
}

/** True where `real` is `root` or lies below it; both are real, absolute paths. */
export function isInside(root: string, real: string, separator: string): boolean {
  return real === root ||
    real.startsWith(root.endsWith(separator) ? root : `${root}${separator}`);
}
