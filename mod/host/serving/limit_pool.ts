/**
 * The limits of the service over all its processes: who may use how many places. Pure.
 *
 * Each process has an equal share of each key, and what it needs beyond that it asks for. Most keys
 * never come to that, and nothing is kept of them. Of the others there is a record of the quotas
 * that are not the share, until all use little again.
 *
 * A process is refused only after it is proved that all places were taken at one moment: those that
 * have called back what they do not use tell of each place that becomes free, and have told of none
 * from one question to the next.
 *
 * @module
 */
import { type LimitOrder, type LimitReport, type LimitShare, lowOf } from "./limit_shares.ts";

/** A process of the service, as far as limits are concerned. */
export interface LimitParty {
  /** Sends an order, after those before it. */
  order(order: LimitOrder): void;
}

/** A limit and its places. */
export interface ServiceLimit {
  readonly name: string;
  readonly max: number;
}

/** What is known of a key whose quotas are not all equal. */
interface KeyRecord {
  /** The quotas that are not the share. */
  readonly quotas: Map<LimitParty, number>;
  /** Those who tell of each place that becomes free. */
  readonly frozen: Set<LimitParty>;
  /** How often places came back. */
  returns: number;
}

/** A limit and the keys of it that have a record. */
interface Shared {
  readonly max: number;
  share: number;
  readonly records: Map<string, KeyRecord>;
}

interface Question {
  readonly party: LimitParty;
  readonly name: string;
  readonly key: string;
  readonly wanted: number;
}

/** What a process owes an answer to. */
interface Owed {
  settled: (() => void) | null;
  /** By limit and key. */
  readonly recalls: Map<string, { readonly resolve: (isAnswer: boolean) => void; looks: number }>;
}

/** Looks after which a process that has not answered a recall has no places to give. */
const SILENT_LOOKS_MAX = 2;

export class LimitPool {
  readonly #parties = new Map<LimitParty, Owed>();
  readonly #gone = new WeakSet<LimitParty>();
  #limits = new Map<string, Shared>();
  /** The questions that are being answered, one of each key at a time. */
  readonly #open = new Map<string, Question[]>();
  /** The questions that came during a change of the shares. */
  #held: Question[] | null = null;
  #onIdle: (() => void) | null = null;
  #change: Promise<void> = Promise.resolve();

