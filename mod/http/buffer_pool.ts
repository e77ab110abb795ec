/**
 * A pool of read buffers. An idle connection holds one small buffer, a part of a slab shared with
 * others; large buffers are acquired while a large head or a body is read, and released after it.
 *
 * @module
 */

/** The buffer of an idle connection: most requests fit, and ten thousand buffers are 10 MB. */
export const SMALL_BYTES = 1024;
/** The buffer for bodies: as much as one read of a socket returns under load. */
export const LARGE_BYTES = 65536;

const SLAB_BYTES = 65536;
/** Free large buffers that are kept for reuse: 1 MB. */
const FREE_LARGE_MAX = 16;

/** Hands out buffers. A buffer must not be used after it was released. */
export class BufferPool {
  readonly #freeSmall: Uint8Array[] = [];
  /** Every slab as words of 32 bits, by its buffer; small buffers begin at such a word. */
  readonly #words = new WeakMap<ArrayBufferLike, Int32Array>();
  readonly #freeLarge: Uint8Array[] = [];

  acquireSmall(): Uint8Array {
    if (this.#freeSmall.length === 0) this.#addSlab();
    return this.#freeSmall.pop()!;
  }

  /** Returns the slab of a small buffer as words. */
  wordsOf(buffer: Uint8Array): Int32Array {
    return this.#words.get(buffer.buffer)!;
  }

  releaseSmall(buffer: Uint8Array): void {
    this.#freeSmall.push(buffer);
  }

  acquireLarge(): Uint8Array {
    return this.#freeLarge.pop() ?? new Uint8Array(LARGE_BYTES);
  }

  releaseLarge(buffer: Uint8Array): void {
    if (this.#freeLarge.length < FREE_LARGE_MAX) this.#freeLarge.push(buffer);
  }

  #addSlab(): void {
    const slab = new ArrayBuffer(SLAB_BYTES);
    this.#words.set(slab, new Int32Array(slab));
    for (let offset = 0; offset < SLAB_BYTES; offset += SMALL_BYTES) {
      this.#freeSmall.push(new Uint8Array(slab, offset, SMALL_BYTES));
    }
  }
}
