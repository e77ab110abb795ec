/**
 * Edge: connections whose TLS handshake is not complete.
 *
 * Each has HeaderWaitTimeout to complete it; one coarse tick checks all of them. A silent client
 * costs a small buffer and no TLS at all. If too many are waiting, the one that has waited longest
 * is closed: a handshake takes milliseconds, so that client is not making progress. No failure of a
 * handshake reaches the accept loop.
 *
 * @module
 */
import { closeQuietly, withEarlyBytes } from "../../wire/byte_stream.ts";
import type { SecureContext } from "node:tls";
import { type Endpoint, endpointOf } from "../../base/address.ts";
import type { ByteStream, RefusedRecord } from "../../base/exchange.ts";
import { startHandshake } from "./tls_stream.ts";

/** A connection with the addresses of its socket. */
export interface GateStream extends ByteStream {
  readonly localAddr: { readonly hostname: string; readonly port: number };
  readonly remoteAddr: { readonly hostname: string; readonly port: number };
}

/** What the gate needs, and whom it notifies. */
interface TlsGateOptions {
  /** Returns the time for a handshake; called each time, so that a reload can change it. */
  handshakeTimeoutMs(): number;
  /** Returns the certificate for a client; null if none is bound. */
  contextFor(local: Endpoint, serverName: string): SecureContext | null;
  /** Called with a connection whose handshake has succeeded. */
  onSecure(stream: GateStream): void;
  /** Called with the connection of a client that does not use TLS, including all that it sent. */
  onPlain(stream: GateStream): void;
  /** Called for a failed handshake, for the HTTPERR log. */
  refused(record: RefusedRecord): void;
}

/** Maximum number of connections that wait for their handshake at the same time. */
const WAITING_MAX = 1024;
/**
 * Size of the first read. A ClientHello begins with one byte with which plain HTTP never begins.
 */
const FIRST_BYTES = 1024;
const HANDSHAKE_RECORD = 0x16;
const TICK_MS = 500;

interface Waiting {
  readonly conn: GateStream;
  readonly sinceMs: number;
  /** Closes the connection; replaced when TLS has begun. */
  abort(): void;
  /** The reason for the log when it ends; set by the code that ends it. */
  reason: string | null;
}

/** Receives accepted connections and passes on those whose handshake succeeds. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  /** In order of arrival. */
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: TlsGateOptions) {
    this.#options = options;
  }

  /** Starts the handshake of a connection. Never throws. */
  admit(conn: GateStream): void {
    if (this.#waiting.size >= WAITING_MAX) this.makeRoom(1);
    const waiting: Waiting = {
      conn,
      sinceMs: performance.now(),
      abort: () => closeQuietly(conn),
      reason: null,
    };
    this.#waiting.add(waiting);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    void this.#handshake(waiting);
  }

  /** Aborts up to `count` handshakes, those that have waited longest; returns how many. */
  makeRoom(count: number): number {
    const chosen = [...this.#waiting].slice(0, count);
    for (const waiting of chosen) this.#drop(waiting, "Connection_Dropped");
    return chosen.length;
  }

  /** Aborts every handshake. */
  clear(): void {
    this.makeRoom(Infinity);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #handshake(waiting: Waiting): Promise<void> {
    const { conn } = waiting;
    let hasSent = false;
    try {
      const first = new Uint8Array(FIRST_BYTES);
      const count = await conn.read(first);
      if (count === null) return closeQuietly(conn);
      hasSent = true;
      const early = first.subarray(0, count);
      if (early[0] !== HANDSHAKE_RECORD) {
        return this.#options.onPlain(withAddresses(withEarlyBytes(conn, early), conn));
      }
      const local = localOf(conn);
      const handshake = startHandshake(conn, early, (name) => {
        return this.#options.contextFor(local, name);
      });
      waiting.abort = handshake.abort;
      const clear = await handshake.done;
      if (waiting.reason === null) this.#options.onSecure(withAddresses(clear, conn));
    } catch {
      waiting.abort();
      // A port scan that sends nothing is not logged.
      if (hasSent) waiting.reason ??= "Connection_Dropped";
    } finally {
      this.#waiting.delete(waiting);
      if (waiting.reason !== null) this.#report(waiting);
    }
  }

  #drop(waiting: Waiting, reason: string): void {
    this.#waiting.delete(waiting);
    waiting.reason = reason;
    waiting.abort();
  }

  #tick(): void {
    const latestMs = performance.now() - this.#options.handshakeTimeoutMs();
    for (const waiting of this.#waiting) {
      if (waiting.sinceMs > latestMs) break; // the others arrived later
      this.#drop(waiting, "Timer_HeaderWait");
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #report({ conn, reason }: Waiting): void {
    this.#options.refused({
      local: localOf(conn),
      remote: endpointOf(conn.remoteAddr),
      version: null,
      method: null,
      target: null,
      status: null,
      siteId: null,
      reason: reason!,
    });
  }
}

function localOf(conn: GateStream): Endpoint {
  return endpointOf(conn.localAddr);
}

/** Returns `clear` with the addresses of `conn`. */
function withAddresses(clear: ByteStream, { localAddr, remoteAddr }: GateStream): GateStream {
  return {
    localAddr,
    remoteAddr,
    read: (buffer) => clear.read(buffer),
    write: (bytes) => clear.write(bytes),
    closeWrite: () => clear.closeWrite(),
    close: () => clear.close(),
  };
}
