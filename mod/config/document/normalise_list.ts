/**
 * The one form of the inclusion list, whatever its entries were spelled like. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { type Bytes, zoneOf } from "../../base/address.ts";
import { type ListEntry, networkOf, parseEntry } from "./list_entry.ts";
import { isPlainList, numberOf, plainPlace } from "./plain_list.ts";

interface NormalList {
  /** Every entry once, in canonical text and in order, so that equal lists are equal texts. */
  readonly entries: readonly string[];
  /** The entries that cannot be read. */
  readonly problems: readonly DocumentProblem[];
}

/**
 * What an entry is sorted by: a number for what is IPv4, a text for all others, which come after it;
 * exclusions last. Addresses and blocks are in the order of their values, a block before what is in
 * it.
 */
type Place = number | string;

/** Number of new entries that are inserted one by one; more are sorted with all the others. */
const INSERTIONS_MAX = 100;

/**
 * Reads the list of a document; two spellings of one entry are one entry. `known` is such a list in
 * its one form: what is in it is not read again.
 */
export function normaliseList(texts: readonly string[], known: readonly string[] = []): NormalList {
  if (known.length === 0 && (isPlainList(texts) || isPlainlySorted(texts))) {
    return { entries: texts, problems: [] };
  }
  const old = new Set(known);
  const isNew = (text: string): boolean => !old.has(text);
  const read = readEntries(texts, isNew);
  const added = [...read.entries.keys()].filter(isNew);
  // What is known may be there in another spelling.
  const current = new Set(texts);
  const kept = known.filter((text) => current.has(text) || read.entries.has(text));
  if (added.length <= INSERTIONS_MAX) {
    for (const text of added) kept.splice(indexFor(kept, read.entries.get(text)!), 0, text);
    return { entries: kept, problems: read.problems };
  }
  const places = new Map([...kept.map((text) => [text, placeOf(text)] as const), ...read.entries]);
  const sorted = [...places].sort(([, a], [, b]) => comparePlaces(a, b));
  return { entries: sorted.map(([text]) => text), problems: read.problems };
}

/**
 * Reports whether a list is in its one form at a glance, as almost every stored list is: parsing ten
 * thousand entries costs as much as everything else that a command does with them.
 */
function isPlainlySorted(texts: readonly string[]): boolean {
  let last: Place = -1;
  for (const text of texts) {
    let place: Place | null = plainPlace(text);
    if (place === null) {
      const entry = parseEntry(text);
      if (isProblem(entry) || entry.text !== text) return false;
      place = placeOfEntry(entry);
    }
    if (comparePlaces(last, place) >= 0) return false;
    last = place;
  }
  return true;
}

/** Returns canonical text -> place of the texts that `isNew` selects. */
function readEntries(
  texts: readonly string[],
  isNew: (text: string) => boolean,
): { readonly entries: ReadonlyMap<string, Place>; readonly problems: DocumentProblem[] } {
  const entries = new Map<string, Place>();
  const problems: DocumentProblem[] = [];
  texts.forEach((text, i) => {
    if (!isNew(text)) return;
    const place = plainPlace(text);
    const entry = place === null ? parseEntry(text) : null;
    if (entry === null) entries.set(text, place!);
    else if (!isProblem(entry)) entries.set(entry.text, placeOfEntry(entry));
    else {
      const message = `${quote(text)} is not a valid entry: ${entry.reason}`;
      problems.push({ at: `ipListen[${i}]`, message, value: text });
    }
  });
  return { entries, problems };
}

/** Returns the index at which an entry with the place `wanted` belongs. */
function indexFor(sorted: readonly string[], wanted: Place): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(placeOf(sorted[middle]!), wanted) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comparePlaces(a: Place, b: Place): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns the place of a canonical text. */
function placeOf(text: string): Place {
  return plainPlace(text) ?? placeOfEntry(parseEntry(text) as ListEntry);
}

function placeOfEntry({ text, excludes, target }: ListEntry): Place {
  if (target.kind === "interface") return `${excludes ? "9" : "2"}${text}`;
  const { bytes, bits } = networkOf(target);
  if (bytes.length === 4 && !excludes) return numberOf(valueOf(bytes), bits);
  const zone = target.kind === "address" ? zoneOf(target.ip) : "";
  const family = bytes.length === 4 ? "0" : "1";
  return `${excludes ? "8" : "1"}${family}${String.fromCharCode(...bytes, bits)}${zone}`;
}

function valueOf(bytes: Bytes): number {
  return bytes.reduce((value, byte) => value * 256 + byte, 0);
}
