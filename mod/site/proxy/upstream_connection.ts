/**
 * Edge: one connection to the upstream, and the bytes received on it.
 *
 * While the connection is idle a read is always pending: an upstream that closes it is noticed
 * immediately, and unsolicited bytes make the connection unusable.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { ByteStream } from "../../base/exchange.ts";
import type { ProxyTarget } from "./proxy_target.ts";
import { HEAD_BYTES_MAX } from "./upstream_head.ts";

/** Room for a typical head and a small body. */
const BUFFER_BYTES = 16_384;
const NO_BYTES = new Uint8Array(0);

/** A connection with its unread input, `buffer[start..end)`. */
export class UpstreamConnection implements ByteStream {
  buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  start = 0;
  end = 0;
  /** It has served a request before, so the upstream may have closed it in the meantime. */
  isReused = false;
  /** A part of the current request has been written. */
  wasUsed = false;
  isClosed = false;

  readonly #conn: ByteStream;
  #pending: Promise<number | null> | null = null;

  constructor(conn: ByteStream) {
    this.#conn = conn;
  }

  /** Appends a read to the buffer; false at the end of the stream. Throws on an error. */
  async fill(): Promise<boolean> {
    if (this.#pending === null) this.#makeRoom();
    const count = await (this.#pending ?? this.#conn.read(this.buffer.subarray(this.end)));
    this.#pending = null;
    if (count === null) return false;
    this.end += count;
    return true;
  }

  /**
   * Waits for the next request; `onEnd` is called on its end, and on bytes, which nothing has asked
   * for unless a request was sent before they arrived.
   */
  becomeIdle(onEnd: (isBytes: boolean) => void): void {
    this.isReused = true;
    this.wasUsed = false;
    this.start = this.end = 0;
    const pending = this.#conn.read(this.buffer);
    this.#pending = pending;
    pending.then((count) => onEnd(count !== null), () => onEnd(false));
  }

  /** Grows the buffer for a large body. */
  growBuffer(): void {
    if (this.buffer.length >= HEAD_BYTES_MAX) return;
    const wide = new Uint8Array(HEAD_BYTES_MAX);
    wide.set(this.buffer.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.buffer = wide;
  }

  /** Reads the buffered bytes first, then from the connection: it is a tunnel from now on. */
  read(buffer: Uint8Array): Promise<number | null> {
    if (this.start === this.end) {
      this.buffer = NO_BYTES;
      this.start = this.end = 0;
      return this.#conn.read(buffer);
    }
    const count = Math.min(this.end - this.start, buffer.length);
    buffer.set(this.buffer.subarray(this.start, this.start + count));
    this.start += count;
    return Promise.resolve(count);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }

  /** Writes all of `bytes`. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.#conn.write(bytes.subarray(at));
      this.wasUsed = true;
    }
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    closeQuietly(this.#conn);
  }

  #makeRoom(): void {
    if (this.start === this.end) this.start = this.end = 0;
    else if (this.end === this.buffer.length) {
      if (this.start > 0) this.buffer.copyWithin(0, this.start, this.end);
      this.end -= this.start;
      this.start = 0;
      if (this.end === this.buffer.length) this.growBuffer();
    }
  }
}

/** Connects to `target`. */
export async function connectTo(target: ProxyTarget): Promise<ByteStream> {
  if (target.kind === "unix") return await Deno.connect({ transport: "unix", path: target.path });
  const { ip, port } = target.endpoint;
  const conn = await Deno.connect({ hostname: ip, port });
  try {
    conn.setNoDelay();
  } catch {
    // The program has already closed the connection; the first write reports it.
  }
  return conn;
}
