/**
 * The content of a site as stored in the document: a kind, and fields that only the kind knows.
 *
 * The kinds are records in `site/kinds/`, and below them only this file knows any of them by name:
 * it makes and reads the few contents that the document and the metabase use themselves.
 *
 * @module
 */

/** The content of a site, or of one of its applications. */
export interface SiteContent {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** The files below a directory, the ROOT of the metabase. */
export type FolderContent = {
  readonly kind: "root";
  /** Absolute. */
  readonly path: string;
  /** Whether a directory without an index page is listed (EnableDirBrowsing). */
  readonly listing?: boolean | undefined;
};

/** The built-in page of the Default Web Site, which shows what is listening. */
export const WELCOME_CONTENT: SiteContent = { kind: "welcome" };

/** The content of a site whose ROOT has no Path yet: status 404 for every request. */
export const NOT_FOUND_CONTENT: SiteContent = { kind: "respond", text: "", status: 404 };

/** Reports whether a content of a checked document is the files of a directory. */
export function isFolderContent(content: SiteContent): content is FolderContent {
  return content.kind === "root";
}

/**
 * Returns the content for the files below `path`. If `listing` is undefined, the field is omitted.
 */
export function folderContent(path: string, listing?: boolean): FolderContent {
  return { kind: "root", path, ...(listing === undefined ? {} : { listing }) };
}
