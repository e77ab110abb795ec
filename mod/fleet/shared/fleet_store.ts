/**
 * A fleet in the store: its document, its roll-out, its members.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { digestOf } from "../../config/store/version_file.ts";
import { randomHex } from "../../wire/random_ids.ts";
import { Backoff } from "./backoff.ts";
import { type FleetView, readRecord, viewOf, withChanges } from "./fleet_view.ts";
import { type KeyStore, type Operation, StoreFault, type Transaction } from "./key_store.ts";
import { Layout } from "./layout.ts";
import { type Member, MemberTable } from "./members.ts";
import { ask, type AskOptions } from "./questions.ts";
import type {
  Answer,
  MemberRecord,
  NodeState,
  Question,
  RevisionRecord,
  RolloutRecord,
  TargetRecord,
} from "./records.ts";
import { memberSchema, REVISION_MAX } from "./records.ts";
import {
  KEPT_REVISIONS,
  type Made,
  patched,
  Revisions,
  smallPatch,
  SNAPSHOT_EVERY,
  textOf,
} from "./revisions.ts";
import type { SharedDocument } from "./shared_document.ts";

/** A change of the shared document. */
export interface Change {
  /**
   * Returns the document after the change, of the one before: null if the store has none. It is
   * called again when somebody else has changed the document meanwhile.
   */
  readonly edit: (document: SharedDocument | null) => SharedDocument | Problem;
  /** `root@web1`. */
  readonly by: string;
  /** One line, in the words of the command. */
  readonly what: string;
  /** ISO 8601. */
  readonly at: string;
  /** The history that it belongs to: begun under this name in an empty store, refused by any other. */
  readonly epoch?: string | undefined;
  /**
   * Lowest number of the new revision. A member that repairs a store that was lost or went back gives
   * it: whatever the store has is replaced, also what cannot be read.
   */
  readonly atLeast?: number | undefined;
  /** Whether members run it at once, without a roll-out: the first revision of a fleet. */
  readonly alsoTarget?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What has become of a change. */
export interface Committed {
  /** Why nothing was changed. */
  readonly problem: Problem | null;
  readonly changed: boolean;
  /** The newest revision; null if the store has none. */
  readonly revision: number | null;
  readonly before: SharedDocument | null;
  readonly after: SharedDocument | null;
}

/** What {@linkcode FleetStore.observe} reports. */
type ViewReport =
  | { readonly kind: "view"; readonly view: FleetView }
  | { readonly kind: "lost"; readonly reason: string };

/** What {@linkcode FleetStore.observeMembers} reports. */
type MembersReport =
  | { readonly kind: "members"; readonly members: readonly Member[] }
  | { readonly kind: "lost"; readonly reason: string };

/** Characters of `by` and `what`. */
const TEXT_MAX = 4096;
/** Revisions that {@linkcode FleetStore.history} returns if nothing else is asked for. */
const HISTORY_MAX = KEPT_REVISIONS;
/** Records that history reads at once. */
const HISTORY_AT_ONCE = 64;
/** Between two attempts of administrators who change the document at the same time. */
const RACE = { baseMs: 20, maxMs: 2_000 };
/** Attempts after which something else must be wrong. */
const ATTEMPTS_MAX = 500;

/** Any member has the last good document. */
const REPAIR = { hint: "httpcfg help fleet join" };

/** One attempt to write a revision. */
interface Attempt {
  readonly record: RevisionRecord;
  readonly transaction: Transaction;
}

/** The fleet whose keys begin with a prefix. */
export class FleetStore {
  readonly keys: KeyStore;
  readonly layout: Layout;
  readonly #revisions: Revisions;
  /** The newest revision that was seen. */
  #head: RevisionRecord | null = null;
  /** The document that was made last: that of the next revision is made of it without another read. */
  #made: Made | null = null;

  constructor(keys: KeyStore, prefix: string) {
    this.keys = keys;
    this.layout = new Layout(prefix);
    this.#revisions = new Revisions(keys, this.layout);
  }

  /** Reads everything below `shared/`. */
  async readView(signal?: AbortSignal): Promise<FleetView> {
    const snapshot = await this.keys.read({ prefix: this.layout.shared }, signal);
    return this.#seen(viewOf(this.layout, snapshot));
  }

