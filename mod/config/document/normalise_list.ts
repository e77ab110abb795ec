/**
 * The one form of the inclusion list, whatever its entries were spelled like. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import { isProblem } from "../../base/problem.ts";
import type { DocumentProblem } from "./document_problems.ts";
import { zoneOf } from "../../base/address.ts";
import { type ListEntry, networkOf, parseEntry } from "./list_entry.ts";

interface NormalList {
  /** Every entry once, in canonical text and in order, so that equal lists are equal texts. */
  readonly entries: readonly string[];
  /** The entries that cannot be read. */
  readonly problems: readonly DocumentProblem[];
}

/**
 * An IPv4 address in canonical text, which is what long lists are made of: seen at a glance, because
 * parsing ten thousand of them costs as much as everything else that a command does with them.
 * Those that begin with 0 or with more than 223 may be no address of a machine, and are parsed.
 */
const PLAIN_IPV4 =
  /^(?:22[0-3]|2[01]\d|1\d\d|[1-9]\d?)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Number of new entries that are inserted one by one; more are sorted with all the others. */
const INSERTIONS_MAX = 100;

/**
 * Reads the list of a document; two spellings of one entry are one entry. `known` is such a list in
 * its one form: what is in it is not read again.
 */
export function normaliseList(texts: readonly string[], known: readonly string[] = []): NormalList {
  const old = new Set(known);
  const isNew = (text: string): boolean => !old.has(text);
  const read = readEntries(texts, isNew);
  const added = [...read.entries.keys()].filter(isNew);
  const current = new Set(texts);
  const kept = known.filter((text) => current.has(text));
  if (added.length <= INSERTIONS_MAX) {
    for (const text of added) kept.splice(placeIn(kept, read.entries.get(text)!), 0, text);
    return { entries: kept, problems: read.problems };
  }
  const places = new Map([...kept.map((text) => [text, placeOf(text)] as const), ...read.entries]);
  const sorted = [...places].sort(([, a], [, b]) => a < b ? -1 : a > b ? 1 : 0);
  return { entries: sorted.map(([text]) => text), problems: read.problems };
}

/** Returns canonical text -> place of the texts that `isNew` selects. */
function readEntries(
  texts: readonly string[],
  isNew: (text: string) => boolean,
): { readonly entries: ReadonlyMap<string, string>; readonly problems: DocumentProblem[] } {
  const entries = new Map<string, string>();
  const problems: DocumentProblem[] = [];
  texts.forEach((text, i) => {
    if (!isNew(text)) return;
    const entry = PLAIN_IPV4.test(text) ? null : parseEntry(text);
    if (entry === null) entries.set(text, placeOf(text));
    else if (!isProblem(entry)) entries.set(entry.text, placeOfEntry(entry));
    else {
      const message = `${quote(text)} is not a valid entry: ${entry.reason}`;
      problems.push({ at: `ipListen[${i}]`, message, value: text });
    }
  });
  return { entries, problems };
}

/** Returns the index at which an entry with the place `wanted` belongs. */
function placeIn(sorted: readonly string[], wanted: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placeOf(sorted[middle]!) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the place of a canonical text. */
function placeOf(text: string): string {
  if (!PLAIN_IPV4.test(text)) return placeOfEntry(parseEntry(text) as ListEntry);
  let bytes = "";
  for (const part of text.split(".")) bytes += String.fromCharCode(Number(part));
  return `${RANK.ipv4}${bytes}\u0020`;
}

/** What an entry is sorted by: exclusions last; IPv4, IPv6, then interfaces. */
const RANK = { ipv4: "0", ipv6: "1", interface: "2" } as const;

/**
 * Returns a text by which entries are sorted: addresses and blocks by value, a block before what is
 * in it.
 */
function placeOfEntry({ text, excludes, target }: ListEntry): string {
  const last = excludes ? "9" : "";
  if (target.kind === "interface") return `${last}${RANK.interface}${text}`;
  const { bytes, bits } = networkOf(target);
  const rank = bytes.length === 4 ? RANK.ipv4 : RANK.ipv6;
  const zone = target.kind === "address" ? zoneOf(target.ip) : "";
  return `${last}${rank}${String.fromCharCode(...bytes, bits)}${zone}`;
}
