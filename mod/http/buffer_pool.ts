/**
 * Memory for reading. An idle connection holds one small piece, cut from a slab that it shares with
 * others; larger ones are lent while a large head or a body is read and come back after it.
 *
 * @module
 */

/** What an idle connection waits with: most requests fit, and ten thousand are 10 MB. */
export const SMALL_BYTES = 1024;
/** For bodies: as much as a socket gives at once under load. */
export const LARGE_BYTES = 65536;

const SLAB_BYTES = 65536;
/** Large buffers that are kept for the next user: 1 MB. */
const LARGE_KEPT = 16;

/** Lends buffers. A buffer that was given back must not be touched again. */
export class BufferPool {
  readonly #small: Uint8Array[] = [];
  readonly #large: Uint8Array[] = [];

  takeSmall(): Uint8Array {
    if (this.#small.length === 0) this.#cutSlab();
    return this.#small.pop()!;
  }

  giveSmall(buffer: Uint8Array): void {
    this.#small.push(buffer);
  }

  takeLarge(): Uint8Array {
    return this.#large.pop() ?? new Uint8Array(LARGE_BYTES);
  }

  giveLarge(buffer: Uint8Array): void {
    if (this.#large.length < LARGE_KEPT) this.#large.push(buffer);
  }

  #cutSlab(): void {
    const slab = new ArrayBuffer(SLAB_BYTES);
    for (let at = 0; at < SLAB_BYTES; at += SMALL_BYTES) {
      this.#small.push(new Uint8Array(slab, at, SMALL_BYTES));
    }
  }
}
