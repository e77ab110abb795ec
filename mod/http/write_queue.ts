/**
 * The output of one connection. Responses that are ready at the same time are sent in one write. A
 * client that does not receive them blocks the writer, and after a while its connection is aborted.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import { setNoDelay } from "../wire/byte_stream.ts";
import { NEVER } from "./clock.ts";
import type { SharedState } from "./shared_state.ts";
import { LARGE_WRITE_MIN } from "./turns.ts";

/** More than this is written right away instead of being joined. */
const JOINED_BYTES_MAX = 65536;
/** The most bytes of one write: the kernel copies them at once, as far as it has room. */
const WRITE_BYTES_MAX = 1024 * 1024;
/** The most bytes of a write that will wait: hundreds of them may find room in the same moment. */
const WAITING_BYTES_MAX = 131072;

/** The write queue of one connection. */
export class WriteQueue {
  /** The tick by which the current write must have made progress; NEVER if there is none. */
  deadline = NEVER;

  readonly #stream: ByteStream;
  readonly #shared: SharedState;
  #first: Uint8Array | null = null;
  #others: Uint8Array[] | null = null;
  #bytes = 0;
  /** Whether the kernel had no room for all of the last write: the next one waits. */
  #wasPartial = false;
  /** Writes so far, at most 2. */
  #writes = 0;

  constructor(stream: ByteStream, shared: SharedState) {
    this.#stream = stream;
    this.#shared = shared;
  }

  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Whether so much is queued that it should be written before more is added. */
  get isFull(): boolean {
    return this.#bytes >= JOINED_BYTES_MAX;
  }

  /** Queues `bytes`, which must not be modified until they have been written. */
  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#first === null) this.#first = bytes;
    else (this.#others ??= []).push(bytes);
  }

  /** Starts writing everything queued, in one piece; resolves to the bytes of `inFlight` sent. */
  startWrite(): Promise<number> {
    const bytes = this.#join();
    this.inFlight = bytes;
    this.deadline = this.#shared.clock.tick + this.#shared.stallTicks;
    return this.#send(bytes);
  }

  /** Bytes that {@linkcode WriteQueue.startWrite} is writing. */
  inFlight: Uint8Array | null = null;

  /** Finishes what {@linkcode WriteQueue.startWrite} began, after `count` bytes were sent. */
  finishWrite(count: number): Promise<void> | null {
    const bytes = this.inFlight!;
    this.inFlight = null;
    this.deadline = NEVER;
    return count === bytes.length ? null : this.write(bytes.subarray(count));
  }

  /** Writes everything queued; in one piece if joining costs less than another write. */
  async flush(): Promise<void> {
    if (this.#first === null) return;
    if (!this.isFull) return await this.write(this.#join());
    const parts = [this.#first, ...this.#others ?? []];
    this.#first = this.#others = null;
    this.#bytes = 0;
    for (const part of parts) await this.write(part);
  }

  /** Writes all of `bytes`, ahead of anything queued. */
  async write(bytes: Uint8Array): Promise<void> {
    const { clock, stallTicks, turns } = this.#shared;
    let offset = 0;
    try {
      while (offset < bytes.length) {
        const most = this.#wasPartial ? WAITING_BYTES_MAX : WRITE_BYTES_MAX;
        const isWhole = offset === 0 && bytes.length <= most;
        const part = isWhole ? bytes : bytes.subarray(offset, offset + most);
        if (part.length >= LARGE_WRITE_MIN) await turns.take(part.length);
        this.deadline = clock.tick + stallTicks;
        const count = await this.#send(part);
        this.#wasPartial = count < part.length;
        offset += count;
      }
    } finally {
      this.deadline = NEVER;
    }
  }

  /**
   * Writes some of `bytes`, with nothing queued; returns how many. The client must receive one
   * within `ticksMax`, or sooner if that is the limit for every write.
   */
  async writeSome(bytes: Uint8Array, ticksMax: number): Promise<number> {
    this.deadline = this.#shared.clock.tick + Math.min(ticksMax, this.#shared.stallTicks);
    try {
      return await this.#send(bytes);
    } finally {
      this.deadline = NEVER;
    }
  }

  /**
   * Only a second write can be held back until the client acknowledges the first, so only then the
   * kernel is told not to: a connection with one response does not pay for that.
   */
  #send(bytes: Uint8Array): Promise<number> {
    if (this.#writes < 2 && ++this.#writes === 2) setNoDelay(this.#stream);
    return this.#stream.write(bytes);
  }

  #join(): Uint8Array {
    const first = this.#first!;
    const others = this.#others;
    this.#first = null;
    if (others === null || others.length === 0) {
      this.#bytes = 0;
      return first;
    }
    const whole = new Uint8Array(this.#bytes);
    whole.set(first);
    let offset = first.length;
    for (const part of others) {
      whole.set(part, offset);
      offset += part.length;
    }
    this.#bytes = 0;
    this.#others = null;
    return whole;
  }
}
