/**
 * A buffer in which the next bytes for the upstream are put together, used again for each request.
 *
 * @module
 */
import { copyBytes, writeLatin1 } from "../../wire/byte_text.ts";

/** Room for a typical head; more is kept only while it is used. */
const KEPT_BYTES = 2048;
/** From this length on, the copy of the runtime is faster than a loop. */
const LONG_BYTES = 64;
const NO_BYTES = new Uint8Array(0);

export class OutputBuffer {
  #bytes: Uint8Array = new Uint8Array(KEPT_BYTES);
  #length = 0;

  /** Appends `text`, whose characters must fit in a byte. */
  text(text: string): void {
    this.#reserve(text.length);
    this.#length = writeLatin1(this.#bytes, this.#length, text);
  }

  /** Appends `from[start..end)`. */
  copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    if (end - start < LONG_BYTES) {
      this.#length = copyBytes(this.#bytes, this.#length, from, start, end);
      return;
    }
    this.#bytes.set(from.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  /** Returns what was appended, and starts anew; it is valid until something is appended. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Releases the memory that only few requests need. */
  shrink(): void {
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(KEPT_BYTES);
  }

  /** Releases all memory: no request follows. */
  release(): void {
    this.#bytes = NO_BYTES;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
