/**
 * The limits of the service in one of its processes. Pure.
 *
 * Each process has a quota of the places of each key, by default an equal share, and decides alone
 * as long as that lasts. Then it asks the service, which has places left, or gets them back from
 * processes that do not use them. So a limit that is far away costs a comparison, and one that is
 * near holds exactly in sum.
 *
 * What changes a quota is told as a difference, because messages of both sides cross. A key whose
 * quota the service had to call back is frozen: each place that becomes free goes back at once,
 * until the service has places to give again.
 *
 * @module
 */
import type { Limit } from "../../base/limit.ts";
import { PlaceCounts } from "./place_counts.ts";

/** The places of each key of a limit that a process has by default, and how many there are. */
export interface LimitShare {
  readonly name: string;
  readonly share: number;
  readonly max: number;
}

/** A key of a limit. */
interface LimitKey {
  readonly name: string;
  readonly key: string;
}

/** What the service tells a process. */
export type LimitOrder =
  /** The shares of all limits: there are no others. `pinned` keys keep their quota. */
  | {
    readonly op: "shares";
    readonly shares: readonly LimitShare[];
    readonly pinned: readonly LimitKey[];
  }
  /** Asks for all places that are not used. */
  | (LimitKey & { readonly op: "recall" })
  /** Gives places: for those who wait for them, or because the key is not scarce any more. */
  | (LimitKey & { readonly op: "grant"; readonly more: number; readonly isAnswer: boolean });

/** What a process tells the service. */
export type LimitReport =
  /** Asks for places. */
  | (LimitKey & { readonly op: "ask"; readonly wanted: number })
  /** Gives places back. */
  | (LimitKey & { readonly op: "back"; readonly less: number })
  /** The same, as the answer to a recall. */
  | (LimitKey & { readonly op: "recalled"; readonly less: number })
  /** The answer to shares: all keys that have another quota than the share. */
  | { readonly op: "settled"; readonly quotas: (LimitKey & { readonly quota: number })[] };

/** The part of a share down to which a process gives back, so that the key can be forgotten. */
export function lowOf(share: number): number {
  return Math.floor(share / 2);
}

export class LimitShares {
  /** Receives what is to be told to the service. */
  report: (report: LimitReport) => void = () => {};
  readonly #limits = new Map<string, SharedLimit>();
  /** What applies to a limit that the service has not told of. */
  #other = { share: 0, max: Infinity };

  /** Returns the limit `name`; always the same one. */
  of(name: string): Limit {
    return this.#of(name);
  }

  receive(order: LimitOrder): void {
    switch (order.op) {
      case "shares":
        return this.#settle(order.shares, order.pinned);
      case "recall":
        return this.#of(order.name).recall(order.key);
      case "grant":
        return this.#of(order.name).grant(order.key, order.more, order.isAnswer);
    }
  }

  /** Reports whether a recall would find places of `key`. */
  hasUnused({ name, key }: LimitKey): boolean {
    return this.#of(name).hasUnused(key);
  }

  /** The number of keys that are kept, for those that have a quota of their own and all others. */
  get size(): number {
    return [...this.#limits.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #of(name: string): SharedLimit {
    let limit = this.#limits.get(name);
    if (limit === undefined) {
      limit = new SharedLimit(name, (report) => this.report(report), this.#other);
      this.#limits.set(name, limit);
    }
    return limit;
  }

  #settle(shares: readonly LimitShare[], pinned: readonly LimitKey[]): void {
    for (const { name } of shares) this.#of(name);
    const other = this.#other = { share: Infinity, max: Infinity };
    const shareOf = new Map(shares.map((one) => [one.name, one]));
    const keysOf = Map.groupBy(pinned, ({ name }) => name);
    const quotas = [...this.#limits].flatMap(([name, limit]) => {
      const keys = (keysOf.get(name) ?? []).map(({ key }) => key);
      const changed = limit.settle(shareOf.get(name) ?? other, keys);
      return changed.map(([key, quota]) => ({ name, key, quota }));
    });
    this.report({ op: "settled", quotas });
    for (const limit of this.#limits.values()) limit.resume();
  }
}

/** A quota that is not the share, or is not to be used for a while. */
interface Quota {
  places: number;
  /** Whether places that become free go back at once, so that it is never more than is used. */
  isFrozen: boolean;
}

/** Those who wait for an answer of the service. */
interface Waiting {
  readonly resolve: ((isAdmitted: boolean) => void)[];
  /** How many of them the question is about: the first ones. */
  asked: number;
  /** Whether a place has gone back since the question. */
  hasReturned: boolean;
}

class SharedLimit implements Limit {
  readonly #name: string;
  readonly #report: (report: LimitReport) => void;
  #share: number;
  #max: number;
  readonly #counts = new PlaceCounts();
  readonly #quotas = new Map<string, Quota>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    name: string,
    report: (report: LimitReport) => void,
    { share, max }: Pick<LimitShare, "share" | "max">,
  ) {
    this.#name = name;
    this.#report = report;
    this.#share = share;
    this.#max = max;
  }

  get size(): number {
    return this.#counts.size + this.#quotas.size + this.#waiting.size;
  }

