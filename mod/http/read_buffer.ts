/**
 * The bytes that one connection has read and not used yet: a window in a small buffer that grows for
 * a large head, moves beside it for a body, and comes back.
 *
 * @module
 */
import { type BufferPool, LARGE_BYTES, SMALL_BYTES } from "./buffer_pool.ts";

/** Input of one connection; what is there lies in `[start, end)` of `buffer`. */
export class ReadBuffer {
  buffer: Uint8Array;
  start = 0;
  end = 0;

  readonly #buffers: BufferPool;
  /** Buffer for heads: small, or grown by a large one. */
  #home: Uint8Array;

  constructor(buffers: BufferPool) {
    this.#buffers = buffers;
    this.#home = this.buffer = buffers.takeSmall();
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** Room for more of a head after what is there, which may move to the front; never empty. */
  room(headBytesMax: number): Uint8Array {
    if (this.start === this.end) {
      this.start = this.end = 0;
      if (this.#home.length === SMALL_BYTES) return this.buffer;
      this.#setHome(this.#buffers.takeSmall());
      return this.buffer;
    }
    if (this.end === this.buffer.length) {
      if (this.start > 0) {
        this.buffer.copyWithin(0, this.start, this.end);
        this.end -= this.start;
        this.start = 0;
      } else {
        this.#grow(Math.min(this.buffer.length * 4, Math.max(headBytesMax, this.end + 1)));
      }
    }
    return this.buffer.subarray(this.end);
  }

  /**
   * An empty buffer for a body, beside the head that stays where it is; what was there is used up. It
   * is large only while the client fills it: thousands that send slowly must not hold large ones.
   */
  bodyRoom(): Uint8Array {
    const isFast = this.buffer !== this.#home && this.end === this.buffer.length;
    const isSlow = this.end < SMALL_BYTES;
    if (this.buffer === this.#home) {
      this.buffer = this.#buffers.takeSmall();
    } else if (this.buffer.length === SMALL_BYTES ? isFast : isSlow) {
      this.#giveBack(this.buffer);
      this.buffer = isFast ? this.#buffers.takeLarge() : this.#buffers.takeSmall();
    }
    this.start = this.end = 0;
    return this.buffer;
  }

  /** A buffer for bytes that nobody will look at; drops what is there. */
  scratch(): Uint8Array {
    this.start = this.end = 0;
    return this.#home;
  }

  /** Ends the reading of a body: what came after it goes back to the buffer for heads. */
  endBody(): void {
    const { buffer, start, end } = this;
    if (buffer === this.#home) return;
    if (end - start > this.#home.length) this.#setHome(new Uint8Array(end - start));
    this.buffer = this.#home;
    this.buffer.set(buffer.subarray(start, end));
    this.start = 0;
    this.end = end - start;
    this.#giveBack(buffer);
  }

  /** Gives the memory back; nothing may be reading into it. */
  release(): void {
    this.endBody();
    this.#giveBack(this.#home);
  }

  /** A head that grew has a buffer of its own, which nobody else can use. */
  #giveBack(buffer: Uint8Array): void {
    if (buffer.length === SMALL_BYTES) this.#buffers.giveSmall(buffer);
    else if (buffer.length === LARGE_BYTES) this.#buffers.giveLarge(buffer);
  }

  #grow(size: number): void {
    const larger = new Uint8Array(size);
    larger.set(this.buffer.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.#setHome(larger);
  }

  #setHome(buffer: Uint8Array): void {
    this.#giveBack(this.#home);
    if (this.buffer === this.#home) this.buffer = buffer;
    this.#home = buffer;
  }
}
