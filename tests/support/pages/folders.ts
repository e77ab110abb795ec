/**
 * A directory that the tests of listings read, without a site around it.
 *
 * @module
 */
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { resolveRoot } from "../../../mod/site/static/folder_chain.ts";
import { type FolderContents, FolderReader } from "../../../mod/site/static/folder_contents.ts";
import { type FolderListing, listFolder } from "../../../mod/site/static/folder_listing.ts";
import { ListingQuery } from "../../../mod/site/static/listing_query.ts";

/** Returns a reader of the directories below `root`; `now` is in milliseconds since 1970. */
export function folderReader(root: string, now: () => number = Date.now): FolderReader {
  return new FolderReader({
    files: new FileAccess().site(1),
    now,
    resolveRoot: async () => await resolveRoot(root, now()) ?? "forbidden",
  });
}

/** Returns what is in the directory `path`. */
export async function contentsOf(path: string): Promise<FolderContents> {
  const contents = await folderReader(path).read(path, (found) => Promise.resolve(found));
  if (typeof contents === "string") throw new Error(contents);
  return contents;
}

/** Returns the listing of the directory `path` for a query. */
export async function listingOf(path: string, query: string | null = null): Promise<FolderListing> {
  const listing = await listFolder(await contentsOf(path), new ListingQuery(query));
  if (typeof listing === "string") throw new Error(listing);
  return listing;
}
