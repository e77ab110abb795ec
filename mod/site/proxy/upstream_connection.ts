/**
 * One connection to the upstream, and the bytes received on it.
 *
 * While the connection is idle a read is always pending: an upstream that closes it is noticed
 * immediately, and unsolicited bytes make the connection unusable. The same read gets the response
 * to the next request.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { Endpoint } from "../../base/address.ts";
import type { ByteStream } from "../../base/exchange.ts";
import type { Linked, LinkedList } from "../../base/linked_list.ts";
import type { FieldEdits } from "../proxied/field_edits.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import { OutputBuffer } from "./output_buffer.ts";
import { HEAD_BYTES_MAX, ResponseHead } from "./response_head.ts";

/** Room for a typical head and a small body. */
const INPUT_BYTES = 16_384;
const NO_BYTES = new Uint8Array(0);

/** Who keeps an idle connection. */
interface Keeper {
  /** It is idle no more: closed, or `hasBytes`, which nothing has asked for. */
  onIdleEnd(connection: UpstreamConnection, hasBytes: boolean): void;
}

/** A connection with its unread input, `buffer[start..end)`. */
export class UpstreamConnection implements ByteStream, Linked<UpstreamConnection> {
  buffer: Uint8Array = new Uint8Array(INPUT_BYTES);
  start = 0;
  end = 0;
  /** What is sent next: the head of a request, a chunk of its body. */
  readonly output = new OutputBuffer();
  /** The head of the response that is being read. */
  readonly head: ResponseHead;
  /** For whatever is awaited of the upstream: it closes the connection. */
  readonly deadline: Deadline;
  hasTimedOut = false;
  /** Why no more can be read; null at the end of the stream. */
  failure: Error | null = null;
  /** It has served a request before, so the upstream may have closed it in the meantime. */
  isReused = false;
  /** A part of the current request has been written. */
  wasUsed = false;
  isClosed = false;
  /** Of the pool, when it was opened. */
  generation = 0;
  /** The client that the pool may give it to before it has rested; null for none. */
  client: Endpoint | null = null;
  /** Since when it has been idle, and in which list of the pool it is, if it is. */
  idleSinceMs = 0;
  idleIn: LinkedList<UpstreamConnection> | null = null;
  /** In that list, or in that of the tunnels. */
  previous: UpstreamConnection | null = null;
  next: UpstreamConnection | null = null;

  readonly #conn: ByteStream;
  #pending: Promise<boolean> | null = null;
  #keeper: Keeper | null = null;
  #unsent: Uint8Array = NO_BYTES;
  /** The steps after a read or a write: an async function would cost as much as parsing a head. */
  readonly #onRead = (count: number | null): boolean => {
    if (count !== null) this.end += count;
    this.#endIdle(count !== null);
    return count !== null;
  };
  readonly #onReadError = (error: Error): boolean => {
    this.failure = error;
    return this.#onRead(null);
  };
  readonly #onWritten = (count: number): void | Promise<void> => {
    this.wasUsed = true;
    if (count < this.#unsent.length) return this.send(this.#unsent.subarray(count));
    this.#unsent = NO_BYTES;
  };

  /** `via` is our name in Via; `edits` are made to the fields of each response. */
  constructor(
    conn: ByteStream,
    via: string,
    deadlines: Deadlines,
    edits: FieldEdits | null = null,
  ) {
    this.#conn = conn;
    this.head = new ResponseHead(via, edits);
    this.deadline = deadlines.make(() => {
      this.hasTimedOut = true;
      this.close();
    });
  }

  /** Appends a read to the buffer; false, and no error, at the end of the stream or if it failed. */
  fill(): Promise<boolean> {
    const pending = this.#pending;
    if (pending === null) return this.#read();
    this.#pending = null;
    return pending;
  }

  /** Waits for the next request, or until {@linkcode Keeper.onIdleEnd}. */
  becomeIdle(keeper: Keeper): void {
    this.#keeper = keeper;
    this.isReused = true;
    this.wasUsed = false;
    this.start = this.end = 0;
    this.head.reset();
    this.output.shrink();
    this.#pending = this.#read();
  }

  /** Ends the wait: what arrives from now on is a response. */
  leaveIdle(): void {
    this.#keeper = null;
    this.deadline.clear();
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
      this.output.release();
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

  /** Writes all of `bytes`; nothing else may be written meanwhile. */
  send(bytes: Uint8Array): Promise<void> {
    this.#unsent = bytes;
    return this.#conn.write(bytes).then(this.#onWritten);
  }

  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.deadline.end();
    closeQuietly(this.#conn);
    this.#endIdle(false);
  }

  #read(): Promise<boolean> {
    this.#makeRoom();
    const space = this.end === 0 ? this.buffer : this.buffer.subarray(this.end);
    return this.#conn.read(space).then(this.#onRead, this.#onReadError);
  }

  #endIdle(hasBytes: boolean): void {
    const keeper = this.#keeper;
    if (keeper === null) return;
    this.#keeper = null;
    keeper.onIdleEnd(this, hasBytes);
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
