/**
 * Changes to the IP inclusion list. Every tool uses this, so that they all share the same checks
 * and advice, and apply changes in the same way.
 *
 * @module
 */
import { zoneOf } from "../base/address.ts";
import { quote } from "../base/fault.ts";
import { nearestName } from "../base/hints/nearest.ts";
import { isProblem, Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import { diffValues } from "../config/document/diff.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import { editList, type ListEdit } from "../config/document/edit.ts";
import {
  entryBeforePort,
  isPattern,
  type ListEntry,
  parseEntry,
  parseList,
} from "../config/document/list_entry.ts";
import { explainSpelling } from "../config/document/no_entry.ts";
import type { StoreChange } from "../config/store/store.ts";
import { absenceReason, readEntry, withNamedZone } from "../listen/list/entry_check.ts";
import { AddressTable, LOOPBACK_ABSENT } from "../listen/machine/address_table.ts";
import { askSystem } from "../listen/machine/ask_system.ts";
import { addLoopback } from "../listen/machine/bind_fault.ts";
import { usualAddress } from "../listen/machine/usual_address.ts";
import { readMachine } from "../listen/machine/machine_addresses.ts";
import { withLinks } from "../listen/plan/plan_input.ts";
import type { ActionResult, AdminIo, Notice } from "./admin_io.ts";
import { listAdvice } from "./advice.ts";
import { applyOrAdvise } from "./apply.ts";
import { editStore } from "./store_edit.ts";

/** What to do with the list. */
export type ListChange = EditEntries | ReplaceDocument;

/**
 * Adds and removes entries as one change. Each has its own answer: what can be done is stored, also
 * if the rest cannot.
 */
interface EditEntries {
  readonly kind: "edit";
  readonly edits: readonly EntryEdit[];
  /** Whether an entry that is on the list, or off it, already is no problem. */
  readonly isIdempotent?: boolean;
}

/** Adds or removes an entry. */
export interface EntryEdit {
  readonly kind: "add" | "remove";
  /** As typed. */
  readonly text: string;
  /** Where the text is from, if not from the command line: `line 3 of "list.txt"`. */
  readonly origin?: string | undefined;
  /** Rejects what this machine does not have now. */
  readonly strict?: boolean;
  /** Accepts the name of an interface that does not exist yet. */
  readonly later?: boolean;
}

/** The whole document, from an import, an editor or a rollback. */
interface ReplaceDocument {
  readonly kind: "replace";
  readonly document: ConfigDocument;
  /**
   * Rejects the change if the stored document is no longer this one: it changed in the meantime.
   */
  readonly over?: ConfigDocument;
}

/**
 * The result of a change; `change` is null if nothing could be done. The problem is the first one.
 */
interface ListChanged extends ActionResult {
  readonly change: StoreChange | null;
  /** The result of each edit. What concerns the whole change is in `notices`. */
  readonly answers: readonly ActionResult[];
}

/** Stores `change`, and applies it or returns advice on how to apply it. */
export function changeList(io: AdminIo, change: ListChange): Promise<ListChanged> {
  return change.kind === "edit" ? editEntries(io, change) : replaceDocument(io, change);
}

async function editEntries(
  io: AdminIo,
  { edits: typed, isIdempotent = false }: EditEntries,
): Promise<ListChanged> {
  const edits = typed.map((edit) => ({ ...edit, text: entryBeforePort(edit.text) ?? edit.text }));
  const table = await inspectFor(io, edits);
  const entries = edits.map((edit, i) => {
    io.progress?.("checking", "entries", i, edits.length);
    return io.isShared ? checkShared(edit) : checkEntry(edit, table);
  });
  io.progress?.("storing", "the configuration");
  const possible = edits.flatMap(({ kind }, i): ListEdit[] => {
    const entry = entries[i]!;
    return isProblem(entry) ? [] : [{ kind, entry: entry.text }];
  });
  let problems: readonly (Problem | null)[] = [];
  const stored = possible.length === 0 ? null : await editStore(io, (document) => {
    const edited = editList(document, possible);
    problems = edited.problems;
    return edited.document;
  });
  const isDenied = stored !== null && "problem" in stored;
  if (isDenied) problems = possible.map(() => stored.problem);
  const results = problems.values();
  const answers = edits.map((edit, i): ActionResult => {
    const entry = entries[i]!;
    if (isProblem(entry)) {
      return { problem: entry, changed: false, notices: [refusal(edit, entry, table)] };
    }
    const problem = results.next().value ?? null;
    const dropped = portNotices(typed[i]!, edit);
    if (isIdempotent && problem?.isSo) return { problem: null, changed: false, notices: dropped };
    // The old tools say no more than the code; among many entries that would not tell which.
    const isUnclear = problem !== null && edits.length > 1 && !isDenied;
    return {
      problem,
      changed: problem === null,
      notices: isUnclear ? [...dropped, refusal(edit, problem, table)] : dropped,
    };
  });
  const problem = answers.find((answer) => answer.problem !== null)?.problem ?? null;
  if (stored === null || isDenied) {
    return { problem, changed: false, notices: stored?.notices ?? [], change: null, answers };
  }
  const change = answers.some((answer) => answer.problem === null) ? stored : null;
  const notices = await consequences(io, stored, table);
  return { problem, changed: stored.changed, notices, change, answers };
}

/** Returns what to say of an entry that was typed with a port, as for a socket: the list has none. */
function portNotices(typed: EntryEdit, { text }: EntryEdit): Notice[] {
  if (typed.text === text) return [];
  const taken = `${quote(typed.text)} is taken as ${text}`;
  return [{
    kind: "note",
    text: `${taken}: an entry has no port, because the list is for every port`,
  }];
}

async function replaceDocument(io: AdminIo, change: ReplaceDocument): Promise<ListChanged> {
  io.progress?.("storing", "the configuration");
  const stored = await editStore(io, (document) => replaced(document, change));
  if ("problem" in stored) return { ...stored, change: null, answers: [] };
  const notices = await consequences(io, stored, await inspectFor(io, []));
  return { problem: null, changed: stored.changed, notices, change: stored, answers: [] };
}

/** Applies what is stored, or returns advice on how to apply it, after advice on the new entries. */
async function consequences(
  io: AdminIo,
  stored: StoreChange,
  table: AddressTable,
): Promise<Notice[]> {
  if (io.isShared) return [];
  const { before, after } = stored;
  const known = new Set(before.ipListen);
  const added = after.ipListen.filter((text) => !known.has(text));
  io.progress?.("looking at", "the changes");
  const advice = listAdvice(added, await withNames(table, added));
  return [...advice, ...await applyOrAdvise(io, "HTTP", stored)];
}

/** Returns the table with the names of every interface, if the entries depend on them. */
async function withNames(table: AddressTable, added: readonly string[]): Promise<AddressTable> {
  const { machine } = table;
  if (machine.links !== null) return table;
  return new AddressTable(await withLinks(machine, parseList(added), []));
}

/** Reads what the machine has, as far as it matters for the entries that are typed. */
async function inspectFor(
  { progress, isShared }: AdminIo,
  edits: readonly EntryEdit[],
): Promise<AddressTable> {
  const machine = readMachine();
  if (isShared) return new AddressTable(machine);
  const entries = edits.filter(({ kind }) => kind === "add").flatMap(({ text }) => {
    const entry = parseEntry(text);
    return isProblem(entry) ? [] : [entry];
  });
  const named = entries.flatMap(({ target }) => target.kind === "address" ? [target.ip] : []);
  const linked = await withLinks(machine, entries, named);
  return new AddressTable(await askSystem(linked, { named, wanted: [], progress }));
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
  { kind, text, strict, later }: EntryEdit,
  table: AddressTable,
): ListEntry | Problem {
  if (kind === "remove") {
    const parsed = parseEntry(text);
    return isProblem(parsed) ? parsed : withNamedZone(parsed, table);
  }
  const entry = readEntry(text, table, { later });
  if (isProblem(entry) || !strict) return entry;
  const reason = absenceReason(entry, table);
  if (reason === null) return entry;
  const near = nearestAddress(entry.text, table);
  const { target } = entry;
  const isLoopback = reason === LOOPBACK_ABSENT && target.kind === "address";
  const given = isLoopback ? [`${addLoopback(target.ip)} && ${addLine(entry.text)}`] : [];
  const hint = [...given, ...[...near, entry.text].map(addLine)].join("\n");
  return new Problem(reason, { code: WIN32.WSAEADDRNOTAVAIL, hint });
}

/** Parses an entry of a list that many machines have: it may name what only some of them have. */
function checkShared({ text }: EntryEdit): ListEntry | Problem {
  const entry = parseEntry(text);
  if (isProblem(entry)) return entry;
  const { target } = entry;
  if (target.kind === "address" && /^[0-9]+$/.test(zoneOf(target.ip))) {
    const reason = "the index of an interface differs from machine to machine";
    return new Problem(reason, { code: WIN32.WSAEINVAL, hint: SHARED_LINE });
  }
  const spelling = target.kind === "interface" && !isPattern(target) ? explainSpelling(text) : null;
  if (spelling === null) return entry;
  const hint = isCommand(spelling.hint) ? spelling.hint : SHARED_LINE;
  return new Problem(spelling.reason, { code: WIN32.WSAEINVAL, hint });
}

/** An entry that means on each machine what is its own. */
const SHARED_LINE = addLine("10.0.0.0/8");

/** Returns the address of the machine that `text` is most like, a typing error; none if none is. */
function nearestAddress(text: string, { machine }: AddressTable): string[] {
  const near = nearestName(text, machine.addresses.map(({ ip }) => ip));
  return near === null || near === text ? [] : [near];
}

function refusal(
  edit: EntryEdit,
  problem: Problem,
  table: AddressTable,
): Notice {
  const { kind, text, origin } = edit;
  const from = origin === undefined ? "" : `, ${origin}`;
  return {
    kind: "error",
    text: `Cannot ${kind} ${quote(text)}${from}: ${problem.reason}`,
    hint: refusalHint(edit, problem.hint, table),
  };
}

/** Returns what to type in place of the edit; `cure` is what the problem says, not always a command. */
function refusalHint(
  { kind, text }: EntryEdit,
  cure: string | undefined,
  table: AddressTable,
): string | undefined {
  const canBeTyped = cure === undefined || isCommand(cure);
  if (kind === "add") {
    return canBeTyped ? cure : addLine(nearestAddress(text, table)[0] ?? usualAddress());
  }
  // A spelling is explained with the command that adds it.
  if (canBeTyped) return cure?.replace(/\bhttpcfg set iplisten\b/g, "httpcfg delete iplisten");
  return "httpcfg query iplisten";
}

function isCommand(hint: string): boolean {
  return /^(?:sudo|httpcfg) /.test(hint);
}

function addLine(entry: string): string {
  return `httpcfg set iplisten -i ${entry}`;
}
