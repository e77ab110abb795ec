/**
 * What the metabase says of the paths of a site, found for a request: the longest path that covers it
 * decides. Pure.
 *
 * Segments between two slashes that have nothing are left out before, because the files of a folder
 * are found without them too, and a path must not be closed under one spelling alone.
 *
 * @module
 */
import { isAround, type PathValues } from "../config/metabase/site_values.ts";

/** Returns a decoded path of a request in the form in which paths are compared. */
export function comparablePath(path: string): string {
  const single = path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
  return single.toLowerCase();
}

/** Returns the member of `values` whose path covers `path`, a comparable one; undefined if none does. */
export function coveringPath<T extends Pick<PathValues, "path">>(
  values: readonly T[],
  path: string,
): T | undefined {
  for (let i = 0; i < values.length; i++) {
    if (isAround(values[i]!.path, path)) return values[i];
  }
  return undefined;
}

/** What is said of the folders of a site. */
type FolderValues = Pick<PathValues, "path" | "documents" | "listing" | "mimeTypes">;

/** Finds what is said of the folder of a request's path; undefined for nothing. */
export type FolderLookUp = (path: string) => FolderValues | undefined;

/** Returns the look-up in `values`, the longest path first. */
export function folderValues(values: readonly PathValues[]): FolderLookUp {
  if (values.length === 0) return () => undefined;
  return (path) => coveringPath(values, comparablePath(path));
}