  /** Reports how the store is, and each change, until `signal` aborts. */
  async *observe(signal: AbortSignal): AsyncIterable<ViewReport> {
    let view: FleetView | null = null;
    for await (const report of this.keys.observe(this.layout.shared, signal)) {
      if (report.kind === "lost") {
        yield report;
        continue;
      }
      if (report.kind === "snapshot") view = viewOf(this.layout, report.snapshot);
      else if (view !== null) {
        view = withChanges(this.layout, view, report.revision, report.changes);
      }
      if (view !== null) yield { kind: "view", view: this.#seen(view) };
    }
  }

  /**
   * Returns the document of a revision. Throws a Fault if it cannot be made of what the store has, or
   * is not what was written.
   */
  async documentOf(revision: number, signal?: AbortSignal): Promise<SharedDocument> {
    const record = this.#head?.revision === revision
      ? this.#head
      : await this.#revisions.read(revision, signal);
    if (record === null) {
      throw new Fault(`Cannot read revision ${revision}: ${this.keys.name} does not have it`, {
        hint: "httpcfg fleet history",
      });
    }
    return await this.#documentOf(record, signal);
  }

  /**
   * Takes the document of a revision that was kept since before a restart, so that it, or the one after
   * it, need not be read. The hash tells if it is of another history.
   */
  async know(revision: number, document: SharedDocument): Promise<void> {
    this.#made = { revision, hash: await digestOf(textOf(document)), document };
  }

  /**
   * Changes the shared document: a new revision, unless nothing differs. Of administrators who do so at the
   * same time, each gets a revision that has the changes of those before.
   */
  async commit(change: Change): Promise<Committed> {
    const id = randomHex(16);
    const backoff = new Backoff(RACE);
    const uncertain: number[] = [];
    for (let count = 0; count < ATTEMPTS_MAX; count++) {
      const view = await this.readView(change.signal);
      const own = await this.#ownAmong(uncertain, id, change.signal);
      if (own !== null) return await this.#committed(own, change.signal);
      const before = await this.#documentBefore(view, change);
      const edited = this.#problemOf(view, change) ?? change.edit(before);
      if (isProblem(edited)) return unchanged(view, before, edited);
      // As a reader will have it: without fields that are undefined.
      const after: SharedDocument = JSON.parse(JSON.stringify(edited));
      if (isSame(before, after) && change.atLeast === undefined) {
        return unchanged(view, before, null);
      }
      const attempt = await this.#attempt(view, { before, after, id, change });
      const { revision } = attempt.record;
      const isDone = await this.#try(attempt, change.signal);
      if (isDone === true) {
        this.#made = { revision, hash: attempt.record.hash, document: after };
        return { problem: null, changed: true, revision, before, after };
      }
      if (isDone === null) uncertain.push(revision);
      await backoff.wait(change.signal);
      change.signal?.throwIfAborted();
    }
    throw new Fault(
      `Cannot change the document in ${this.keys.name}: others change it all the time`,
    );
  }

  /** Returns the newest revisions, the newest first. */
  async history(
    limit: number = HISTORY_MAX,
    signal?: AbortSignal,
  ): Promise<readonly RevisionRecord[]> {
    const newest = (await this.readView(signal)).head?.revision ?? 0;
    const records: RevisionRecord[] = [];
    for (let last = newest; last >= 1 && records.length < limit; last -= HISTORY_AT_ONCE) {
      const first = Math.max(1, last - HISTORY_AT_ONCE + 1);
      const read = await this.#revisions.readAll(first, last, signal);
      // Before what is missing there is nothing, or what was there before a repair.
      if (read.length === 0) break;
      records.push(...read.toReversed());
    }
    return records.slice(0, limit);
  }

  /** Reads all members, by name. */
  async members(signal?: AbortSignal): Promise<readonly Member[]> {
    const table = new MemberTable(this.layout);
    table.replace((await this.keys.read({ prefix: this.layout.nodes }, signal)).values);
    return table.members;
  }

  /** Reports all members, and again after each change, until `signal` aborts. */
  async *observeMembers(signal: AbortSignal): AsyncIterable<MembersReport> {
    const table = new MemberTable(this.layout);
    for await (const report of this.keys.observe(this.layout.nodes, signal)) {
      if (report.kind === "lost") {
        yield report;
        continue;
      }
      if (report.kind === "snapshot") table.replace(report.snapshot.values);
      else if (!table.change(report.changes)) continue;
      yield { kind: "members", members: table.members };
    }
  }

  /**
   * Writes the record of a member. Returns false, and writes nothing, if another machine has the name,
   * unless it `replaces` that one.
   */
  async putMember(record: MemberRecord, replaces = false): Promise<boolean> {
    const key = this.layout.member(record.name);
    const value = JSON.stringify(record);
    for (;;) {
      const { values: [stored] } = await this.keys.read({ key });
      const other = readRecord(memberSchema, stored?.value ?? null);
      if (!replaces && stored !== undefined && other?.id !== record.id) return false;
      const transaction: Transaction = {
        when: [{ key, changed: stored?.changed ?? 0 }],
        then: [{ kind: "put", key, value }],
      };
      // Whoever was faster may be this machine: a command beside its service.
      if (await this.#swap(transaction, { key, value })) return true;
    }
  }

  /** Removes all that there is of a member. */
  async removeMember(name: string): Promise<void> {
    await this.keys.commit({
      when: [],
      then: [{ kind: "delete", range: { prefix: this.layout.node(name) } }],
    });
  }

  /** Writes how a member is; it ends with the lease. */
  async putState(name: string, state: NodeState, lease: string): Promise<void> {
    await this.#put(this.layout.state(name), JSON.stringify(state), lease);
  }

  /** Writes what a member answers. The lease should end soon after who asks has read it. */
  async putAnswer(name: string, id: string, answer: Answer, lease: string): Promise<void> {
    await this.#put(this.layout.answer(name, id), JSON.stringify(answer), lease);
  }

  /** Asks members. Returns the answer of each; null for none. */
  ask(
    question: Question,
    names: readonly string[],
    options: Omit<AskOptions, "names">,
  ): Promise<ReadonlyMap<string, Answer | null>> {
    return ask(this.keys, this.layout, question, { ...options, names });
  }

  /**
   * Replaces the roll-out, and with it the target, if neither was written after the revisions of the
   * store that are given as `changed`; 0 for one that is not there. Returns false if one was.
   */
  async replaceRollout(
    record: RolloutRecord,
    changed: number,
    also?: { readonly target: TargetRecord; readonly changed: number },
  ): Promise<boolean> {
    const { rollout: key, target } = this.layout;
    const value = JSON.stringify(record);
    return await this.#swap({
      when: [{ key, changed }, ...(also ? [{ key: target, changed: also.changed }] : [])],
      then: [
        { kind: "put", key, value },
        ...(also
          ? [{ kind: "put", key: target, value: JSON.stringify(also.target) } as const]
          : []),
      ],
    }, { key, value });
  }

