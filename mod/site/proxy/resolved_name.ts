/**
 * The addresses of an upstream that has a name. They are looked up again when their time has passed,
 * and after a failure to connect, while requests go on with those that are known; if the look-up
 * fails, those stay. Pure: the look-up and the clock are given.
 *
 * @module
 */
import type { Ip } from "../../base/address.ts";

/** What a look-up finds. */
export interface FoundAddresses {
  readonly addresses: readonly Ip[];
  /** How long they may be used; null if nobody says. */
  readonly ttlSeconds: number | null;
}

/** The environment of a name. */
interface ResolvedNameOptions {
  /** Looks the name up. Rejects if it has no address, or nobody can be asked. */
  lookUp(name: string): Promise<FoundAddresses>;
  nowMs(): number;
  /** Called when a look-up has found others than the one before. */
  onChange(): void;
}

/** Bounds of the time for which addresses are used, and the time if nobody says one. */
const TTL_MS = { min: 1_000, max: 60_000, unknown: 30_000 } as const;
/** After a look-up that failed. */
const RETRY_MS = 5_000;

export class ResolvedName {
  readonly #name: string;
  readonly #options: ResolvedNameOptions;
  #addresses: readonly Ip[] = [];
  #lookedUpMs = -Infinity;
  #dueMs = -Infinity;
  #pending: Promise<readonly Ip[]> | null = null;

  constructor(name: string, options: ResolvedNameOptions) {
    this.#name = name;
    this.#options = options;
  }

  /** Returns the known addresses; waits only if there are none. */
  addresses(): readonly Ip[] | Promise<readonly Ip[]> {
    if (this.#addresses.length === 0) return this.#refresh();
    this.look();
    return this.#addresses;
  }

  /** Looks the name up if that is due; nothing waits for it. */
  look(): void {
    if (this.#pending !== null || this.#options.nowMs() < this.#dueMs) return;
    this.#refresh().catch(() => {}); // what is known stays
  }

  /** Makes a look-up due: the addresses may have changed before their time. */
  doubt(): void {
    this.#dueMs = Math.min(this.#dueMs, this.#lookedUpMs + TTL_MS.min);
  }

  #refresh(): Promise<readonly Ip[]> {
    return this.#pending ??= this.#lookUp().finally(() => this.#pending = null);
  }

  async #lookUp(): Promise<readonly Ip[]> {
    const { lookUp, nowMs, onChange } = this.#options;
    try {
      const { addresses, ttlSeconds } = await lookUp(this.#name);
      const ttlMs = ttlSeconds === null ? TTL_MS.unknown : ttlSeconds * 1000;
      this.#lookedUpMs = nowMs();
      this.#dueMs = this.#lookedUpMs + Math.min(Math.max(ttlMs, TTL_MS.min), TTL_MS.max);
      const before = this.#addresses;
      this.#addresses = addresses;
      if (before.length > 0 && !isSameSet(before, addresses)) onChange();
      return addresses;
    } catch (error) {
      this.#lookedUpMs = nowMs();
      this.#dueMs = this.#lookedUpMs + RETRY_MS;
      throw error;
    }
  }
}

/** Servers of names give the addresses in another order each time. */
function isSameSet(a: readonly Ip[], b: readonly Ip[]): boolean {
  return a.length === b.length && a.every((ip) => b.includes(ip));
}
