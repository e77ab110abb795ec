/**
 * Edge: chance. etcd v3, over its JSON gateway.
 *
 * @module
 */
import { Backoff } from "../shared/backoff.ts";
import {
  type KeyRange,
  type KeySnapshot,
  type KeyStore,
  type Observation,
  StoreFault,
  type Transaction,
  type TransactionResult,
} from "../shared/key_store.ts";
import { readCredentials } from "./credentials.ts";
import { Gateway } from "./gateway.ts";
import {
  rangeFields,
  readKeepAlive,
  readLease,
  readRange,
  readTransaction,
  transactionFields,
} from "./messages.ts";
import type { StoreAddress } from "./store_address.ts";
import { Watch, WatchEnd } from "./watch.ts";

/** After a member of etcd has ended, all that watched over it come back at different times. */
const AGAIN = { baseMs: 2_000, maxMs: 15_000 };

/**
 * Opens a store; nothing is sent yet. Throws a Fault if a file of the address cannot be used.
 */
export async function openEtcd(address: StoreAddress): Promise<KeyStore> {
  const first = Math.floor(Math.random() * address.urls.length);
  return new EtcdStore(new Gateway(address.urls, await readCredentials(address), first));
}

class EtcdStore implements KeyStore {
  readonly #gateway: Gateway;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  get name(): string {
    return this.#gateway.name;
  }

  async read(range: KeyRange, signal?: AbortSignal): Promise<KeySnapshot> {
    return await this.#call("kv/range", rangeFields(range), readRange, { signal });
  }

  async commit(transaction: Transaction, signal?: AbortSignal): Promise<TransactionResult> {
    const fields = transactionFields(transaction);
    return await this.#call("kv/txn", fields, readTransaction, { isWrite: true, signal });
  }

  async *observe(prefix: string, signal: AbortSignal): AsyncIterable<Observation> {
    const backoff = new Backoff(AGAIN);
    while (!signal.aborted) {
      let endpoint = this.#gateway.endpoint;
      try {
        const snapshot = await this.read({ prefix }, signal);
        if (signal.aborted) return;
        yield { kind: "snapshot", snapshot };
        const keys = snapshot.values.map(({ key }) => key);
        const watch = new Watch(this.#gateway, { prefix, revision: snapshot.revision, keys });
        endpoint = watch.endpoint;
        for await (const changes of watch.changes(signal, () => backoff.reset())) {
          yield { kind: "changes", ...changes };
        }
      } catch (error) {
        if (signal.aborted) return;
        const isKnown = error instanceof StoreFault || error instanceof WatchEnd;
        if (!isKnown) throw error;
        // Another endpoint may report the rest as if nothing had happened.
        this.#gateway.leave(endpoint);
        const isQuiet = error instanceof WatchEnd && error.end === "interrupted";
        if (!isQuiet) yield { kind: "lost", reason: error.message };
      }
      await backoff.wait(signal);
    }
  }

  async grantLease(seconds: number, signal?: AbortSignal): Promise<string> {
    const fields = { TTL: String(seconds) };
    // One that is granted twice ends by itself.
    return await this.#call("lease/grant", fields, readLease, { signal });
  }

  async keepAlive(lease: string, signal?: AbortSignal): Promise<boolean> {
    return await this.#call("lease/keepalive", { ID: lease }, readKeepAlive, { signal });
  }

  async revoke(lease: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#call("lease/revoke", { ID: lease }, () => {}, { signal });
    } catch (error) {
      const isOver = error instanceof StoreFault && /lease not found/.test(error.message);
      if (!isOver) throw error;
    }
  }

  close(): void {
    this.#gateway.close();
  }

  async #call<T>(
    path: string,
    body: unknown,
    read: (answer: unknown) => T,
    options: { readonly isWrite?: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<T> {
    const answer = await this.#gateway.call({ path, body, ...options });
    try {
      return read(answer);
    } catch (error) {
      throw this.#gateway.notUnderstood(error);
    }
  }
}
