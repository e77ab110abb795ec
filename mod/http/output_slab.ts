/**
 * Memory for responses that are sent once: pieces of one allocation after another, because an
 * allocation of the runtime and its release cost as much as the response. The garbage collector
 * frees one when all of its pieces have been sent.
 *
 * @module
 */

/** Few enough that clients who do not receive what was sent to them hold little in vain. */
const SLAB_BYTES = 16_384;

export class OutputSlab {
  /** Where to write what {@linkcode OutputSlab.reserve} was called for. */
  bytes: Uint8Array = new Uint8Array(SLAB_BYTES);
  #offset = 0;

  /** Makes room for `bytesMax` and returns where it begins; nobody else gets it until the next call. */
  reserve(bytesMax: number): number {
    if (this.#offset + bytesMax > this.bytes.length) {
      this.bytes = new Uint8Array(Math.max(bytesMax, SLAB_BYTES));
      this.#offset = 0;
    }
    return this.#offset;
  }

  /** Returns the bytes that were reserved, up to `end`; they are never used again. */
  commit(end: number): Uint8Array {
    const piece = this.bytes.subarray(this.#offset, end);
    this.#offset = end;
    return piece;
  }
}
