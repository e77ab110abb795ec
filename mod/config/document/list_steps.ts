/**
 * The entries of the stored list, read in steps: the list of a running service may have 100,000. Pure.
 *
 * @module
 */
import { forEach, type Steps } from "../../base/work/steps.ts";
import { type ListEntry, parseStored } from "./list_entry.ts";

/** Parses the stored list in steps; what is in `known` too is taken from there. */
export function* listOf(
  texts: readonly string[],
  known: readonly ListEntry[],
): Steps<ListEntry[]> {
  let next = 0;
  let byText: Map<string, ListEntry> | null = null;
  const entries: ListEntry[] = [];
  for (const text of texts) {
    if (known[next]?.text === text) entries.push(known[next++]!);
    else {
      if (byText === null) {
        const all = byText = new Map<string, ListEntry>();
        yield* forEach(known, (entry) => void all.set(entry.text, entry));
      }
      entries.push(byText.get(text) ?? parseStored(text));
      if (known[next + 1]?.text === text) next += 2; // one entry is not there any more
    }
    if (entries.length % 64 === 0) yield;
  }
  return entries;
}
