/**
 * Members that come and go, in the order in which they came: connections, time-outs, operations.
 *
 * Why not a Set: V8 moves a Set to a new table after as many deletions as it has places. The table
 * that is left refers to the next one, and still to its members. Once such a table was promoted to
 * the old generation, all that ever comes after it survives each collection of the young one, and
 * with a connection for each request the engine spent a twelfth of its time on copying the dead.
 * Here a member has the links itself, and loses them when it goes.
 *
 * @module
 */
import { invariant } from "./invariant.ts";

/** The links of a member, null outside of a list: it is in one list at a time. */
export interface Linked<Member> {
  previous: Member | null;
  next: Member | null;
}

/** A doubly linked list whose members hold the links. */
export class LinkedList<Member extends Linked<Member>> {
  #first: Member | null = null;
  #last: Member | null = null;
  #size = 0;
  /** Whom {@linkcode LinkedList.forEach} visits next. */
  #upNext: Member | null = null;
  #isVisiting = false;

  /** The member that has been here for longest; null if there is none. */
  get first(): Member | null {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds `member` at the end. It must be in no list. */
  add(member: Member): void {
    const last = this.#last;
    member.previous = last;
    if (last === null) this.#first = member;
    else last.next = member;
    this.#last = member;
    this.#size++;
  }

  /** Removes `member`, which may be in no other list; false if it is not in this one. */
  delete(member: Member): boolean {
    const { previous, next } = member;
    if (previous === null && this.#first !== member) return false;
    if (previous === null) this.#first = next;
    else previous.next = next;
    if (next === null) this.#last = previous;
    else next.previous = previous;
    if (this.#upNext === member) this.#upNext = next;
    member.previous = member.next = null;
    this.#size--;
    return true;
  }

  /** Calls `visit` for each member. It may add and delete any, but not begin another visit. */
  forEach(visit: (member: Member) => void): void {
    invariant(!this.#isVisiting, "one visit at a time");
    this.#isVisiting = true;
    try {
      this.#upNext = this.#first;
      for (let member = this.#upNext; member !== null; member = this.#upNext) {
        this.#upNext = member.next;
        visit(member);
      }
    } finally {
      this.#upNext = null;
      this.#isVisiting = false;
    }
  }

  /** Reports whether `test` is true of a member. */
  some(test: (member: Member) => boolean): boolean {
    for (let member = this.#first; member !== null; member = member.next) {
      if (test(member)) return true;
    }
    return false;
  }

  /** Returns the members there are now, in order. */
  toArray(): Member[] {
    const members: Member[] = [];
    for (let member = this.#first; member !== null; member = member.next) members.push(member);
    return members;
  }
}
