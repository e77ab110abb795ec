/**
 * The bytes that a connection has read but not consumed yet: a window in a small buffer that grows
 * for a large head. For a body the window moves to a second buffer, and afterwards back.
 *
 * @module
 */
import { type BufferPool, LARGE_BYTES, SMALL_BYTES } from "./buffer_pool.ts";

/** The input of one connection; the unconsumed bytes are `[start, end)` of `buffer`. */
export class ReadBuffer {
  buffer: Uint8Array;
  start = 0;
  end = 0;
  /** The slab of `buffer` as words, if a small head begins at its start. */
  words: Int32Array | null;

  readonly #pool: BufferPool;
  /** The buffer for heads: a small one, or a larger one after a large head. */
  #headBuffer: Uint8Array;

  constructor(pool: BufferPool) {
    this.#pool = pool;
    this.#headBuffer = this.buffer = pool.acquireSmall();
    this.words = pool.wordsOf(this.buffer);
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** Returns space to read more of a head into, never empty; may move unread bytes to the front. */
  spaceForHead(headBytesMax: number): Uint8Array {
    if (this.start === this.end) {
      this.start = this.end = 0;
      if (this.#headBuffer.length === SMALL_BYTES) return this.buffer;
      this.#setHeadBuffer(this.#pool.acquireSmall());
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
   * Returns an empty buffer for a body. The head stays where it is; the window, which has been
   * consumed, is dropped. The buffer is large only while the client fills it: thousands of slow
   * clients must not hold large ones.
   */
  spaceForBody(): Uint8Array {
    const isFast = this.buffer !== this.#headBuffer && this.end === this.buffer.length;
    const isSlow = this.end < SMALL_BYTES;
    if (this.buffer === this.#headBuffer) {
      this.buffer = this.#pool.acquireSmall();
    } else if (this.buffer.length === SMALL_BYTES ? isFast : isSlow) {
      this.#releaseBuffer(this.buffer);
      this.buffer = isFast ? this.#pool.acquireLarge() : this.#pool.acquireSmall();
    }
    this.start = this.end = 0;
    return this.buffer;
  }

  /** Returns a buffer for bytes that will be ignored; drops the window. */
  scratch(): Uint8Array {
    this.start = this.end = 0;
    return this.#headBuffer;
  }

  /** Ends the reading of a body: moves what follows it back to the buffer for heads. */
  endBody(): void {
    const { buffer, start, end } = this;
    if (buffer === this.#headBuffer) return;
    if (end - start > this.#headBuffer.length) this.#setHeadBuffer(new Uint8Array(end - start));
    this.buffer = this.#headBuffer;
    this.buffer.set(buffer.subarray(start, end));
    this.start = 0;
    this.end = end - start;
    this.#releaseBuffer(buffer);
  }

  /** Releases the memory; no read into it may be in progress. */
  release(): void {
    this.endBody();
    this.#releaseBuffer(this.#headBuffer);
  }

  /** Returns `buffer` to the pool. One that was grown for a large head has no use there. */
  #releaseBuffer(buffer: Uint8Array): void {
    if (buffer.length === SMALL_BYTES) this.#pool.releaseSmall(buffer);
    else if (buffer.length === LARGE_BYTES) this.#pool.releaseLarge(buffer);
  }

  #grow(size: number): void {
    const larger = new Uint8Array(size);
    larger.set(this.buffer.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    this.#setHeadBuffer(larger);
  }

  #setHeadBuffer(buffer: Uint8Array): void {
    this.#releaseBuffer(this.#headBuffer);
    if (this.buffer === this.#headBuffer) this.buffer = buffer;
    this.#headBuffer = buffer;
    this.words = buffer.length === SMALL_BYTES ? this.#pool.wordsOf(buffer) : null;
  }
}
