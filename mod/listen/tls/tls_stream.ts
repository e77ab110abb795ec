/**
 * Edge: TLS over an accepted connection, as the stream of bytes that the HTTP engine reads and
 * writes.
 *
 * The runtime has three ways to speak TLS as a server. This one, a `TLSSocket` of `node:tls` on the
 * socket itself, was chosen because it can end any connection at any moment:
 *
 * - `Deno.listenTls` costs two fifths less for a handshake and a third less for a small response. But
 *   closing a connection there waits for the client: one that is silent during its handshake, or
 *   does not read, keeps its socket and its memory for as long as it likes. It has no
 *   `setNoDelay()`, so that a response in several small pieces waits 40 ms for each; it answers
 *   plain HTTP with an alert; and a renewed certificate needs another listening socket.
 * - A `TLSSocket` over a stream of our own costs twice as much for a handshake and for a large
 *   response.
 *
 * The certificate is chosen before, from the ClientHello, and not by an `SNICallback`, which leaks
 * 40 KB at each handshake that fails.
 *
 * @module
 */
import { Socket } from "node:net";
import process from "node:process";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type {
  AcceptedStream,
  ClientCertificate,
  NetworkAddress,
  ProxiedClient,
} from "../../base/exchange.ts";
import { invariant } from "../../base/invariant.ts";
import { type TlsPolicy, USUAL_POLICY } from "../../config/certs/tls_policy.ts";
import { type ClientVerifier, verifierOf } from "../../config/certs/client_verifier.ts";
import { closeQuietly, setNoDelay } from "../../wire/byte_stream.ts";
import { ALERT, alertRecord } from "./client_hello.ts";

/** The protocols that a client can choose by ALPN, the preferred one first. */
export const PROTOCOLS = ["http/1.1", "http/1.0"];

/** A certificate with its private key, as TLS uses it. */
export interface TlsContext {
  readonly secure: SecureContext;
  readonly policy: TlsPolicy;
  /** Judges the certificates of clients; null if they are not asked for one. */
  readonly verifier: ClientVerifier | null;
}

/** A handshake in progress. */
interface Handshake {
  /** Resolves with the decrypted stream; rejects if the handshake fails. It has no timeout. */
  readonly done: Promise<AcceptedStream>;
  /** Closes the connection; `done` rejects. */
  abort(): void;
}

/** Unread bytes beyond which nothing more is read from the connection. */
const UNREAD_BYTES_MAX = 65536;
/** Maximum bytes of one write, so that the timeouts see the progress of a slow client. */
const WRITE_BYTES_MAX = 65536;
/** Time for the close_notify alert to be sent before the connection is closed without it. */
const CLOSE_NOTIFY_MS = 1000;

/** Made once: an error is mostly its stack, and these have none of interest. */
const ENDED = new Deno.errors.ConnectionAborted("the client has ended the handshake");
const CLOSED = new Deno.errors.Interrupted("the connection was closed");

/** Returns the context for a certificate with its chain and its private key, both PEM. */
export function makeContext(
  { cert, key }: { readonly cert: string; readonly key: string },
  policy: TlsPolicy = USUAL_POLICY,
): TlsContext {
  const verifier = policy.client === null ? null : verifierOf(policy.client);
  const secure = createSecureContext({
    cert,
    key,
    // Without either version every handshake is refused before it comes here.
    minVersion: policy.hasTls12 || !policy.hasTls13 ? "TLSv1.2" : "TLSv1.3",
    maxVersion: policy.hasTls13 || !policy.hasTls12 ? "TLSv1.3" : "TLSv1.2",
    ...(verifier === null ? {} : { ca: [...verifier.authorities] }),
  });
  return { secure, policy, verifier };
}

/**
 * Begins the server's side of the handshake with the certificate of `context`; `early` has already
 * been read from `conn`, whose client is `named` by a proxy, or is at its other end.
 */
