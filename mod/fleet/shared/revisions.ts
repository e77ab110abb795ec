/**
 * The shared document in the store: whole documents in pieces, and the patches from one to the next.
 *
 * Only `revision/N` and `head` tell what a revision is. The pieces of a whole document are written
 * before them, under the id of the writer, and are nothing until a revision names them.
 *
 * @module
 */
import { applyPatch, makePatch, type Patch } from "../../config/document/patch.ts";
import { digestOf } from "../../config/store/version_file.ts";
import { Fault, quote } from "../../base/fault.ts";
import { readRecord } from "./fleet_view.ts";
import type { KeyStore, Operation } from "./key_store.ts";
import type { Layout } from "./layout.ts";
import { type RevisionRecord, revisionSchema, type SnapshotPlace } from "./records.ts";
import { asSharedDocument, type SharedDocument } from "./shared_document.ts";

/** Revisions from one whole document to the next: what a reader applies at most. */
export const SNAPSHOT_EVERY = 64;
/** Revisions that are kept at least. */
export const KEPT_REVISIONS = 500;
/**
 * Bytes of a patch. A larger one would be sent to every member at once, and with a copy of it in the same
 * transaction it has to be smaller than what the store takes: its revision has a whole document instead.
 */
const PATCH_BYTES_MAX = 256 * 1024;
/** UTF-16 code units of a piece of a whole document: at most 384 KiB in UTF-8. */
const PIECE_CHARACTERS = 128 * 1024;
/** Records that are read at once. */
const RECORDS_AT_ONCE = 32;

/** A revision whose document was made. */
export interface Made {
  readonly revision: number;
  readonly hash: string;
  readonly document: SharedDocument;
}

/** Returns the JSON of a document, of which its hash is. */
export function textOf(document: SharedDocument): string {
  return JSON.stringify(document);
}

/** Returns the text in pieces; no character is split. */
function piecesOf(text: string, most: number = PIECE_CHARACTERS): readonly string[] {
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + most, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end++;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** Returns the patch for `after`, unless it is too large to be sent to everybody. */
export function smallPatch(before: SharedDocument, after: SharedDocument): Patch | null {
  const patch = makePatch(before, after);
  const { length } = new TextEncoder().encode(JSON.stringify(patch));
  return length > PATCH_BYTES_MAX ? null : patch;
}

/**
 * Returns the document that a revision makes of the one before; null if it is not of that one, or the
 * revision has no patch.
 */
export async function patched(
  before: SharedDocument,
  { patch, hash }: RevisionRecord,
): Promise<SharedDocument | null> {
  if (patch === null) return null;
  const after = applyPatch(before, patch);
  if (after === undefined || await digestOf(JSON.stringify(after)) !== hash) return null;
  return asSharedDocument(after);
}

/** Reads and writes revisions. */
export class Revisions {
  readonly #keys: KeyStore;
  readonly #layout: Layout;

  constructor(keys: KeyStore, layout: Layout) {
    this.#keys = keys;
    this.#layout = layout;
  }

  /** Reads the record of a revision; null if there is none. */
  async read(revision: number, signal?: AbortSignal): Promise<RevisionRecord | null> {
    const key = this.#layout.revision(revision);
    const { values } = await this.#keys.read({ key }, signal);
    if (values.length === 0) return null;
    return this.#recordOf(key, values[0]!.value);
  }

  /** Reads the records from `first` to `last` that there are, oldest first. */
  async readAll(
    first: number,
    last: number,
    signal?: AbortSignal,
  ): Promise<readonly RevisionRecord[]> {
    const records: RevisionRecord[] = [];
    for (let at = first; at <= last; at += RECORDS_AT_ONCE) {
      const end = Math.min(at + RECORDS_AT_ONCE, last + 1);
      const range = { from: this.#layout.revision(at), to: this.#layout.revision(end) };
      const { values } = await this.#keys.read(range, signal);
      records.push(...values.map(({ key, value }) => this.#recordOf(key, value)));
    }
    return records;
  }

  /** Returns the number of the newest revision that was ever written and is still there; 0 for none. */
  async newestNumber(signal?: AbortSignal): Promise<number> {
    const { values } = await this.#keys.read({ prefix: this.#layout.revisions }, signal);
    const number = Number(values.at(-1)?.key.slice(this.#layout.revisions.length) ?? 0);
    return Number.isSafeInteger(number) ? number : 0;
  }

  /** Makes the document of a revision of what is in the store. Throws a Fault if that is impossible. */
  async make(record: RevisionRecord, signal?: AbortSignal): Promise<SharedDocument> {
    const { revision, snapshot } = record;
    const steps = await this.readAll(snapshot.revision + 1, revision, signal);
    let document: unknown = await this.#readSnapshot(record, signal);
    let at = snapshot.revision;
    for (const { revision: number, patch } of steps) {
      if (number !== ++at || patch === null) break;
      document = applyPatch(document, patch);
    }
    const isMade = document !== undefined && at === revision &&
      await digestOf(JSON.stringify(document)) === record.hash;
    const shared = isMade ? asSharedDocument(document) : null;
    if (shared === null) {
      throw this.#damaged(revision, "what is stored of it is not what was written");
    }
    return shared;
  }

  /** Writes a whole document for the revision that `place` names, and returns where it is. */
  async writeSnapshot(
    text: string,
    place: Omit<SnapshotPlace, "pieces">,
    signal?: AbortSignal,
  ): Promise<SnapshotPlace> {
    const pieces = piecesOf(text);
    for (const [index, value] of pieces.entries()) {
      const key = this.#layout.piece(place, index);
      await this.#keys.commit({ when: [], then: [{ kind: "put", key, value }] }, signal);
    }
    return { ...place, pieces: pieces.length };
  }

  /**
   * Returns what deletes the revisions before those that are kept, and their whole documents. `oldest`
   * is the oldest revision that somebody may still need.
   */
  async prune(oldest: number, signal?: AbortSignal): Promise<readonly Operation[]> {
    if (oldest <= 1) return [];
    const [first] = await this.readAll(oldest, oldest + SNAPSHOT_EVERY, signal);
    const kept = first?.snapshot.revision ?? 0;
    if (kept <= 1) return [];
    const { revisions, snapshots } = this.#layout;
    return [
      { kind: "delete", range: { from: revisions, to: this.#layout.revision(kept) } },
      { kind: "delete", range: { from: snapshots, to: this.#layout.snapshot(kept) } },
    ];
  }

  async #readSnapshot(
    { revision, snapshot }: RevisionRecord,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    let text = "";
    for (let index = 0; index < snapshot.pieces; index++) {
      const key = this.#layout.piece(snapshot, index);
      const { values } = await this.#keys.read({ key }, signal);
      if (values.length === 0) throw this.#damaged(revision, `the store has no key ${quote(key)}`);
      text += values[0]!.value;
    }
    try {
      return JSON.parse(text);
    } catch {
      throw this.#damaged(revision, "its whole document is no JSON");
    }
  }

  #recordOf(key: string, value: string): RevisionRecord {
    const record = readRecord(revisionSchema, value);
    const number = Number(key.slice(this.#layout.revisions.length));
    if (record?.revision === number) return record;
    throw this.#damaged(number, `the value of the key ${quote(key)} is no revision`);
  }

  #damaged(revision: number, reason: string): Fault {
    return new Fault(`Cannot read revision ${revision} from ${this.#keys.name}: ${reason}`, {
      hint: "httpcfg fleet history",
    });
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
