/**
 * Edge: TLS over an accepted connection, as the stream of bytes that the HTTP engine reads and
 * writes.
 *
 * The runtime's `TLSSocket` runs over any stream. It costs more than `Deno.listenTls`, and provides
 * what that lacks: a certificate for each name, and for each handshake the current one. Measured
 * side by side, bare loops, 32 connections: 30 us of CPU per request (listenTls 15, plain TCP 10),
 * 1.4 ms per handshake (0.6), 68 KB per idle connection (15). The garbage collector does not see
 * what a handshake allocates outside its heap and runs late: 14,000 connections one after another
 * settled at 215 MB.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import type { ByteStream } from "../../base/exchange.ts";

/** Returns the context for the name that a client requests ("" for none); null if there is none. */
type ContextChoice = (serverName: string) => SecureContext | null;

/** A handshake in progress. */
interface Handshake {
  /** Resolves with the decrypted stream; rejects if the handshake fails. It has no timeout. */
  readonly done: Promise<ByteStream>;
  /** Closes the connection; `done` rejects. */
  abort(): void;
}

/** Size of the buffer while waiting for the next record: most requests fit. */
const SMALL_BYTES = 1024;
/** Size of the buffer for content: four TLS records. */
const LARGE_BYTES = 65536;
/** Maximum bytes of one write, so that the timeouts see the progress of a slow client. */
const WRITE_BYTES_MAX = 65536;
/** Time for the close_notify alert to be sent before the connection is closed without it. */
const CLOSE_NOTIFY_MS = 1000;

/**
 * Returns the context for a certificate with its chain and its private key, both PEM. TLS 1.2 or
 * later.
 */
export function makeContext(
  { cert, key }: { readonly cert: string; readonly key: string },
): SecureContext {
  return createSecureContext({ cert, key, minVersion: "TLSv1.2" });
}

/** Begins the server's side of the handshake; `early` has already been read from `conn`. */
export function startHandshake(
  conn: ByteStream,
  early: Uint8Array,
  choose: ContextChoice,
): Handshake {
  const transport = new Transport(conn, early);
  const socket = new TLSSocket(transport, {
    isServer: true,
    requestCert: false,
    ALPNProtocols: ["http/1.1"],
    SNICallback: (name, done) => {
      const context = choose(name);
      if (context === null) done(new Error("no certificate is bound here"));
      else done(null, context);
    },
  });
  const { promise: done, resolve, reject } = Promise.withResolvers<ByteStream>();
  const endEarly = (): void => void socket.destroy();
  socket.once("end", endEarly);
  socket.once("secure", () => {
    socket.removeListener("end", endEarly);
    resolve(new TlsStream(socket, transport));
  });
  socket.on("error", reject);
  socket.once("close", () => reject(new Deno.errors.ConnectionAborted("the handshake has ended")));
  return { done, abort: () => void socket.destroy() };
}

/** The connection as a Node stream, over which a TLSSocket runs. */
class Transport extends Duplex {
  readonly #conn: ByteStream;
  #early: Uint8Array | null;
  #buffer = new Uint8Array(SMALL_BYTES);
  #isHeld = false;
  /** A read was requested while it was held. */
  #isWanted = false;

  constructor(conn: ByteStream, early: Uint8Array) {
    super({ allowHalfOpen: true });
    this.#conn = conn;
    this.#early = early;
  }

  /**
   * Stops reading: a paused TLSSocket continues to accept what its transport delivers, without
   * limit.
   */
  hold(): void {
    this.#isHeld = true;
  }

  /** Resumes reading. */
  release(): void {
    this.#isHeld = false;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this._read();
  }

  override _read(): void {
    this.#isWanted = this.#isHeld;
    if (this.#isHeld) return;
    const early = this.#early;
    if (early !== null) {
      this.#early = null;
      // Deferred: a handshake that fails before its socket has begun throws where nothing can catch
      // it.
      setImmediate(() => this.push(early));
    } else {
      this.#conn.read(this.#buffer).then((count) => {
        this.push(count === null ? null : this.#detach(count));
      }, (error) => this.destroy(error));
    }
  }

  override _write(chunk: Uint8Array, _: BufferEncoding, done: (error?: Error) => void): void {
    this.#conn.write(chunk).then((count) => {
      if (count === chunk.length) done();
      else this._write(chunk.subarray(count), _, done);
    }, done);
  }

  override _final(done: (error?: Error) => void): void {
    this.#conn.closeWrite().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    closeQuietly(this.#conn);
    done(error);
  }

  /** Returns the `count` bytes that were read, for good, and sizes the buffer of the next read. */
  #detach(count: number): Uint8Array {
    const buffer = this.#buffer;
    const isLarge = count > SMALL_BYTES / 2;
    if (isLarge) this.#buffer = new Uint8Array(LARGE_BYTES);
    else if (buffer.length > SMALL_BYTES) this.#buffer = new Uint8Array(SMALL_BYTES);
    return this.#buffer === buffer ? buffer.slice(0, count) : buffer.subarray(0, count);
  }
}

/** The decrypted stream. At most one read and one write are in progress, as in the engine. */
class TlsStream implements ByteStream {
  readonly #socket: TLSSocket;
  readonly #transport: Transport;
  /** Bytes that arrived and were not read yet. */
  #left: Uint8Array | null = null;
  #hasEnded = false;
  #failure: Error | null = null;
  #reader: {
    readonly buffer: Uint8Array;
    resolve(count: number | null): void;
    reject(error: Error): void;
  } | null = null;
  #rejectWrite: ((error: Error) => void) | null = null;
  #isClosed = false;

  constructor(socket: TLSSocket, transport: Transport) {
    this.#socket = socket;
    this.#transport = transport;
    socket.on("data", (bytes: Uint8Array) => this.#receive(bytes));
    socket.on("end", () => this.#end(null));
    socket.on("error", (error) => this.#end(error));
    socket.on("close", () => this.#end(new Deno.errors.Interrupted("the connection was closed")));
  }

  read(buffer: Uint8Array): Promise<number | null> {
    const left = this.#left;
    if (left !== null) {
      this.#left = null;
      const count = this.#deliver(left, buffer);
      if (this.#left === null) this.#transport.release();
      return Promise.resolve(count);
    }
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
    const socket = this.#socket;
    if (this.#failure !== null || this.#rejectWrite !== null) socket.destroy();
    else {
      const timer = setTimeout(() => socket.destroy(), CLOSE_NOTIFY_MS);
      socket.once("close", () => clearTimeout(timer));
      socket.end(() => socket.destroy());
    }
    this.#end(new Deno.errors.Interrupted("the connection was closed"));
  }

  #receive(bytes: Uint8Array): void {
    const reader = this.#reader;
    if (reader === null) {
      this.#left = this.#left === null ? bytes : joined(this.#left, bytes);
      this.#transport.hold();
      return;
    }
    this.#reader = null;
    const count = this.#deliver(bytes, reader.buffer);
    if (this.#left !== null) this.#transport.hold();
    reader.resolve(count);
  }

  #deliver(bytes: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(bytes.length, buffer.length);
    buffer.set(count < bytes.length ? bytes.subarray(0, count) : bytes);
    if (count < bytes.length) this.#left = bytes.subarray(count);
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
