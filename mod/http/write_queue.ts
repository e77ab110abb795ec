/**
 * What goes out on one connection. Answers that are ready at the same time leave in one write; a
 * client that does not take them holds the writer back, and after a while is cut off by the clock.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import { NEVER } from "./clock.ts";
import type { SharedState } from "./shared_state.ts";

/** More than this is not held back to be joined. */
const JOINED_BYTES_MAX = 65536;

/** Writer of one connection. */
export class WriteQueue {
  /** Tick at which a write that is under way has stood still too long; NEVER for none. */
  deadline = NEVER;

  readonly #stream: ByteStream;
  readonly #shared: SharedState;
  #first: Uint8Array | null = null;
  #others: Uint8Array[] | null = null;
  #bytes = 0;

  constructor(stream: ByteStream, shared: SharedState) {
    this.#stream = stream;
    this.#shared = shared;
  }

  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** True when so much waits that it should be written before more is made. */
  get isFull(): boolean {
    return this.#bytes >= JOINED_BYTES_MAX;
  }

  /** Puts `bytes` behind what waits; they must not change until they were written. */
  push(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#first === null) this.#first = bytes;
    else (this.#others ??= []).push(bytes);
  }

  /** Begins to write all that waits, in one piece. The result says how much of `taken` went. */
  start(): Promise<number> {
    const bytes = this.#join();
    this.taken = bytes;
    this.deadline = this.#shared.clock.tick + this.#shared.stallTicks;
    return this.#stream.write(bytes);
  }

  /** Bytes that {@linkcode WriteQueue.start} is writing. */
  taken: Uint8Array | null = null;

  /** Ends what {@linkcode WriteQueue.start} began, after `count` bytes went. */
  finish(count: number): Promise<void> | null {
    const bytes = this.taken!;
    this.taken = null;
    this.deadline = NEVER;
    return count === bytes.length ? null : this.write(bytes.subarray(count));
  }

  /** Writes all that waits; in one piece where joining costs less than another write. */
  async flush(): Promise<void> {
    if (this.#first === null) return;
    if (!this.isFull) return await this.write(this.#join());
    const parts = [this.#first, ...this.#others ?? []];
    this.#first = this.#others = null;
    this.#bytes = 0;
    for (const part of parts) await this.write(part);
  }

  /** Writes `bytes` whole, after nothing else. */
  async write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) {
        this.deadline = this.#shared.clock.tick + this.#shared.stallTicks;
        at += await this.#stream.write(at === 0 ? bytes : bytes.subarray(at));
      }
    } finally {
      this.deadline = NEVER;
    }
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
    let at = first.length;
    for (const part of others) {
      whole.set(part, at);
      at += part.length;
    }
    this.#bytes = 0;
    this.#others = null;
    return whole;
  }
}
