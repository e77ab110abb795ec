/**
 * The part of a key-value store that a fleet needs. The store is etcd v3 (`fleet/etcd`); tests of what
 * is above it use one in memory. Keys and values are text.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";

/** A key and what the store has under it. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
  /** Revision of the store at which the value was written. */
  readonly changed: number;
}

/** One key, all keys that begin with a prefix, or all from `from` up to and without `to`. */
export type KeyRange =
  | { readonly key: string }
  | { readonly prefix: string }
  | { readonly from: string; readonly to: string };

/** What a range had at a revision of the store, in the order of the keys. */
export interface KeySnapshot {
  readonly revision: number;
  readonly values: readonly KeyValue[];
}

/** Holds while a key is as it was at the revision `changed`; 0 for a key that is not there. */
interface Condition {
  readonly key: string;
  readonly changed: number;
}

export type Operation =
  | {
    readonly kind: "put";
    readonly key: string;
    readonly value: string;
    /** The lease that the key ends with. */
    readonly lease?: string | undefined;
  }
  | { readonly kind: "delete"; readonly range: KeyRange };

/** Operations that are done all at once, and only if every condition holds. */
export interface Transaction {
  readonly when: readonly Condition[];
  readonly then: readonly Operation[];
}

/** `isDone` is false if a condition did not hold; nothing was done then. */
export interface TransactionResult {
  readonly isDone: boolean;
  readonly revision: number;
}

/** What has become of a key; a null value means that it was removed. */
export interface KeyChange {
  readonly key: string;
  readonly value: string | null;
  readonly changed: number;
}

/** What {@linkcode KeyStore.observe} reports. */
export type Observation =
  /** All of it, from a linearizable read: the first one, or after changes were missed. */
  | { readonly kind: "snapshot"; readonly snapshot: KeySnapshot }
  /** What one transaction has changed, after everything reported before. */
  | { readonly kind: "changes"; readonly revision: number; readonly changes: readonly KeyChange[] }
  /** The store cannot be reached or has no quorum: what was reported before may be old. */
  | { readonly kind: "lost"; readonly reason: string };

/**
 * What happens to a request that fails: a {@linkcode StoreFault}. All calls end at the time limit of
 * the store or when `signal` aborts.
 */
export interface KeyStore {
  /** For messages: the addresses of the store, without passwords. */
  readonly name: string;
  /** Reads what has been committed by a quorum at the time of the call. */
  read(range: KeyRange, signal?: AbortSignal): Promise<KeySnapshot>;
  commit(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult>;
  /**
   * Reports a snapshot of a prefix, then every change, until `signal` aborts: the iteration ends then,
   * without an error. It connects again by itself, to the next address and after a time that grows and
   * is random, and reads again what a compaction has removed. After "lost", the next report says that
   * it is current again: a snapshot, also if nothing was missed.
   */
  observe(prefix: string, signal: AbortSignal): AsyncIterable<Observation>;
  /** Returns a lease that ends `seconds` after it was kept alive last. */
  grantLease(seconds: number, signal?: AbortSignal): Promise<string>;
  /** Returns false if the lease has ended. */
  keepAlive(lease: string, signal?: AbortSignal): Promise<boolean>;
  /** Ends a lease, and with it its keys. */
  revoke(lease: string, signal?: AbortSignal): Promise<void>;
  /** Closes the connections. */
  close(): void;
}

/** Why a request to the store failed. */
export type StoreFailure =
  /** No answer, no quorum, or too slow: another attempt may succeed. */
  | "unavailable"
  /** The user of the store, or a certificate, may not do this. */
  | "denied"
  /** The store refuses the request as it is: too large, malformed. */
  | "rejected"
  /** The store takes no more data. */
  | "full"
  /** The store has forgotten the revision. */
  | "compacted";

/** A request to the store has failed. */
export class StoreFault extends Fault {
  readonly failure: StoreFailure;
  /** Whether what was to be written may have been written all the same. */
  readonly isUncertain: boolean;

  constructor(
    message: string,
    { failure, isUncertain = false, hint, cause }: {
      readonly failure: StoreFailure;
      readonly isUncertain?: boolean;
      readonly hint?: string | undefined;
      readonly cause?: unknown;
    },
  ) {
    super(message, { hint, cause });
    this.failure = failure;
    this.isUncertain = isUncertain;
  }
}
