/**
 * Changes to the IP inclusion list. Every tool uses this, so that they all share the same checks
 * and advice, and apply changes in the same way.
 *
 * @module
 */
import { quote, usageFault } from "../base/fault.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { diffValues } from "../config/document/diff.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import { addListEntry, removeListEntry } from "../config/document/edit.ts";
import { type ListEntry, parseEntry } from "../config/document/list_entry.ts";
import type { StoreChange } from "../config/store/store.ts";
import { type Machine, readMachine } from "../listen/machine/machine_addresses.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { absenceReason, listAdvice } from "./advice.ts";
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
  /** Number of the entry to insert before, from 1, as typed; the end if not given. */
  readonly before?: string | null;
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
  const machine = readMachine();
  const edit = editFor(change, machine);
  if ("problem" in edit) return edit;
  const edited = await editStore(io, edit.apply);
  if ("problem" in edited) return { ...edited, change: null };
  const { before, after } = edited;
  const advice = listAdvice(before.ipListen, after.ipListen, machine);
  const applied = await applyOrAdvise(io, "HTTP", edited);
  return { problem: null, notices: [...advice, ...applied], change: edited };
}

/** Returns the edit for `change`, or the error if it is not valid. */
function editFor(
  change: ListChange,
  machine: Machine,
): { apply(document: ConfigDocument): ConfigDocument | Problem } | ListChanged {
  if (change.kind === "replace") return { apply: (stored) => replaced(stored, change) };
  const entry = readEntry(change, machine);
  if (isProblem(entry)) return rejected(change.kind, change.text, entry);
  if (change.kind === "remove") {
    return { apply: (document) => removeListEntry(document, entry.text) };
  }
  const { before = null } = change;
  return {
    apply: (document) => {
      return addListEntry(document, entry.text, indexBefore(before, document.ipListen.length));
    },
  };
}

function replaced(
  stored: ConfigDocument,
  { document, over }: ReplaceDocument,
): ConfigDocument | Problem {
  const isStale = over !== undefined && diffValues(over, stored).length > 0;
  return isStale ? new Problem("the stored document changed in the meantime") : document;
}

/** Parses the entry. One to remove may name what this machine no longer has. */
function readEntry(
  change: Exclude<ListChange, ReplaceDocument>,
  machine: Machine,
): ListEntry | Problem {
  if (change.kind === "remove") return parseEntry(change.text);
  const names = new Set(machine.addresses.map((address) => address.interface));
  const entry = parseEntry(change.text, change.later ? undefined : [...names]);
  if (isProblem(entry) || !change.strict) return entry;
  const reason = absenceReason(entry, machine);
  return reason === null ? entry : new Problem(reason, { code: WIN32.WSAEADDRNOTAVAIL });
}

function rejected(kind: "add" | "remove", text: string, problem: Problem): ListChanged {
  const message = `Cannot ${kind} ${quote(text)}: ${problem.reason}`;
  const { hint } = problem;
  return { problem, notices: [{ kind: "error", text: message, hint }], change: null };
}

/** Returns the index in the list for `--before N`, from 0; null for the end. */
function indexBefore(before: string | null, length: number): number | null {
  if (before === null) return null;
  const number = /^[1-9][0-9]{0,5}$/.test(before) ? Number(before) : 0;
  const max = Math.max(1, length);
  if (number >= 1 && number <= max) return number - 1;
  throw usageFault(
    `Cannot use ${quote(before)} for "--before": must be between 1 and ${max}`,
    "httpcfg query iplisten",
  );
}
