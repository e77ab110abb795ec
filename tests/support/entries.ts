/**
 * The check of list entries that the program gives its store, for tests of the store.
 *
 * @module
 */
import type { EntryCheck } from "../../mod/config/document/check.ts";
import { isEntryProblem, parseEntry } from "../../mod/config/document/list_entry.ts";

export const checkEntry: EntryCheck = (text) => {
  const entry = parseEntry(text);
  return isEntryProblem(entry) ? entry : { canonical: entry.text };
};
