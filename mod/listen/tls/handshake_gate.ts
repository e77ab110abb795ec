/**
 * Edge: the handshakes of TLS connections that are not secure yet.
 *
 * Each has HeaderWaitTimeout to say something sensible; one coarse tick looks at all of them. A client
 * that is silent costs a small buffer and no TLS at all, and when too many wait the one that has
 * waited longest goes: a handshake takes milliseconds, so that one is not in a hurry. What a
 * handshake meets never reaches the accept loop.
 *
 * @module
 */
import { closeQuietly, withEarlyBytes } from "../../wire/byte_stream.ts";
import type { SecureContext } from "node:tls";
import { type Endpoint, endpointOf } from "../../base/address.ts";
import type { ByteStream, RefusedRecord } from "../../base/exchange.ts";
import { startHandshake } from "./tls_stream.ts";

/** A connection with the ends of the socket under it. */
export interface GateStream extends ByteStream {
  readonly localAddr: { readonly hostname: string; readonly port: number };
  readonly remoteAddr: { readonly hostname: string; readonly port: number };
}

/** What the gate asks, and whom it tells. */
interface TlsGateOptions {
  /** Milliseconds for a handshake; asked each time, so that a reload can change it. */
  handshakeTimeoutMs(): number;
  /** The certificate for a client; null where none is bound. */
  contextFor(local: Endpoint, serverName: string): SecureContext | null;
  /** A connection that speaks TLS now. */
  onSecure(stream: GateStream): void;
  /** A client that does not speak TLS, with all that it sent. */
  onPlain(stream: GateStream): void;
  /** A handshake that came to nothing, for the HTTPERR log. */
  refused(record: RefusedRecord): void;
}

/** Connections that wait for their handshake at the same time. */
const WAITING_MAX = 1024;
/** First read: a ClientHello begins with one byte that plain HTTP never has. */
const FIRST_BYTES = 1024;
const HANDSHAKE_RECORD = 0x16;
const TICK_MS = 500;

interface Waiting {
  readonly conn: GateStream;
  readonly sinceMs: number;
  /** Closes it; replaced once TLS has begun. */
  abort(): void;
  /** What the log is to say when it ends; set by whoever ends it. */
  reason: string | null;
}

/** Takes connections that were accepted and hands on those that have come through. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  /** In the order of their coming. */
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: TlsGateOptions) {
    this.#options = options;
  }

  /** Never throws, never rejects. */
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
    void this.#pass(waiting);
  }

  /** Ends up to `count` handshakes that have waited longest; says how many. */
  makeRoom(count: number): number {
    const chosen = [...this.#waiting].slice(0, count);
    for (const waiting of chosen) this.#drop(waiting, "Connection_Dropped");
    return chosen.length;
  }

  /** Ends every handshake. */
  clear(): void {
    this.makeRoom(Infinity);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #pass(waiting: Waiting): Promise<void> {
    const { conn } = waiting;
    let hasSpoken = false;
    try {
      const first = new Uint8Array(FIRST_BYTES);
      const count = await conn.read(first);
      if (count === null) return closeQuietly(conn);
      hasSpoken = true;
      const early = first.subarray(0, count);
      if (early[0] !== HANDSHAKE_RECORD) {
        return this.#options.onPlain(withEnds(withEarlyBytes(conn, early), conn));
      }
      const local = localOf(conn);
      const handshake = startHandshake(conn, early, (name) => {
        return this.#options.contextFor(local, name);
      });
      waiting.abort = handshake.abort;
      const clear = await handshake.done;
      if (waiting.reason === null) this.#options.onSecure(withEnds(clear, conn));
    } catch {
      waiting.abort();
      // A port scan that says nothing leaves no line.
      if (hasSpoken) waiting.reason ??= "Connection_Dropped";
    } finally {
      this.#waiting.delete(waiting);
      if (waiting.reason !== null) this.#tell(waiting);
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
      if (waiting.sinceMs > latestMs) break; // those behind it came later
      this.#drop(waiting, "Timer_HeaderWait");
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell({ conn, reason }: Waiting): void {
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

/** `clear` with the ends of `conn`. */
function withEnds(clear: ByteStream, { localAddr, remoteAddr }: GateStream): GateStream {
  return {
    localAddr,
    remoteAddr,
    read: (buffer) => clear.read(buffer),
    write: (bytes) => clear.write(bytes),
    closeWrite: () => clear.closeWrite(),
    close: () => clear.close(),
  };
}
