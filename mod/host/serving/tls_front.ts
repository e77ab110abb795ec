/**
 * TLS between the sockets and the HTTP engine: the handshakes, each with the certificate of the
 * endpoint or name that the client asks for. Its code is loaded once there is a certificate, so that
 * https does not slow down the start of a service that does not use it.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { AcceptedStream, RefusedRecord } from "../../base/exchange.ts";
import { sslKeysFor } from "../../config/certs/ssl_lookup.ts";
import type { NamedClient } from "../../listen/proxy_protocol/named_client.ts";
import type { TlsGate } from "../../listen/tls/handshake_gate.ts";
import type { TlsContext } from "../../listen/tls/tls_stream.ts";
import type { ServedCertificate } from "./served.ts";

/** Where connections go. */
interface TlsFrontOptions {
  /** Milliseconds for a handshake. */
  handshakeTimeoutMs(): number;
  /** Handshakes at the same time. */
  handshakesMax(): number;
  /** Receives an accepted connection; `isTls` is false for a client that does not speak TLS. */
  onConnection(stream: AcceptedStream, isTls: boolean): void;
  refused(record: RefusedRecord): void;
  /** Called with why a handshake failed, as {@linkcode TlsGate} says it. */
  failed(reason: string): void;
}

export class TlsFront {
  readonly #options: TlsFrontOptions;
  #gate: TlsGate | null = null;
  #contexts: ReadonlyMap<string, TlsContext> = new Map();

  constructor(options: TlsFrontOptions) {
    this.#options = options;
  }

  /** Loads what is needed to {@linkcode TlsFront.use} certificates. */
  async prepare(): Promise<void> {
    if (this.#gate !== null) return;
    const { TlsGate } = await import("../../listen/tls/handshake_gate.ts");
    const { handshakeTimeoutMs, handshakesMax, onConnection, refused, failed } = this.#options;
    this.#gate ??= new TlsGate({
      handshakeTimeoutMs,
      handshakesMax,
      contextFor: (local, name) => this.contextFor(local, name),
      onSecure: (stream) => onConnection(stream, true),
      onPlain: (stream) => onConnection(stream, false),
      refused,
      failed,
    });
  }

  /** Uses exactly `certificates` from the next handshake on. */
  use(certificates: readonly ServedCertificate[]): void {
    this.#contexts = new Map(
      certificates.flatMap(({ keys, context }) => keys.map((key) => [key, context] as const)),
    );
  }

  /** Returns the context for a client on `local` that asks for `serverName`; null for none. */
  contextFor(local: Endpoint, serverName: string): TlsContext | null {
    for (const key of sslKeysFor(local, serverName)) {
      const context = this.#contexts.get(key);
      if (context !== undefined) return context;
    }
    return null;
  }

  /** Handles a connection that was accepted on a TLS socket, whose client a PROXY header may have `named`. */
  admit(conn: Deno.TcpConn, named: NamedClient | null = null): void {
    if (this.#gate === null) conn.close();
    else this.#gate.admit(conn, named);
  }

  /** Reports whether a handshake with `client` is in progress. */
  has(client: Endpoint): boolean {
    return this.#gate?.has(client) ?? false;
  }

  /** Aborts up to `count` of the oldest handshakes, of at least `waitedMs`; returns how many. */
  makeRoom(count: number, waitedMs = 0): number {
    return this.#gate?.makeRoom(count, waitedMs) ?? 0;
  }

  /** Resolves when no handshake is in progress; those that succeed have been passed on. */
  async settled(): Promise<void> {
    await this.#gate?.settled();
  }

  /** Aborts the handshakes in progress. */
  clear(): void {
    this.#gate?.clear();
  }
}
