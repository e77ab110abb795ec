/**
 * Collects lines for a file as bytes. A few lines are collected as text and encoded together: few
 * enough that their parts are still in the processor's cache and that the joined text is
 * short-lived, many enough that the call of the encoder costs little per line.
 *
 * @module
 */

/** Characters that are encoded at once: about 25 lines. */
const TEXT_CHARS = 4096;
/** Bytes after which the buffer should be drained. */
const FULL_BYTES = 64 * 1024;
/** Size of a block, with room for a text of usual lines at its end, whatever its characters are. */
const BLOCK_BYTES = FULL_BYTES + 4 * TEXT_CHARS;
/**
 * Maximum number of blocks kept for reuse, so that a new one is not filled with zeros each time.
 */
const SPARE_MAX = 4;

/** Lines that were drained. Their bytes belong to the caller until it releases them. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly count: number;
}

const encoder = new TextEncoder();
const spare: Uint8Array[] = [];

export class LineBuffer {
  #text = "";
  #block: Uint8Array | null = null;
  #end = 0;
  #count = 0;

  /** Number of lines added since the buffer was last drained. */
  get count(): number {
    return this.#count;
  }

  /** Whether a write is worth its cost. */
  get isFull(): boolean {
    return this.#end >= FULL_BYTES;
  }

  /** Adds one line, including its end. */
  add(line: string): void {
    this.#text += line;
    this.#count++;
    if (this.#text.length >= TEXT_CHARS) this.#encode();
  }

  /** Returns all lines and empties the buffer; null if there are none. */
  drain(): Lines | null {
    const count = this.#count;
    if (count === 0) return null;
    let bytes: Uint8Array;
    if (this.#block === null) {
      bytes = encoder.encode(this.#text); // few lines, as for most sites: they need no block
      this.#text = "";
    } else {
      this.#encode();
      bytes = this.#block.subarray(0, this.#end);
    }
    this.#block = null;
    this.#end = this.#count = 0;
    return { bytes, count };
  }

  #encode(): void {
    const text = this.#text;
    this.#text = "";
    let block = this.#block ??= spare.pop() ?? new Uint8Array(BLOCK_BYTES);
    const end = this.#end + 3 * text.length;
    if (end > block.length) { // a very long line
      block = new Uint8Array(end);
      block.set(this.#block.subarray(0, this.#end));
      this.#block = block;
    }
    this.#end += encoder.encodeInto(text, block.subarray(this.#end)).written;
  }
}

/** Releases the bytes of `lines` for reuse. Must be called when they are no longer accessed. */
export function releaseLines({ bytes }: Lines): void {
  const { buffer } = bytes;
  const isBlock = buffer.byteLength === BLOCK_BYTES && buffer instanceof ArrayBuffer;
  if (isBlock && spare.length < SPARE_MAX) spare.push(new Uint8Array(buffer));
}
