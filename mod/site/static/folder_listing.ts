/**
 * The listing of a directory as a client asked for it: filtered, sorted, and as much of it as one
 * page holds.
 *
 * @module
 */
import {
  compareNames,
  type FolderContents,
  type FolderEntry,
  type Unreadable,
} from "./folder_contents.ts";
import type { ListingQuery, SortKey } from "./listing_query.ts";
import { filterInTurns, sortInTurns } from "./listing_turns.ts";
import { foldCase } from "./natural_order.ts";

/** Names on one page; the page of a larger directory says so. */
export const LISTED_MAX = 10_000;

/** What a page shows of a directory. */
export interface FolderListing {
  readonly entries: readonly FolderEntry[];
  /** The numbers of names that match the filter. */
  readonly folders: number;
  readonly files: number;
  /** Of the files that match; null if not all of them were looked at. */
  readonly bytes: number | null;
  /** The number of names in the directory. */
  readonly total: number;
  /** False if the directory has more names than were read. */
  readonly isComplete: boolean;
  /** What it is sorted by: the name, if there are more names than one page holds. */
  readonly sort: SortKey;
}

/** Returns the listing that `query` asks for. */
export async function listFolder(
  contents: FolderContents,
  query: ListingQuery,
): Promise<FolderListing | Unreadable> {
  const { sort, order, filter } = query;
  const wanted = foldCase(filter);
  const matching = wanted === ""
    ? [...contents.entries]
    : await filterInTurns(contents.entries, ({ name }) => foldCase(name).includes(wanted));
  const isWhole = matching.length <= LISTED_MAX;
  const byName = order === "desc" && (sort === "name" || !isWhole) ? reversed(matching) : matching;
  const shown = byName.slice(0, LISTED_MAX);
  const outcome = await contents.look(shown);
  if (outcome !== "proved") return outcome;
  const present = shown.filter(({ facts }) => facts !== null);
  const counted = isWhole ? present : matching;
  const folders = counted.reduce((count, { isFolder }) => count + (isFolder ? 1 : 0), 0);
  return {
    entries: isWhole && sort !== "name"
      ? await sortInTurns(present, comparison(sort, order === "desc" ? -1 : 1))
      : present,
    folders,
    files: counted.length - folders,
    bytes: isWhole ? present.reduce((sum, { facts }) => sum + (facts?.size ?? 0), 0) : null,
    total: contents.entries.length - (isWhole && wanted === "" ? shown.length - present.length : 0),
    isComplete: contents.isComplete,
    sort: isWhole ? sort : "name",
  };
}

/** Names in natural order, the other way round; directories are still first. */
function reversed(entries: readonly FolderEntry[]): FolderEntry[] {
  const found = entries.findIndex(({ isFolder }) => !isFolder);
  const folders = found < 0 ? entries.length : found;
  return [...entries.slice(0, folders).reverse(), ...entries.slice(folders).reverse()];
}

/** Directories first; what is equal is in natural order. What is not known counts as less. */
function comparison(
  sort: "size" | "time",
  sign: 1 | -1,
): (a: FolderEntry, b: FolderEntry) => number {
  const value = ({ facts }: FolderEntry): number => {
    return (sort === "size" ? facts?.size : facts?.modifiedMs) ?? -Infinity;
  };
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    if (a.isFolder !== b.isFolder || left === right) return compareNames(a, b);
    return left < right ? -sign : sign;
  };
}
