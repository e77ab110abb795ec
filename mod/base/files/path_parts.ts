/**
 * What a path says by its text. Pure.
 *
 * @module
 */
import { joinPath, nativePath } from "./join_path.ts";

/** Returns the last name of a path. */
export function baseName(path: string): string {
  const isWindows = joinPath(path, "").endsWith("\\");
  return path.slice(path.lastIndexOf(isWindows ? "\\" : "/") + 1);
}

/** Reports whether `path` names the same file in any current directory of the system `os`. */
export function isAbsolutePath(path: string, os: string): boolean {
  return os === "windows" ? /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(path) : path.startsWith("/");
}

/**
 * Returns the whole path of what `path` names in the directory `folder`, as the system `os` writes it;
 * links are not resolved.
 */
export function pathIn(folder: string, path: string, os: string): string {
  const native = nativePath(path, os);
  if (isAbsolutePath(native, os)) return native;
  return joinPath(folder, native.replace(os === "windows" ? /^\.\\/ : /^\.\//, ""));
}
