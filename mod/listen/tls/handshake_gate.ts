/**
 * Edge: connections whose TLS handshake is not complete.
 *
 * Each has HeaderWaitTimeout to complete it; one coarse tick checks all of them. A client is read
 * until its first message is whole: one that is silent, sends nonsense, asks for a protocol that
 * nothing here speaks, or has no certificate here costs a small buffer and no TLS at all. If too
 * many are waiting, the one that has waited longest is closed: a handshake takes milliseconds, so
 * that client is not making progress. No failure of a handshake reaches the accept loop.
 *
 * @module
 */
import type { SecureContext } from "node:tls";
import { type Endpoint, endpointOf, LocalEndpoint } from "../../base/address.ts";
import type { AcceptedStream, RefusedRecord } from "../../base/exchange.ts";
import { type Linked, LinkedList } from "../../base/linked_list.ts";
import { closeQuietly, withEarlyBytes } from "../../wire/byte_stream.ts";
import {
  ALERT,
  type AlertCode,
  alertRecord,
  type ClientHello,
  HELLO_BYTES_MAX,
  isRefused,
  readClientHello,
  type RefusedHello,
  startsTls,
} from "./client_hello.ts";
import { PROTOCOLS, startHandshake } from "./tls_stream.ts";

/** What the gate needs, and whom it notifies. */
interface TlsGateOptions {
  /** Returns the time for a handshake; called each time, so that a reload can change it. */
  handshakeTimeoutMs(): number;
  /** Returns the certificate for a client; null if none is bound. */
  contextFor(local: Endpoint, serverName: string): SecureContext | null;
  /** Called with a connection whose handshake has succeeded. */
  onSecure(stream: AcceptedStream): void;
  /** Called with the connection of a client that does not use TLS, including all that it sent. */
  onPlain(stream: AcceptedStream): void;
  /** Called for a failed handshake, for the HTTPERR log. */
  refused(record: RefusedRecord): void;
}

/** Maximum number of connections that wait for their handshake at the same time. */
const WAITING_MAX = 1024;
/** Size of the first read: most first messages fit. */
const FIRST_BYTES = 1024;
const TICK_MS = 500;

interface Waiting extends Linked<Waiting> {
  readonly conn: Deno.TcpConn;
  readonly sinceMs: number;
  /** Whether anything has been received. */
  hasSent: boolean;
  /** Closes the connection; replaced when TLS has begun. */
  abort(): void;
  /** The reason for the log when it ends; set by the code that ends it. */
  reason: string | null;
}

