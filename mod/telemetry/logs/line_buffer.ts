/**
 * Lines on their way to a file, as bytes. A few lines are collected as text and encoded together:
 * few enough that their parts are still in the processor's cache, and that the joined text dies
 * young; many enough that the call into the encoder costs little for each.
 *
 * @module
 */

/** Characters encoded at once: about 25 lines. */
const TEXT_CHARS = 4096;
/** Bytes after which the buffer should be taken. */
const FULL_BYTES = 64 * 1024;
/** Room behind the last bytes that a text of usual lines needs, whatever its characters are. */
const BLOCK_BYTES = FULL_BYTES + 4 * TEXT_CHARS;
/** Blocks kept for the next buffer, so that a new one is not filled with zeros each time. */
const SPARE_MAX = 4;

/** Lines that were taken; their bytes are the taker's until he gives them back. */
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

  /** Lines that were added since the last were taken. */
  get count(): number {
    return this.#count;
  }

  /** True when a write is worth its cost. */
  get isFull(): boolean {
    return this.#end >= FULL_BYTES;
  }

  /** Adds one line, its end included. */
  add(line: string): void {
    this.#text += line;
    this.#count++;
    if (this.#text.length >= TEXT_CHARS) this.#encode();
  }

  /** Gives all lines and starts anew; null where there are none. */
  take(): Lines | null {
    const count = this.#count;
    if (count === 0) return null;
    let bytes: Uint8Array;
    if (this.#block === null) {
      bytes = encoder.encode(this.#text); // few lines, as most sites have: no block for them
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

/** To be called when `lines` have been written and nobody looks at their bytes any more. */
export function giveBack({ bytes }: Lines): void {
  const { buffer } = bytes;
  const isBlock = buffer.byteLength === BLOCK_BYTES && buffer instanceof ArrayBuffer;
  if (isBlock && spare.length < SPARE_MAX) spare.push(new Uint8Array(buffer));
}