  admit(key: string): boolean | Promise<boolean> {
    const count = this.#counts.of(key);
    if (count >= this.#max) return false; // more may be open: the limit was higher
    if (count < this.#quotaOf(key)) {
      this.#counts.add(key);
      return true;
    }
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(key);
      if (waiting !== undefined) return void waiting.resolve.push(resolve);
      this.#waiting.set(key, { resolve: [resolve], asked: 1, hasReturned: false });
      this.#report({ op: "ask", name: this.#name, key, wanted: 1 });
    });
  }

  release(key: string): void {
    const count = this.#counts.of(key);
    const quota = this.#quotas.get(key);
    if (this.#waiting.size > 0 && quota?.isFrozen !== true && this.#handOver(key, count)) return;
    this.#counts.subtract(key);
    if (quota === undefined) return;
    if (quota.isFrozen) this.#giveBack(key, quota, count - 1);
    else this.#giveBackUnused(key, quota);
  }

  hasUnused(key: string): boolean {
    return this.#counts.of(key) < this.#quotaOf(key);
  }

  /** Gives back what is not used, and whatever becomes free from now on. */
  recall(key: string): void {
    const [count, places] = [this.#counts.of(key), this.#quotaOf(key)];
    const less = places === Infinity ? 0 : places - count;
    this.#setQuota(key, { places: places - less, isFrozen: true });
    this.#report({ op: "recalled", name: this.#name, key, less });
  }

  grant(key: string, more: number, isAnswer: boolean): void {
    const isFrozen = more === 0 && this.#quotas.get(key)?.isFrozen === true;
    const quota: Quota = { places: this.#quotaOf(key) + more, isFrozen };
    this.#setQuota(key, quota);
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      this.#admit(key, waiting);
      if (isAnswer) this.#refuse(key, waiting);
    }
    if (this.#quotas.get(key) === quota) this.#giveBackUnused(key, quota);
  }

  /** Has another share from now on; returns the keys that have another quota. */
  settle(
    { share, max }: Pick<LimitShare, "share" | "max">,
    pinned: readonly string[],
  ): readonly (readonly [key: string, quota: number])[] {
    const before = this.#share;
    [this.#share, this.#max] = [share, max];
    if (share >= max) { // no other process has any
      this.#quotas.clear();
      return [];
    }
    for (const key of pinned) {
      if (this.#quotas.has(key)) continue;
      const places = Math.max(this.#counts.of(key), Math.min(before, share));
      this.#quotas.set(key, { places, isFrozen: false });
    }
    this.#counts.forEach((key, count) => {
      if (count <= share || this.#quotas.has(key)) return;
      this.#quotas.set(key, { places: count, isFrozen: false });
    });
    for (const [key, quota] of this.#quotas) this.#setQuota(key, quota);
    return [...this.#quotas].map(([key, { places }]) => [key, places]);
  }

  /** Uses what it has after a change of the shares, or gives it back. */
  resume(): void {
    for (const [key, waiting] of this.#waiting) this.#admit(key, waiting);
    for (const [key, quota] of this.#quotas) this.#giveBackUnused(key, quota);
  }

  #quotaOf(key: string): number {
    if (this.#quotas.size === 0) return this.#share;
    return this.#quotas.get(key)?.places ?? this.#share;
  }

  #setQuota(key: string, quota: Quota): void {
    const isShare = quota.places === this.#share && (!quota.isFrozen || quota.places === 0);
    if (isShare) this.#quotas.delete(key);
    else this.#quotas.set(key, quota);
  }

  /** Gives a place that becomes free to the first who waits, if there is one. */
  #handOver(key: string, count: number): boolean {
    const waiting = this.#waiting.get(key);
    const resolve = waiting?.resolve[0];
    if (resolve === undefined || count > Math.min(this.#quotaOf(key), this.#max)) return false;
    this.#takeFirst(waiting!)(true);
    return true;
  }

  /** Admits those who wait, as far as the quota goes. */
  #admit(key: string, waiting: Waiting): void {
    const most = Math.min(this.#quotaOf(key), this.#max);
    while (this.#counts.of(key) < most && waiting.resolve.length > 0) {
      this.#counts.add(key);
      this.#takeFirst(waiting)(true);
    }
  }

  /** Refuses those whom the question was about, and asks again for the others. */
  #refuse(key: string, waiting: Waiting): void {
    // A place that went back in the meantime may not have been there when the service looked.
    if (!waiting.hasReturned) { while (waiting.asked > 0) this.#takeFirst(waiting)(false); }
    const wanted = waiting.resolve.length;
    if (wanted === 0) return void this.#waiting.delete(key);
    [waiting.asked, waiting.hasReturned] = [wanted, false];
    this.#report({ op: "ask", name: this.#name, key, wanted });
  }

  #takeFirst(waiting: Waiting): (isAdmitted: boolean) => void {
    waiting.asked = Math.max(0, waiting.asked - 1);
    return waiting.resolve.shift()!;
  }

  /** Gives back most of a quota that is hardly used. */
  #giveBackUnused(key: string, quota: Quota): void {
    const low = lowOf(this.#share);
    if (quota.places <= low || this.#counts.of(key) > lowOf(low) || this.#waiting.has(key)) return;
    this.#giveBack(key, quota, low);
  }

  #giveBack(key: string, quota: Quota, places: number): void {
    const less = quota.places - places;
    quota.places = places;
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) waiting.hasReturned = true;
    this.#setQuota(key, quota);
    if (less > 0) this.#report({ op: "back", name: this.#name, key, less });
  }
}
