/**
 * The members of a fleet as the store has them: a record for each machine, and how it is while its lease
 * lasts. Pure.
 *
 * @module
 */
import { readRecord } from "./fleet_view.ts";
import type { KeyChange } from "./key_store.ts";
import type { Layout } from "./layout.ts";
import { type MemberRecord, memberSchema, type NodeState, nodeStateSchema } from "./records.ts";

/** A member, and how it is. */
export interface Member {
  /** Of a record that cannot be understood, the name alone, with an empty id. */
  readonly record: MemberRecord;
  /** Null if its lease is over: it is off, or cannot reach the store. */
  readonly state: NodeState | null;
  /** Why the record or the state cannot be used; null if both can. */
  readonly garbage: string | null;
}

/** The values of a member, as they were read. */
interface Texts {
  readonly member: string | null;
  readonly state: string | null;
}

const NO_TEXTS: Texts = { member: null, state: null };

/** The members of a store; a member that has not changed is not read again. */
export class MemberTable {
  readonly #layout: Layout;
  readonly #texts = new Map<string, Texts>();
  readonly #members = new Map<string, Member>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** All members, by name. */
  get members(): readonly Member[] {
    const names = [...this.#members.keys()].sort();
    return names.map((name) => this.#members.get(name)!);
  }

  /** Takes all values there are in place of what was known. */
  replace(values: readonly KeyChange[]): void {
    this.#texts.clear();
    this.#members.clear();
    this.change(values);
  }

  /** Takes changes. Returns whether they were about members, and not about their answers alone. */
  change(changes: readonly KeyChange[]): boolean {
    const touched = new Set<string>();
    for (const { key, value } of changes) {
      const node = this.#layout.nodeKey(key);
      if (node === null || (node.what !== "member" && node.what !== "state")) continue;
      this.#texts.set(node.name, {
        ...(this.#texts.get(node.name) ?? NO_TEXTS),
        [node.what]: value,
      });
      touched.add(node.name);
    }
    for (const name of touched) {
      const member = memberOf(name, this.#texts.get(name)!);
      if (member === null) this.#members.delete(name);
      else this.#members.set(name, member);
    }
    return touched.size > 0;
  }
}

/** Returns the member of these values; null if none of this name has joined. */
function memberOf(name: string, { member, state }: Texts): Member | null {
  if (member === null) return null;
  const record = readRecord(memberSchema, member);
  if (record?.name !== name) {
    const unknown = { name, id: "", group: null, joinedAt: "" };
    return { record: unknown, state: null, garbage: "its record cannot be understood" };
  }
  const reported = readRecord(nodeStateSchema, state);
  if (reported === undefined) {
    return { record, state: null, garbage: "its state cannot be understood" };
  }
  if (reported !== null && reported.id !== record.id) {
    return { record, state: null, garbage: "another machine reports its state under this name" };
  }
  return { record, state: reported ?? null, garbage: null };
}
