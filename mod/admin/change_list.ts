/**
 * Changes to the IP inclusion list. Every tool uses this, so that they all share the same checks
 * and advice, and apply changes in the same way.
 *
 * @module
 */
import { quote } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { diffValues } from "../config/document/diff.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import { addListEntry, removeListEntry } from "../config/document/edit.ts";
import { type ListEntry, parseEntry } from "../config/document/list_entry.ts";
import type { StoreChange } from "../config/store/store.ts";
import { absenceReason, readEntry } from "../listen/list/entry_check.ts";
import { AddressTable } from "../listen/machine/address_table.ts";
import { askSystem, readLinks } from "../listen/machine/ask_system.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import { needsLinks } from "../listen/plan/plan_input.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { listAdvice } from "./advice.ts";
import { applyOrAdvise } from "./apply.ts";
import { editStore } from "./store_edit.ts";

/** What to do with the list. */
export type ListChange =
  | AddEntry
  | { readonly kind: "remove"; readonly text: string }
  | ReplaceDocument;

/** The whole document, from an import, an editor or a rollback. */
interface ReplaceDocument {
  readonly kind: "replace";
  readonly document: ConfigDocument;
  /**
   * Rejects the change if the stored document is no longer this one: it changed in the meantime.
   */
  readonly over?: ConfigDocument;
}

/** Adds an entry. */
interface AddEntry {
  readonly kind: "add";
  /** As typed. */
  readonly text: string;
  /** Rejects what this machine does not have now. */
  readonly strict?: boolean;
  /** Accepts the name of an interface that does not exist yet. */
  readonly later?: boolean;
}

/** The result of a change; `change` is null if there was a problem. */
interface ListChanged extends ActionResult {
  readonly change: StoreChange | null;
}

/** Stores `change`, and applies it or returns advice on how to apply it. */
export async function changeList(io: AdminIo, change: ListChange): Promise<ListChanged> {
  const table = await inspectFor(change);
  const edit = editFor(change, table);
  if ("problem" in edit) return edit;
  const edited = await editStore(io, edit.apply);
  if ("problem" in edited) return { ...edited, change: null };
  const { before, after } = edited;
  const advice = listAdvice(before.ipListen, after.ipListen, table);
  const applied = await applyOrAdvise(io, "HTTP", edited);
  return { problem: null, notices: [...advice, ...applied], change: edited };
}

/** Reads what the machine has, as far as it matters for the entry that is typed. */
async function inspectFor(change: ListChange): Promise<AddressTable> {
  const machine = readMachine();
  if (change.kind === "remove") return new AddressTable(machine);
  const texts = change.kind === "add" ? [change.text] : change.document.ipListen;
  const entries = texts.map((text) => parseEntry(text))
    .filter((entry): entry is ListEntry => !isProblem(entry));
  const links = needsLinks(entries, machine) ? await readLinks() : null;
  const named = entries.flatMap(({ target }) => target.kind === "address" ? [target.ip] : []);
  const isStrict = change.kind === "add" && change.strict;
  return new AddressTable(
    await askSystem({ ...machine, links }, { named: isStrict ? named : [], wanted: [] }),
  );
}

/** Returns the edit for `change`, or the error if it is not valid. */
function editFor(
  change: ListChange,
  table: AddressTable,
): { apply(document: ConfigDocument): ConfigDocument | Problem } | ListChanged {
  if (change.kind === "replace") return { apply: (stored) => replaced(stored, change) };
  const entry = checkEntry(change, table);
  if (isProblem(entry)) return rejected(change.kind, change.text, entry);
  if (change.kind === "remove") {
    return { apply: (document) => removeListEntry(document, entry.text) };
  }
  return { apply: (document) => addListEntry(document, entry.text) };
}

function replaced(
  stored: ConfigDocument,
  { document, over }: ReplaceDocument,
): ConfigDocument | Problem {
  const isStale = over !== undefined && diffValues(over, stored).length > 0;
  return isStale ? new Problem("the stored document changed in the meantime") : document;
}

/** Parses the entry. One to remove may name what this machine no longer has. */
function checkEntry(
  change: Exclude<ListChange, ReplaceDocument>,
  table: AddressTable,
): ListEntry | Problem {
  if (change.kind === "remove") return withCanonicalZone(parseEntry(change.text), table);
  const entry = readEntry(change.text, table, { later: change.later });
  if (isProblem(entry) || !change.strict) return entry;
  const reason = absenceReason(entry, table);
  return reason === null ? entry : new Problem(reason, { code: WIN32.WSAEADDRNOTAVAIL });
}

/** Returns an entry with the name of an interface as its zone, as it is stored. */
function withCanonicalZone(entry: ListEntry | Problem, table: AddressTable): ListEntry | Problem {
  if (isProblem(entry) || entry.target.kind !== "address") return entry;
  return { ...entry, text: entry.text.replace(/[^!]+$/, table.canonical(entry.target.ip)) };
}

function rejected(kind: "add" | "remove", text: string, problem: Problem): ListChanged {
  const message = `Cannot ${kind} ${quote(text)}: ${problem.reason}`;
  const { hint } = problem;
  return { problem, notices: [{ kind: "error", text: message, hint }], change: null };
}