export function startHandshake(
  conn: Deno.TcpConn,
  early: Uint8Array,
  { secure: secureContext, verifier }: TlsContext,
  named: Pick<AcceptedStream, "remoteAddr" | "proxy"> | null = null,
): Handshake {
  const handle = openHandle(conn);
  setNoDelay(conn); // a handshake is several small writes
  const raw = new Socket({ handle, manualStart: true, allowHalfOpen: true } as SocketOptions);
  raw.on("error", ignore); // the TLSSocket reports it
  raw.unshift(early);
  const secure = new TLSSocket(raw, {
    isServer: true,
    ALPNProtocols: PROTOCOLS,
    secureContext,
    requestCert: verifier !== null,
    // The handshake succeeds with any certificate, and with none: HTTP tells the client what is
    // wrong with it.
    ...(verifier === null ? {} : { rejectUnauthorized: false, ca: [...verifier.authorities] }),
  });
  const { promise: done, resolve, reject } = Promise.withResolvers<AcceptedStream>();
  const end = (): void => {
    abort();
    reject(ENDED);
  };
  const fail = (error: Error): void => {
    // What the runtime refuses after all, it refuses in silence. A client that has been told ignores
    // a second alert.
    void conn.write(alertRecord(ALERT.handshakeFailure)).catch(ignore);
    abort();
    reject(error);
  };
  const abort = (): void => {
    secure.destroy();
    raw.destroy();
    closeQuietly(conn);
  };
  secure.once("end", end);
  secure.once("close", end);
  secure.once("error", fail);
  secure.once("secure", () => {
    secure.removeListener("end", end);
    secure.removeListener("close", end);
    secure.removeListener("error", fail);
    const clientCertificate = verifier === null ? null : certificateOf(secure, verifier);
    resolve(new TlsStream(conn, named, { socket: secure, handle, abort, clientCertificate }));
  });
  return { done, abort };
}

/** What this file uses of the runtime's native TLS handle. */
interface TlsHandle {
  /** Returns what the client has sent, or proved when its session began; null for nothing. */
  getPeerCertificateChain(): { readonly certificates: readonly ArrayLike<number>[] } | null;
  /** Returns why the certificate is not believed; in a session that goes on, nothing. */
  verifyError(): { readonly code?: string } | string | null | undefined;
}

/**
 * Returns what the client has shown. A session that goes on has the certificate with which it began,
 * on whichever port of this process that was; it is judged anew, by what is trusted here and now.
 */
function certificateOf(secure: TLSSocket, verifier: ClientVerifier): ClientCertificate {
  const { _handle: handle } = secure as unknown as { readonly _handle: TlsHandle };
  const chain = handle.getPeerCertificateChain()?.certificates ?? [];
  const error = handle.verifyError() || null;
  const refusal = typeof error === "object" ? error?.code ?? (error && "unknown") : error;
  const opinion = { refusal, isResumed: secure.isSessionReused() };
  return verifier.certificateOf(chain.map((der) => Uint8Array.from(der)), opinion, Date.now());
}

/** What this file uses of the runtime's native TCP handle. */
interface TcpHandle {
  /** Takes a duplicate of the socket of a resource; returns 0 or an error number. */
  openFromRid(rid: number): number;
  readStart(): number;
  readStop(): number;
}

type SocketOptions = ConstructorParameters<typeof Socket>[0];

/**
 * Returns the handle of a `node:net` socket for `conn`. Both own the connection, which is closed
 * when both are. From now on nothing may read or write `conn` itself.
 *
 * No documented function does this. The program ships with the runtime that it was tested with.
 */
function openHandle(conn: Deno.TcpConn): TcpHandle {
  const rid = Object.getOwnPropertySymbols(conn).find(({ description }) => {
    return description === "Deno.internal.rid";
  });
  invariant(rid !== undefined, "a connection has a resource id");
  const handle = new TCP(SOCKET);
  const error = handle.openFromRid((conn as unknown as Record<symbol, number>)[rid]!);
  if (error !== 0) throw new Deno.errors.BadResource(`the connection is closed (${error})`);
  return handle;
}

/** The kind of a TCP handle that is a connection. */
const SOCKET = 0;
const { TCP } = (process as unknown as {
  binding(name: "tcp_wrap"): { readonly TCP: new (kind: number) => TcpHandle };
}).binding("tcp_wrap");

interface SecureSocket {
  readonly socket: TLSSocket;
  readonly handle: TcpHandle;
  readonly clientCertificate: ClientCertificate | null;
  /** Closes the connection at once. */
  abort(): void;
}