  /** Becomes the driver of the roll-out for as long as the lease lasts. Returns false if there is one. */
  async takeDriver(name: string, lease: string): Promise<boolean> {
    const { driver: key } = this.layout;
    const put = { kind: "put", key, value: name, lease } as const;
    return (await this.keys.commit({ when: [{ key, changed: 0 }], then: [put] })).isDone;
  }

  async #put(key: string, value: string, lease: string): Promise<void> {
    await this.keys.commit({ when: [], then: [{ kind: "put", key, value, lease }] });
  }

  /** Commits; if it is uncertain whether that was done, the value of a key tells. */
  async #swap(
    transaction: Transaction,
    { key, value }: { readonly key: string; readonly value: string },
  ): Promise<boolean> {
    try {
      return (await this.keys.commit(transaction)).isDone;
    } catch (error) {
      if (!(error instanceof StoreFault) || !error.isUncertain) throw error;
      const { values } = await this.keys.read({ key });
      if (values[0]?.value === value) return true;
      throw error;
    }
  }

  #seen(view: FleetView): FleetView {
    this.#head = view.head;
    return view;
  }

  async #documentOf(record: RevisionRecord, signal?: AbortSignal): Promise<SharedDocument> {
    const { revision, hash } = record;
    const made = this.#made;
    if (made?.revision === revision && made.hash === hash) return made.document;
    const next = made?.revision === revision - 1 ? await patched(made.document, record) : null;
    const document = next ?? await this.#revisions.make(record, signal);
    this.#made = { revision, hash, document };
    return document;
  }

  /** Returns the document that a change begins with; null if there is none. */
  async #documentBefore(
    { head }: FleetView,
    { atLeast, signal }: Change,
  ): Promise<SharedDocument | null> {
    if (head === null) return null;
    try {
      return await this.#documentOf(head, signal);
    } catch (error) {
      // Who repairs the store brings the whole document.
      if (atLeast !== undefined && error instanceof Fault && !(error instanceof StoreFault)) {
        return null;
      }
      throw error;
    }
  }

  /** Returns why the store must not be changed. */
  #problemOf(view: FleetView, { epoch, atLeast }: Change): Problem | null {
    if (epoch !== undefined && view.epoch !== null && epoch !== view.epoch) {
      return new Problem("the store has the document of another fleet");
    }
    const { head, epoch: epochKey } = this.layout;
    if (atLeast !== undefined) return null;
    const bad = [head, epochKey].filter((key) => view.garbage.includes(key));
    if (bad.length > 0) {
      return new Problem(`the store has garbage under ${bad.join(" and ")}`, REPAIR);
    }
    // A document that was lost is not an empty one.
    if (view.epoch !== null && view.head === null) {
      return new Problem("the store has lost the document", REPAIR);
    }
    return null;
  }

  async #attempt(
    view: FleetView,
    { before, after, id, change }: {
      readonly before: SharedDocument | null;
      readonly after: SharedDocument;
      readonly id: string;
      readonly change: Change;
    },
  ): Promise<Attempt> {
    const { by, what, at, atLeast, signal } = change;
    const last = view.head?.revision ?? await this.#revisions.newestNumber(signal);
    const revision = Math.max(last + 1, atLeast ?? 1);
    if (revision > REVISION_MAX) throw new Fault("Cannot number another revision");
    const text = textOf(after);
    const follows = before !== null && revision === last + 1 && revision % SNAPSHOT_EVERY !== 0;
    const patch = follows ? smallPatch(before, after) : null;
    const place = { revision, id };
    const record: RevisionRecord = {
      revision,
      id,
      at,
      by: by.slice(0, TEXT_MAX),
      what: what.slice(0, TEXT_MAX),
      hash: await digestOf(text),
      patch,
      snapshot: patch === null
        ? await this.#revisions.writeSnapshot(text, place, signal)
        : view.head!.snapshot,
    };
    return { record, transaction: await this.#transaction(view, record, change) };
  }

  async #transaction(
    view: FleetView,
    record: RevisionRecord,
    { epoch, alsoTarget, signal }: Change,
  ): Promise<Transaction> {
    const { layout } = this;
    const { revision } = record;
    const value = JSON.stringify(record);
    const put = (key: string, value: string): Operation => ({ kind: "put", key, value });
    const isNew = view.epoch === null;
    const target: TargetRecord = { revision, groups: {} };
    const watched = [layout.head, layout.epoch, ...(alsoTarget === true ? [layout.target] : [])];
    return {
      when: [
        ...watched.map((key) => ({ key, changed: view.changed.get(key) ?? 0 })),
        { key: layout.revision(revision), changed: 0 },
      ],
      then: [
        put(layout.head, value),
        put(layout.revision(revision), value),
        ...(isNew ? [put(layout.epoch, epoch ?? randomHex(16))] : []),
        ...(alsoTarget === true ? [put(layout.target, JSON.stringify(target))] : []),
        ...(record.patch === null ? await this.#pruning(view, revision, signal) : []),
      ],
    };
  }

  /** What nobody needs any longer when `revision` is the newest. */
  async #pruning(
    { target, rollout, garbage }: FleetView,
    revision: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly Operation[]> {
    if (garbage.includes(this.layout.target) || garbage.includes(this.layout.rollout)) return [];
    const run = target === null ? [] : [target.revision, ...Object.values(target.groups)];
    const needed = [...run, ...(rollout === null ? [] : [rollout.revision])];
    return await this.#revisions.prune(Math.min(revision - KEPT_REVISIONS, ...needed), signal);
  }

  /** Returns whether a revision was written; null if that is not known. */
  async #try(
    { record: { revision, id }, transaction }: Attempt,
    signal: AbortSignal | undefined,
  ): Promise<boolean | null> {
    try {
      return (await this.keys.commit(transaction, signal)).isDone;
    } catch (error) {
      if (!(error instanceof StoreFault) || !error.isUncertain) throw error;
      const own = await this.#ownAmong([revision], id, signal).catch(() => {
        throw error; // which says that it may have been written
      });
      return own === null ? null : true;
    }
  }

  /**
   * Returns the revision with our id among those that may have been written. A write that got no answer
   * can still happen after it was looked for.
   */
  async #ownAmong(
    revisions: readonly number[],
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<RevisionRecord | null> {
    for (const revision of revisions) {
      const record = await this.#revisions.read(revision, signal);
      if (record?.id === id) return record;
    }
    return null;
  }

  async #committed(
    record: RevisionRecord,
    signal: AbortSignal | undefined,
  ): Promise<Committed> {
    const { revision } = record;
    const before = record.revision === 1 || record.patch === null
      ? null
      : await this.documentOf(revision - 1, signal);
    const after = await this.#revisions.make(record, signal);
    return { problem: null, changed: true, revision, before, after };
  }
}

function unchanged(
  { head }: FleetView,
  document: SharedDocument | null,
  problem: Problem | null,
): Committed {
  const revision = head?.revision ?? null;
  return { problem, changed: false, revision, before: document, after: document };
}

function isSame(before: SharedDocument | null, after: SharedDocument): boolean {
  return before !== null && textOf(before) === textOf(after);
}
