/**
 * Connections whose TLS handshake is not complete.
 *
 * Each has HeaderWaitTimeout to complete it (`listen/sockets/early_clients.ts`). A client is read
 * until its first message is whole: one that is silent, sends nonsense, asks for a protocol that
 * nothing here speaks, or has no certificate here costs a small buffer and no TLS at all. No failure
 * of a handshake reaches the accept loop.
 *
 * @module
 */
import { type Endpoint, LocalEndpoints } from "../../base/address.ts";
import type { AcceptedStream, RefusedRecord } from "../../base/exchange.ts";
import { closeQuietly } from "../../wire/byte_stream.ts";
import { acceptedStream, type NamedClient } from "../proxy_protocol/named_client.ts";
import { type EarlyClient, EarlyClients } from "../sockets/early_clients.ts";
import {
  ALERT,
  type AlertCode,
  alertName,
  alertRecord,
  type ClientHello,
  HELLO_BYTES_MAX,
  isRefused,
  readClientHello,
  type RefusedHello,
  startsTls,
} from "./client_hello.ts";
import { PROTOCOLS, startHandshake, type TlsContext } from "./tls_stream.ts";

/** What the gate needs, and whom it notifies. */
interface TlsGateOptions {
  /** Returns the time for a handshake; called each time, so that a reload can change it. */
  handshakeTimeoutMs(): number;
  /** Returns how many handshakes there may be at the same time: they are anybody's. */
  handshakesMax(): number;
  /** Returns the certificate for a client; null if none is bound. */
  contextFor(local: Endpoint, serverName: string): TlsContext | null;
  /** Called with a connection whose handshake has succeeded. */
  onSecure(stream: AcceptedStream): void;
  /** Called with the connection of a client that does not use TLS, including all that it sent. */
  onPlain(stream: AcceptedStream): void;
  /** Called for a failed handshake, for the HTTPERR log. */
  refused(record: RefusedRecord): void;
  /** Called with why it failed: `timeout`, `closed`, `handshake` or the name of an alert. */
  failed(reason: string): void;
}

const NO_BYTES = new Uint8Array(0);
/** The reason in the HTTPERR log for a handshake that takes too long. */
const TIMED_OUT = "Timer_HeaderWait";
/** Size of the first read: most first messages fit. */
const FIRST_BYTES = 1024;

/** Receives accepted connections and passes on those whose handshake succeeds. */
export class TlsGate {
  readonly #options: TlsGateOptions;
  readonly #waiting: EarlyClients;
  readonly #local = new LocalEndpoints();

  constructor(options: TlsGateOptions) {
    this.#options = options;
    this.#waiting = new EarlyClients({
      timeoutMs: () => options.handshakeTimeoutMs(),
      timeoutReason: TIMED_OUT,
      waitingMax: () => options.handshakesMax(),
      refused: (record) => options.refused(record),
    });
  }

  /** Starts the handshake of a connection; `named` is what a PROXY header said. Never throws. */
  admit(conn: Deno.TcpConn, named: NamedClient | null = null): void {
    const remote = named?.remoteAddr ?? conn.remoteAddr as Deno.NetAddr;
    void this.#handshake(this.#waiting.begin(conn, remote), named);
  }

  /** Reports whether a handshake with `client` is in progress. */
  has(client: Endpoint): boolean {
    return this.#waiting.has(client);
  }

  /** Aborts handshakes as {@linkcode EarlyClients.makeRoom} does. */
  makeRoom(count: number, waitedMs = 0): number {
    return this.#waiting.makeRoom(count, waitedMs);
  }

  /** Resolves when no handshake is under way; those that succeed have been passed on. */
  settled(): Promise<void> {
    return this.#waiting.settled();
  }

  /** Aborts every handshake. */
  clear(): void {
    this.#waiting.clear();
  }

  async #handshake(waiting: EarlyClient, named: NamedClient | null): Promise<void> {
    const { conn } = waiting;
    let failure = "closed";
    try {
      const { bytes, hello } = await receiveHello(waiting, named?.early ?? NO_BYTES);
      if (hello === null) return this.#options.onPlain(acceptedStream(conn, bytes, named));
      const context = this.#contextFor(conn, hello);
      if (typeof context === "number") {
        failure = alertName(context);
        return await refuse(waiting, context);
      }
      failure = "handshake";
      const handshake = startHandshake(conn, bytes, context, named);
      waiting.abort = handshake.abort;
      const secure = await handshake.done;
      if (waiting.reason === null) this.#options.onSecure(secure);
    } catch {
      waiting.abort();
      // A port scan that sends nothing is not logged.
      if (waiting.hasSent) waiting.reason ??= "Connection_Dropped";
    } finally {
      const { reason } = waiting;
      this.#waiting.end(waiting);
      if (reason !== null) this.#options.failed(reason === TIMED_OUT ? "timeout" : failure);
    }
  }

  /** Returns the certificate that `hello` asks for, or the alert that refuses it. */
  #contextFor(
    { localAddr }: Deno.TcpConn,
    hello: ClientHello | RefusedHello,
  ): TlsContext | AlertCode {
    if (isRefused(hello)) return hello.alert;
    const { serverName, protocols } = hello;
    if (protocols !== null && !PROTOCOLS.some((protocol) => protocols.includes(protocol))) {
      return ALERT.noApplicationProtocol;
    }
    const local = this.#local.of(localAddr as Deno.NetAddr);
    const context = this.#options.contextFor(local, serverName);
    if (context === null) return ALERT.unrecognizedName;
    const { rejects, hasTls12, hasTls13 } = context.policy;
    if (rejects) return ALERT.accessDenied;
    const isCommon = (hasTls12 && hello.offersTls12) || (hasTls13 && hello.offersTls13);
    return isCommon ? context : ALERT.protocolVersion;
  }
}

/** What a client sends first: a message of TLS, or bytes of another protocol. */
interface FirstBytes {
  readonly bytes: Uint8Array;
  /** Null for another protocol. */
  readonly hello: ClientHello | RefusedHello | null;
}

/**
 * Reads until it is known what the client wants, which has sent `early` already. Throws if it goes
 * away before.
 */
async function receiveHello(client: EarlyClient, early: Uint8Array): Promise<FirstBytes> {
  let buffer = new Uint8Array(Math.max(FIRST_BYTES, early.length));
  buffer.set(early);
  for (let count = early.length;;) {
    if (count > 0) {
      client.hasSent = true;
      const bytes = buffer.subarray(0, count);
      if (!startsTls(bytes)) return { bytes, hello: null };
      const hello = readClientHello(bytes);
      if (hello !== null) return { bytes, hello };
    }
    if (count === buffer.length) {
      const larger = new Uint8Array(HELLO_BYTES_MAX);
      larger.set(buffer);
      buffer = larger;
    }
    const added = await client.conn.read(buffer.subarray(count));
    if (added === null) throw new Deno.errors.UnexpectedEof("the client has closed the connection");
    count += added;
  }
}

async function refuse(client: EarlyClient, alert: AlertCode): Promise<void> {
  client.reason ??= "Connection_Dropped";
  await client.conn.write(alertRecord(alert));
  closeQuietly(client.conn);
}
