/**
 * What a path says by its text. Pure.
 *
 * @module
 */
import { joinPath } from "./join_path.ts";

/** Returns the last name of a path. */
export function baseName(path: string): string {
  const isWindows = joinPath(path, "").endsWith("\\");
  return path.slice(path.lastIndexOf(isWindows ? "\\" : "/") + 1);
}

/** Reports whether `path` names the same file in any current directory. */
export function isAbsolutePath(path: string): boolean {
  return /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(path);
}