/** Receives accepted connections and passes on those whose handshake succeeds. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  /** In order of arrival. */
  readonly #waiting = new LinkedList<Waiting>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Called when no handshake is under way. */
  readonly #whenIdle: (() => void)[] = [];
  readonly #local = new LocalEndpoint();

  constructor(options: TlsGateOptions) {
    this.#options = options;
  }

  /** Starts the handshake of a connection. Never throws. */
  admit(conn: Deno.TcpConn): void {
    if (this.#waiting.size >= WAITING_MAX) this.makeRoom(1);
    const waiting: Waiting = {
      previous: null,
      next: null,
      conn,
      sinceMs: performance.now(),
      hasSent: false,
      abort: () => closeQuietly(conn),
      reason: null,
    };
    this.#waiting.add(waiting);
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    void this.#handshake(waiting);
  }

  /** Aborts up to `count` handshakes, those that have waited longest; returns how many. */
  makeRoom(count: number): number {
    let dropped = 0;
    for (; dropped < count && this.#waiting.first !== null; dropped++) {
      this.#drop(this.#waiting.first, "Connection_Dropped");
    }
    return dropped;
  }

  /** Resolves when no handshake is under way; those that succeed have been passed on. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#tellIdle();
    });
  }

  /** Aborts every handshake. */
  clear(): void {
    this.makeRoom(Infinity);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #handshake(waiting: Waiting): Promise<void> {
    const { conn } = waiting;
    try {
      const { bytes, hello } = await receiveHello(waiting);
      if (hello === null) return this.#options.onPlain(plainStream(conn, bytes));
      const context = this.#contextFor(conn, hello);
      if (typeof context === "number") return await refuse(waiting, context);
      const handshake = startHandshake(conn, bytes, context);
      waiting.abort = handshake.abort;
      const secure = await handshake.done;
      if (waiting.reason === null) this.#options.onSecure(secure);
    } catch {
      waiting.abort();
      // A port scan that sends nothing is not logged.
      if (waiting.hasSent) waiting.reason ??= "Connection_Dropped";
    } finally {
      this.#waiting.delete(waiting);
      this.#tellIdle();
      if (waiting.reason !== null) this.#report(waiting);
    }
  }

  /** Returns the certificate that `hello` asks for, or the alert that refuses it. */
  #contextFor(
    { localAddr }: Deno.TcpConn,
    hello: ClientHello | RefusedHello,
  ): SecureContext | AlertCode {
    if (isRefused(hello)) return hello.alert;
    const { serverName, protocols } = hello;
    if (protocols !== null && !PROTOCOLS.some((protocol) => protocols.includes(protocol))) {
      return ALERT.noApplicationProtocol;
    }
    const local = this.#local.of(localAddr as Deno.NetAddr);
    return this.#options.contextFor(local, serverName) ?? ALERT.unrecognizedName;
  }

  #drop(waiting: Waiting, reason: string): void {
    this.#waiting.delete(waiting);
    waiting.reason = reason;
    waiting.abort();
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#waiting.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #tick(): void {
    const latestMs = performance.now() - this.#options.handshakeTimeoutMs();
    for (let waiting = this.#waiting.first; waiting !== null; waiting = this.#waiting.first) {
      if (waiting.sinceMs > latestMs) break; // the others arrived later
      this.#drop(waiting, "Timer_HeaderWait");
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #report({ conn, reason }: Waiting): void {
    this.#options.refused({
      local: endpointOf(conn.localAddr as Deno.NetAddr),
      remote: endpointOf(conn.remoteAddr as Deno.NetAddr),
      version: null,
      method: null,
      target: null,
      status: null,
      siteId: null,
      reason: reason!,
    });
  }
}

/** What a client sends first: a message of TLS, or bytes of another protocol. */
interface FirstBytes {
  readonly bytes: Uint8Array;
  /** Null for another protocol. */
  readonly hello: ClientHello | RefusedHello | null;
}

/** Reads until it is known what the client wants. Throws if the client goes away before. */
async function receiveHello(waiting: Waiting): Promise<FirstBytes> {
  let buffer = new Uint8Array(FIRST_BYTES);
  for (let count = 0;;) {
    const added = await waiting.conn.read(buffer.subarray(count));
    if (added === null) throw new Deno.errors.UnexpectedEof("the client has closed the connection");
    waiting.hasSent = true;
    count += added;
    const bytes = buffer.subarray(0, count);
    if (!startsTls(bytes)) return { bytes, hello: null };
    const hello = readClientHello(bytes);
    if (hello !== null) return { bytes, hello };
    if (count < buffer.length) continue;
    buffer = new Uint8Array(HELLO_BYTES_MAX);
    buffer.set(bytes);
  }
}

async function refuse(waiting: Waiting, alert: AlertCode): Promise<void> {
  waiting.reason ??= "Connection_Dropped";
  await waiting.conn.write(alertRecord(alert));
  closeQuietly(waiting.conn);
}

function plainStream(conn: Deno.TcpConn, early: Uint8Array): AcceptedStream {
  const { localAddr, remoteAddr } = conn;
  return {
    ...withEarlyBytes(conn, early),
    localAddr: localAddr as Deno.NetAddr,
    remoteAddr: remoteAddr as Deno.NetAddr,
  };
}
