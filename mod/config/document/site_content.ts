/**
 * The content of a site as the document has it: a kind, and fields that only the kind knows.
 *
 * The kinds are records of `site/kinds/`, and nothing below them knows one by its name but this file:
 * it makes and reads the few contents that the document and the metabase speak of themselves.
 *
 * @module
 */

/** The one thing that a site answers. */
export interface SiteContent {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Files below a folder: what ROOT of the metabase is. */
export type FolderContent = {
  readonly kind: "root";
  /** Absolute. */
  readonly path: string;
  /** Shows what a folder without an index page holds; EnableDirBrowsing. */
  readonly listing?: boolean | undefined;
};

/** The built-in page of the Default Web Site, which shows what is listening. */
export const WELCOME_CONTENT: SiteContent = { kind: "welcome" };

/** There is nothing to find on the site, until its ROOT has a Path. */
export const NOTHING_CONTENT: SiteContent = { kind: "respond", text: "", status: 404 };

/** True for the content of a checked document that is the files of a folder. */
export function isFolder(content: SiteContent): content is FolderContent {
  return content.kind === "root";
}

/** The files below `path`; `listing` undefined leaves the field out. */
export function folderContent(path: string, listing?: boolean): FolderContent {
  return { kind: "root", path, ...(listing === undefined ? {} : { listing }) };
}
