/**
 * Changes of the IP inclusion list: the one way for every tool, so that each has the same checks, the
 * same advice and the same application.
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

/** The whole document, as an import, an editor or a rollback has it. */
interface ReplaceDocument {
  readonly kind: "replace";
  readonly document: ConfigDocument;
  /** Refuses where the stored document is no longer this one: somebody has changed it meanwhile. */
  readonly over?: ConfigDocument;
}

/** One entry more. */
interface AddEntry {
  readonly kind: "add";
  /** As it was typed. */
  readonly text: string;
  /** Number of the entry to put it before, 1 the first, as it was typed; the end when not given. */
  readonly before?: string | null;
  /** Refuses what this machine does not have now. */
  readonly strict?: boolean;
  /** Takes the name of an interface that is not here yet. */
  readonly later?: boolean;
}

/** What came of a change; `change` is null where there was a problem. */
interface ListChanged extends ActionResult {
  readonly change: StoreChange | null;
}

/** Makes `change`, stored and applied or with the advice how to apply it. */
export async function changeList(io: AdminIo, change: ListChange): Promise<ListChanged> {
  const machine = readMachine();
  const edit = editFor(change, machine);
  if ("problem" in edit) return edit;
  const edited = await editStore(io, edit.apply);
  if ("problem" in edited) return { ...edited, change: null };
  const { before, after } = edited;
  const advice = listAdvice(before.ipListen, after.ipListen, machine);
  const applied = edited.changed ? await applyOrAdvise(io, "HTTP") : [];
  return { problem: null, notices: [...advice, ...applied], change: edited };
}

/** The edit that `change` means; what is wrong with it where it means none. */
function editFor(
  change: ListChange,
  machine: Machine,
): { apply(document: ConfigDocument): ConfigDocument | Problem } | ListChanged {
  if (change.kind === "replace") return { apply: (stored) => replaced(stored, change) };
  const entry = readEntry(change, machine);
  if (isProblem(entry)) return refused(change.kind, change.text, entry);
  if (change.kind === "remove") {
    return { apply: (document) => removeListEntry(document, entry.text) };
  }
  const { before = null } = change;
  return {
    apply: (document) => {
      return addListEntry(document, entry.text, placeOf(before, document.ipListen.length));
    },
  };
}

function replaced(
  stored: ConfigDocument,
  { document, over }: ReplaceDocument,
): ConfigDocument | Problem {
  const isStale = over !== undefined && diffValues(over, stored).length > 0;
  return isStale ? new Problem("the stored document was changed meanwhile") : document;
}

/** An entry to remove may name what this machine no longer has. */
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

function refused(kind: "add" | "remove", text: string, problem: Problem): ListChanged {
  const message = `Cannot ${kind} ${quote(text)}: ${problem.reason}`;
  const { hint } = problem;
  return { problem, notices: [{ kind: "error", text: message, hint }], change: null };
}

/** Place in the list of `--before N`, from 0; null for the end. */
function placeOf(before: string | null, length: number): number | null {
  if (before === null) return null;
  const place = /^[1-9][0-9]{0,5}$/.test(before) ? Number(before) : 0;
  if (place >= 1 && place <= Math.max(1, length)) return place - 1;
  throw usageFault(
    `Cannot put it before ${quote(before)}: the list has ${length} entries`,
    "httpcfg query iplisten",
  );
}