  /** Applies exactly `limits`; resolves when all processes keep them. */
  configure(limits: readonly ServiceLimit[]): Promise<void> {
    return this.#inTurn(async () => {
      const isSame = limits.length === this.#limits.size &&
        limits.every(({ name, max }) => this.#limits.get(name)?.max === max);
      if (!isSame) await this.#settle(() => this.#use(limits));
    });
  }

  /** A process that has no places yet takes part. */
  join(party: LimitParty): Promise<void> {
    return this.#inTurn(() => this.#settle(() => {}, party));
  }

  /** A process has ended, and all that it had is free. */
  leave(party: LimitParty): Promise<void> {
    this.#gone.add(party); // it may be about to join
    const owed = this.#parties.get(party);
    if (owed === undefined) return Promise.resolve();
    this.#parties.delete(party);
    owed.settled?.();
    for (const { resolve } of owed.recalls.values()) resolve(true);
    this.#forgetQuotas(party);
    return this.#inTurn(() => this.#settle(() => {}));
  }

  /** Receives what a process tells. */
  receive(party: LimitParty, report: LimitReport): void {
    const owed = this.#parties.get(party);
    if (owed === undefined) return;
    switch (report.op) {
      case "ask":
        return this.#ask({ ...report, party });
      case "back":
        this.#takeBack(party, report);
        return this.#tidy(report.name, report.key);
      case "recalled": {
        this.#takeBack(party, report);
        this.#recordOf(report.name, report.key)?.frozen.add(party);
        const id = idOf(report);
        owed.recalls.get(id)?.resolve(true);
        return void owed.recalls.delete(id);
      }
      case "settled":
        if (owed.settled === null) return;
        this.#forgetQuotas(party);
        for (const { name, key, quota } of report.quotas) this.#setQuota(party, name, key, quota);
        owed.settled();
        owed.settled = null;
    }
  }

  /** Does not wait any longer for processes that do not respond. */
  look(): void {
    for (const { recalls } of this.#parties.values()) {
      for (const [id, recall] of recalls) {
        if (++recall.looks < SILENT_LOOKS_MAX) continue;
        recalls.delete(id);
        recall.resolve(false);
      }
    }
  }

  /** The number of keys of which something is kept. */
  get size(): number {
    const records = [...this.#limits.values()].reduce((sum, one) => sum + one.records.size, 0);
    return records + this.#open.size;
  }

  #ask(question: Question): void {
    if (this.#held !== null) return void this.#held.push(question);
    const id = idOf(question);
    const open = this.#open.get(id);
    if (open !== undefined) return void open.push(question);
    if (this.#freeOf(question) >= question.wanted) {
      this.#answer(question);
      return this.#tidy(question.name, question.key);
    }
    const questions = [question];
    this.#open.set(id, questions);
    void this.#answerAll(id, questions);
  }

  async #answerAll(id: string, questions: Question[]): Promise<void> {
    const [{ name, key }] = questions as [Question];
    for (let question = questions[0]; question !== undefined; question = questions[0]) {
      await this.#find(question);
      this.#answer(question);
      questions.shift();
    }
    this.#open.delete(id);
    this.#tidy(name, key);
    if (this.#open.size === 0) this.#onIdle?.();
  }

  /** Gives what there is: what is wanted, or more if there are many. */
  #answer({ party, name, key, wanted }: Question): void {
    if (!this.#parties.has(party)) return;
    const free = this.#freeOf({ name, key });
    const more = Math.max(0, Math.min(free, Math.max(wanted, Math.ceil(free / 2))));
    if (more > 0) this.#give(party, name, key, more);
    party.order({ op: "grant", name, key, more, isAnswer: true });
  }

  /** Looks for as many places as are wanted, wherever they are not used. */
  async #find({ party, name, key, wanted }: Question): Promise<void> {
    for (;;) {
      const limit = this.#limits.get(name);
      if (limit === undefined || this.#freeOf({ name, key }) >= wanted) return;
      const record = limit.records.get(key);
      const others = [...this.#parties.keys()].filter((other) => {
        return other !== party && (record?.quotas.get(other) ?? limit.share) > 0;
      });
      const [returns, wereFrozen] = [
        record?.returns ?? 0,
        others.every((other) => record?.frozen.has(other)),
      ];
      const answers = await Promise.all(others.map((other) => this.#recall(other, name, key)));
      if (answers.includes(false)) return;
      if (wereFrozen && (limit.records.get(key)?.returns ?? 0) === returns) return;
    }
  }

  /** Calls back what `party` does not use; false if it does not respond. */
  #recall(party: LimitParty, name: string, key: string): Promise<boolean> {
    return new Promise((resolve) => {
      const owed = this.#parties.get(party);
      if (owed === undefined) return resolve(true);
      owed.recalls.set(idOf({ name, key }), { resolve, looks: 0 });
      party.order({ op: "recall", name, key });
    });
  }

  #freeOf({ name, key }: Pick<Question, "name" | "key">): number {
    const limit = this.#limits.get(name);
    if (limit === undefined) return 0;
    const record = limit.records.get(key);
    let free = limit.max;
    for (const party of this.#parties.keys()) free -= record?.quotas.get(party) ?? limit.share;
    return free;
  }

  #give(party: LimitParty, name: string, key: string, more: number): void {
    const limit = this.#limits.get(name);
    if (limit === undefined) return;
    const record = limit.records.get(key);
    this.#setQuota(party, name, key, (record?.quotas.get(party) ?? limit.share) + more);
    record?.frozen.delete(party);
  }

  #takeBack(
    party: LimitParty,
    { name, key, less }: { readonly name: string; readonly key: string; readonly less: number },
  ): void {
    const limit = this.#limits.get(name);
    if (limit === undefined) return;
    const record = this.#recordOf(name, key)!;
    const quota = record.quotas.get(party) ?? limit.share;
    if (less > 0) record.returns++;
    this.#setQuota(party, name, key, Math.max(0, quota - less));
  }

  #forgetQuotas(party: LimitParty): void {
    for (const { records } of this.#limits.values()) {
      for (const record of records.values()) {
        record.quotas.delete(party);
        record.frozen.delete(party);
        record.returns++;
      }
    }
  }

  #setQuota(party: LimitParty, name: string, key: string, quota: number): void {
    const limit = this.#limits.get(name);
    const record = this.#recordOf(name, key);
    if (limit === undefined || record === undefined) return;
    if (quota === limit.share) record.quotas.delete(party);
    else record.quotas.set(party, quota);
  }

  #recordOf(name: string, key: string): KeyRecord | undefined {
    const records = this.#limits.get(name)?.records;
    if (records === undefined) return undefined;
    let record = records.get(key);
    if (record === undefined) {
      records.set(key, record = { quotas: new Map(), frozen: new Set(), returns: 0 });
    }
    return record;
  }

  /** Forgets a key that no process uses much: each has its share of it again. */
  #tidy(name: string, key: string): void {
    const limit = this.#limits.get(name);
    const record = limit?.records.get(key);
    if (limit === undefined || record === undefined) return;
    if (this.#held !== null || this.#open.has(idOf({ name, key }))) return;
    const { quotas } = record;
    const low = lowOf(limit.share);
    if ([...quotas.values()].some((quota) => quota > low)) return;
    limit.records.delete(key);
    for (const [party, quota] of quotas) {
      const more = limit.share - quota;
      if (more > 0) party.order({ op: "grant", name, key, more, isAnswer: false });
    }
  }

  #use(limits: readonly ServiceLimit[]): void {
    this.#limits = new Map(limits.map(({ name, max }) => {
      const { share, records } = this.#limits.get(name) ?? { share: 0, records: new Map() };
      return [name, { max, share, records }];
    }));
  }

  /** Runs `work` after the changes before it. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#change = this.#change.then(work);
  }

  /** Shares all limits anew, after `change`, among the processes and one that has joined. */
  async #settle(change: () => void, joining?: LimitParty): Promise<void> {
    this.#held = [];
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#onIdle = resolve);
    this.#onIdle = null;
    change();
    await this.#shareAnew(joining);
    const held = this.#held;
    this.#held = null;
    for (const question of held) this.#ask(question);
    for (const { name, key } of this.#keys()) this.#tidy(name, key);
  }

  async #shareAnew(joining: LimitParty | undefined): Promise<void> {
    const count = this.#parties.size + (joining === undefined ? 0 : 1);
    const pinned = this.#keys();
    for (const limit of this.#limits.values()) {
      limit.share = Math.floor(limit.max / count);
      limit.records.clear();
    }
    const parties = [...this.#parties.keys()];
    await Promise.all(parties.map((party) => this.#orderShares(party, pinned)));
    if (joining !== undefined && !this.#gone.has(joining)) {
      this.#parties.set(joining, { settled: null, recalls: new Map() });
      await this.#orderShares(joining, this.#keys());
    }
    for (const { name, key } of this.#keys()) await this.#freezeOverdrawn(name, key);
  }

  #orderShares(party: LimitParty, pinned: readonly { name: string; key: string }[]): Promise<void> {
    const shares = [...this.#limits].map(([name, { share, max }]): LimitShare => {
      return { name, share, max };
    });
    return new Promise((resolve) => {
      const owed = this.#parties.get(party);
      if (owed === undefined) return resolve();
      owed.settled = resolve;
      party.order({ op: "shares", shares, pinned });
    });
  }

  /** After a limit was lowered, more places may be taken than there are: none is used again. */
  async #freezeOverdrawn(name: string, key: string): Promise<void> {
    if (this.#freeOf({ name, key }) >= 0) return;
    const parties = [...this.#parties.keys()];
    await Promise.all(parties.map((party) => this.#recall(party, name, key)));
  }

  /** The keys that have a record. */
  #keys(): { name: string; key: string }[] {
    return [...this.#limits].flatMap(([name, { records }]) => {
      return [...records.keys()].map((key) => ({ name, key }));
    });
  }
}

function idOf({ name, key }: { readonly name: string; readonly key: string }): string {
  return `${name} ${key}`;
}
