/**
 * A store in memory, with everything that can go wrong with one.
 *
 * @module
 */
import {
  type KeyChange,
  type KeyRange,
  type KeySnapshot,
  type KeyStore,
  type KeyValue,
  type Observation,
  type Operation,
  StoreFault,
  type Transaction,
  type TransactionResult,
} from "../../../mod/fleet/shared/key_store.ts";

interface Stored {
  readonly value: string;
  readonly changed: number;
  readonly lease: string | undefined;
}

/** What a store had at a time, to go back to. */
interface Saved {
  readonly revision: number;
  readonly stored: ReadonlyMap<string, Stored>;
}

/** What is in the store, for all that are connected to it. */
interface Shared {
  revision: number;
  stored: Map<string, Stored>;
  readonly leases: Set<string>;
  readonly observers: Set<Observer>;
  leaseCount: number;
}

/** Where the reports of an observation go. */
interface Observer {
  readonly prefix: string;
  readonly owner: MemoryStore;
  report(observation: Observation): void;
}

/** What happens to the next transaction: its answer is lost after it was done, or before. */
type Loss = "after" | "before";

/** One connection to a store in memory. */
export class MemoryStore implements KeyStore {
  readonly name: string = "the store in memory";
  /** Requests of this connection. */
  readonly requests = { reads: 0, commits: 0, keepAlives: 0 };
  /** Every request waits for this first. */
  latency: (what: "read" | "commit" | "lease") => Promise<void> = () => Promise.resolve();
  readonly #shared: Shared;
  #downReason: string | null = null;
  #losses: Loss[] = [];