/** The decrypted stream. At most one read and one write are in progress, as in the engine. */
class TlsStream implements AcceptedStream {
  readonly localAddr: NetworkAddress;
  readonly remoteAddr: NetworkAddress;
  readonly proxy: ProxiedClient | null;
  readonly clientCertificate: ClientCertificate | null;
  readonly #socket: TLSSocket;
  readonly #handle: TcpHandle;
  readonly #abort: () => void;
  /** A paused TLSSocket goes on to take what arrives, without limit: its handle has to pause. */
  #isHeld = false;
  /** Bytes that arrived and were not read yet. */
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #hasEnded = false;
  #failure: Error | null = null;
  #reader: {
    readonly buffer: Uint8Array;
    resolve(count: number | null): void;
    reject(error: Error): void;
  } | null = null;
  #rejectWrite: ((error: Error) => void) | null = null;
  #isClosed = false;

  constructor(
    conn: Deno.TcpConn,
    named: Pick<AcceptedStream, "remoteAddr" | "proxy"> | null,
    { socket, handle, clientCertificate, abort }: SecureSocket,
  ) {
    this.localAddr = conn.localAddr as Deno.NetAddr;
    this.remoteAddr = named?.remoteAddr ?? conn.remoteAddr as Deno.NetAddr;
    this.proxy = named?.proxy ?? null;
    this.clientCertificate = clientCertificate;
    this.#socket = socket;
    this.#handle = handle;
    this.#abort = abort;
    socket.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    socket.on("end", () => this.#end(null));
    socket.on("error", (error) => this.#end(error));
    // After the handshake, a violation of TLS is told by no other event. It is a plain Error, which
    // would pass for a bug of this program.
    socket.on("_tlsError", ({ message }: Error) => {
      this.#end(new Deno.errors.ConnectionAborted(message));
      abort();
    });
    socket.on("close", () => this.#end(CLOSED));
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (this.#unreadBytes > 0) return Promise.resolve(this.#deliver(buffer));
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#hasEnded) return Promise.resolve(null);
    return new Promise((resolve, reject) => this.#reader = { buffer, resolve, reject });
  }

  write(bytes: Uint8Array): Promise<number> {
    const part = bytes.length > WRITE_BYTES_MAX ? bytes.subarray(0, WRITE_BYTES_MAX) : bytes;
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) return reject(this.#failure);
      this.#rejectWrite = reject;
      this.#socket.write(part, (error) => {
        this.#rejectWrite = null;
        if (error) reject(error);
        else resolve(part.length);
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(resolve));
  }

  /**
   * Sends close_notify, so that a client can distinguish the end from a truncation. If the
   * connection is stalled, it is aborted.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#failure !== null || this.#rejectWrite !== null) this.#abort();
    else {
      const timer = setTimeout(this.#abort, CLOSE_NOTIFY_MS);
      this.#socket.end(() => {
        clearTimeout(timer);
        this.#abort();
      });
    }
    this.#end(CLOSED);
  }

  #receive(bytes: Uint8Array): void {
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    const reader = this.#reader;
    if (reader !== null) {
      this.#reader = null;
      reader.resolve(this.#deliver(reader.buffer));
    }
    if (this.#unreadBytes < UNREAD_BYTES_MAX || this.#isHeld) return;
    this.#isHeld = true;
    this.#handle.readStop();
  }

  /** Moves unread bytes to `buffer`, from one piece; returns how many. */
  #deliver(buffer: Uint8Array): number {
    const [first] = this.#unread;
    const count = Math.min(first!.length, buffer.length);
    buffer.set(count < first!.length ? first!.subarray(0, count) : first!);
    if (count < first!.length) this.#unread[0] = first!.subarray(count);
    else this.#unread.shift();
    this.#unreadBytes -= count;
    if (this.#isHeld && this.#unreadBytes === 0) {
      this.#isHeld = false;
      this.#handle.readStart();
    }
    return count;
  }

  #end(failure: Error | null): void {
    this.#hasEnded = true;
    this.#failure ??= failure;
    const reader = this.#reader;
    this.#reader = null;
    if (failure === null) reader?.resolve(null);
    else {
      reader?.reject(failure);
      this.#rejectWrite?.(failure);
      this.#rejectWrite = null;
    }
  }
}

function ignore(): void {
  // Reported elsewhere.
}