  constructor(shared?: Shared) {
    this.#shared = shared ?? {
      revision: 1,
      stored: new Map(),
      leases: new Set(),
      observers: new Set(),
      leaseCount: 0,
    };
  }

  /** Returns another connection to the same store, which can be cut off alone. */
  connect(): MemoryStore {
    return new MemoryStore(this.#shared);
  }

  /** Cuts this connection off. */
  down(reason = "connection refused"): void {
    this.#downReason = reason;
    for (const observer of this.#own()) observer.report({ kind: "lost", reason });
  }

  up(): void {
    this.#downReason = null;
    for (const observer of this.#own()) observer.report(this.#snapshotFor(observer));
  }

  /** Loses the answer of the next transaction. */
  loseAnswer(loss: Loss = "after"): void {
    this.#losses.push(loss);
  }

  /** Returns what the store has, to go back to it. */
  save(): Saved {
    return { revision: this.#shared.revision, stored: new Map(this.#shared.stored) };
  }

  /** Makes the store what it was, as a restored snapshot does; nothing at all by default. */
  goBack(saved: Saved = { revision: 1, stored: new Map() }): void {
    this.#shared.revision = saved.revision;
    this.#shared.stored = new Map(saved.stored);
    for (const observer of this.#shared.observers) {
      if (observer.owner.#downReason === null) observer.report(this.#snapshotFor(observer));
    }
  }

  /** Writes a value without any condition, also garbage. */
  put(key: string, value: string): void {
    this.#apply([{ kind: "put", key, value }]);
  }

  /** Removes a key. */
  remove(key: string): void {
    this.#apply([{ kind: "delete", range: { key } }]);
  }

  /** Returns the value of a key; null if there is none. */
  get(key: string): string | null {
    return this.#shared.stored.get(key)?.value ?? null;
  }

  /** The keys that there are. */
  get keyNames(): readonly string[] {
    return [...this.#shared.stored.keys()].sort();
  }

  /** The leases that have not ended. */
  get leases(): readonly string[] {
    return [...this.#shared.leases];
  }

  /** Ends a lease, as time would. */
  endLease(lease: string): void {
    this.#shared.leases.delete(lease);
    const keys = [...this.#shared.stored].filter(([, stored]) => stored.lease === lease);
    this.#apply(keys.map(([key]) => ({ kind: "delete", range: { key } })));
  }

  async read(range: KeyRange, signal?: AbortSignal): Promise<KeySnapshot> {
    this.requests.reads++;
    await this.#begin("read", signal);
    return { revision: this.#shared.revision, values: this.#valuesIn(range) };
  }

  async commit(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    this.requests.commits++;
    await this.#begin("commit", signal);
    const loss = this.#losses.shift();
    if (loss === "before") throw lost();
    const isDone = transaction.when.every(({ key, changed }) => {
      return (this.#shared.stored.get(key)?.changed ?? 0) === changed;
    });
    const ended = transaction.then.some((operation) => {
      return operation.kind === "put" && operation.lease !== undefined &&
        !this.#shared.leases.has(operation.lease);
    });
    if (isDone && ended) {
      throw new StoreFault("Cannot write: the lease has ended", { failure: "rejected" });
    }
    if (isDone) this.#apply(transaction.then);
    if (loss === "after") throw lost();
    return { isDone, revision: this.#shared.revision };
  }

  async *observe(prefix: string, signal: AbortSignal): AsyncIterable<Observation> {
    const queue: Observation[] = [];
    let wake = Promise.withResolvers<void>();
    const observer: Observer = {
      prefix,
      owner: this,
      report: (observation) => {
        queue.push(observation);
        wake.resolve();
      },
    };
    const end = (): void => wake.resolve();
    signal.addEventListener("abort", end);
    const reason = this.#downReason;
    observer.report(reason === null ? this.#snapshotFor(observer) : { kind: "lost", reason });
    this.#shared.observers.add(observer);
    try {
      while (!signal.aborted) {
        const next = queue.shift();
        if (next !== undefined) yield next;
        else {
          await wake.promise;
          wake = Promise.withResolvers<void>();
        }
      }
    } finally {
      this.#shared.observers.delete(observer);
      signal.removeEventListener("abort", end);
    }
  }

  async grantLease(_seconds: number, signal?: AbortSignal): Promise<string> {
    await this.#begin("lease", signal);
    const lease = String(++this.#shared.leaseCount);
    this.#shared.leases.add(lease);
    return lease;
  }

  async keepAlive(lease: string, signal?: AbortSignal): Promise<boolean> {
    this.requests.keepAlives++;
    await this.#begin("lease", signal);
    return this.#shared.leases.has(lease);
  }

  async revoke(lease: string, signal?: AbortSignal): Promise<void> {
    await this.#begin("lease", signal);
    this.endLease(lease);
  }

  close(): void {}

  async #begin(what: "read" | "commit" | "lease", signal: AbortSignal | undefined): Promise<void> {
    await this.latency(what);
    if (signal?.aborted === true || this.#downReason !== null) {
      const reason = this.#downReason ?? "the program is ending";
      throw new StoreFault(`Cannot reach ${this.name}: ${reason}`, { failure: "unavailable" });
    }
  }

  /** Does operations as one transaction, and reports them. */
  #apply(operations: readonly Operation[]): void {
    const shared = this.#shared;
    const revision = shared.revision + 1;
    const changes: KeyChange[] = [];
    for (const operation of operations) {
      if (operation.kind === "put") {
        const { key, value, lease } = operation;
        shared.stored.set(key, { value, changed: revision, lease });
        changes.push({ key, value, changed: revision });
        continue;
      }
      for (const { key } of this.#valuesIn(operation.range)) {
        shared.stored.delete(key);
        changes.push({ key, value: null, changed: revision });
      }
    }
    if (changes.length === 0) return;
    shared.revision = revision;
    for (const observer of shared.observers) {
      const seen = changes.filter(({ key }) => key.startsWith(observer.prefix));
      if (seen.length === 0 || observer.owner.#downReason !== null) continue;
      observer.report({ kind: "changes", revision, changes: seen });
    }
  }

  #valuesIn(range: KeyRange): readonly KeyValue[] {
    return [...this.#shared.stored].filter(([key]) => isIn(range, key))
      .map(([key, { value, changed }]) => ({ key, value, changed }))
      .sort((a, b) => a.key < b.key ? -1 : 1);
  }

  #snapshotFor({ prefix }: Observer): Observation {
    const snapshot = { revision: this.#shared.revision, values: this.#valuesIn({ prefix }) };
    return { kind: "snapshot", snapshot };
  }

  #own(): readonly Observer[] {
    return [...this.#shared.observers].filter(({ owner }) => owner === this);
  }
}

function isIn(range: KeyRange, key: string): boolean {
  if ("key" in range) return key === range.key;
  if ("prefix" in range) return key.startsWith(range.prefix);
  return key >= range.from && key < range.to;
}

function lost(): StoreFault {
  return new StoreFault("Cannot write to the store in memory: no answer", {
    failure: "unavailable",
    isUncertain: true,
  });
}
