/**
 * Collects lines for a file as bytes. Whoever formats a line writes its bytes in place: a text would
 * be made of parts, joined, and encoded.
 *
 * A line that was written before is only noted, with how often it comes, and copied with all others
 * of its kind when they are drained: between two requests each copy would find the caches of the
 * processor taken by others.
 *
 * @module
 */
import { writeThreeDigits } from "../../wire/byte_text.ts";

/**
 * Bytes after which the buffer should be drained. Much, because to wake a thread for a write costs as
 * much as to write 64 KB; a second of most sites is less.
 */
const FULL_BYTES = 1024 * 1024;
/**
 * Maximum bytes of the lines of one log that wait for a disk or a reader: part of a second of full
 * traffic, minutes of a usual one.
 */
export const WAITING_BYTES_MAX = 8 * FULL_BYTES;
/** Size of a block, with room for a long line at its end. */
const BLOCK_BYTES = FULL_BYTES + 16 * 1024;
/** What a buffer begins with, and grows by, until a block is worth it: most sites have few lines. */
const FIRST_BYTES = 1024;
const GROWTH = 4;
/** Bytes from which a block is worth it; fewer are copied out of one, which others can use then. */
const BUSY_BYTES = FIRST_BYTES * GROWTH * GROWTH * GROWTH;
/**
 * Maximum number of blocks kept for reuse, so that a new one is not filled with zeros each time.
 */
const SPARE_MAX = 4;

/** Lines that were drained. Their bytes belong to the caller until it releases them. */
export interface Lines {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** A line that was written before, and comes so many times, all with one millisecond if it tells it. */
export interface LineRun {
  readonly line: Uint8Array;
  readonly millisecond: number;
  times: number;
}

const NO_BYTES = new Uint8Array(0);
const NO_LINE: LineRun = { line: NO_BYTES, millisecond: 0, times: 0 };
const encoder = new TextEncoder();
const spare: Uint8Array[] = [];

export class LineBuffer {
  /** Where to write what {@linkcode LineBuffer.reserve} was called for, from `end` on. */
  bytes: Uint8Array = NO_BYTES;
  end = 0;
  #count = 0;
  /** Whether the lines that were drained last were many. */
  #isBusy = false;
  /** Lines behind `end` that are yet to be copied. */
  #again: LineRun[] = [];
  /** The last of them: to look it up there costs as much as to note a line. */
  #last = NO_LINE;
  #againBytes = 0;
  /** Where their milliseconds are. */
  #millisecondAt: number | null = null;

  /** Number of lines added since the buffer was last drained. */
  get count(): number {
    return this.#count;
  }

  /** Whether a write is worth its cost. */
  get isFull(): boolean {
    return this.end + this.#againBytes >= FULL_BYTES;
  }

  /** Makes room for a line of at most `bytesMax`. */
  reserve(bytesMax: number): void {
    if (this.#againBytes > 0) this.#copyAgain();
    const needed = this.end + bytesMax;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  /** Adds the line that was written up to `end`, including its own end. */
  commit(end: number): void {
    this.end = end;
    this.#count++;
  }

  /** Adds one line, including its end. */
  add(line: string): void {
    this.reserve(3 * line.length);
    const { written } = encoder.encodeInto(line, this.bytes.subarray(this.end));
    this.commit(this.end + written);
  }

  /**
   * Adds a line that was written before; its bytes must not change any more. `millisecond` is what
   * the three digits at `millisecondAt` say this time, if it has any. Returns the run that it is in.
   */
  addAgain(line: Uint8Array, millisecond: number, millisecondAt: number | null): LineRun {
    if (millisecondAt !== this.#millisecondAt) {
      this.#copyAgain();
      this.#millisecondAt = millisecondAt;
    }
    const last = this.#last;
    if (last.line !== line || (last.millisecond !== millisecond && millisecondAt !== null)) {
      this.#again.push(this.#last = { line, millisecond, times: 0 });
    }
    this.addToRun(this.#last);
    return this.#last;
  }

  /** Adds the line of `run` once more; returns false if anything came after it, or it was drained. */
  addToRun(run: LineRun): boolean {
    if (run !== this.#last) return false;
    run.times++;
    this.#againBytes += run.line.length;
    this.#count++;
    return true;
  }

  /** Returns all lines and empties the buffer; null if there are none. */
  drain(): Lines | null {
    const count = this.#count;
    if (count === 0) return null;
    if (this.#againBytes > 0) this.#copyAgain();
    const drained = { bytes: this.bytes.subarray(0, this.end), count };
    this.#isBusy = this.end > BUSY_BYTES;
    this.bytes = NO_BYTES;
    this.end = this.#count = 0;
    return isWasteful(drained) ? copyOf(drained) : drained;
  }

  #copyAgain(): void {
    const needed = this.end + this.#againBytes;
    if (needed > this.bytes.length) this.#grow(needed);
    const { bytes } = this;
    const at = this.#millisecondAt;
    let { end } = this;
    for (const { line, millisecond, times } of this.#again) {
      bytes.set(line, end);
      if (at !== null) writeThreeDigits(bytes, end + at, millisecond);
      end = repeat(bytes, end, line.length, times);
    }
    this.end = end;
    this.#again = [];
    this.#last = NO_LINE;
    this.#againBytes = 0;
  }

  #grow(needed: number): void {
    let size = Math.max(FIRST_BYTES, this.bytes.length);
    while (size < needed) size *= GROWTH;
    const isBlock = (this.#isBusy || size > BUSY_BYTES) && needed <= BLOCK_BYTES;
    const larger = isBlock ? spare.pop() ?? new Uint8Array(BLOCK_BYTES) : new Uint8Array(size);
    larger.set(this.bytes.subarray(0, this.end));
    this.bytes = larger;
  }
}

/**
 * Repeats `length` bytes at `start`, so that they are there `times` times; returns the offset behind
 * them. Each copy is as long as all before it.
 */
function repeat(bytes: Uint8Array, start: number, length: number, times: number): number {
  const end = start + length * times;
  for (let done = start + length; done < end;) {
    const copied = Math.min(done - start, end - done);
    bytes.copyWithin(done, start, start + copied);
    done += copied;
  }
  return end;
}

/** Reports whether lines keep much more memory than they need. */
function isWasteful({ bytes }: Lines): boolean {
  return bytes.buffer.byteLength === BLOCK_BYTES && bytes.length < BLOCK_BYTES / 2;
}

/** Returns lines with memory of their own. */
function copyOf(lines: Lines): Lines {
  const bytes = lines.bytes.slice();
  releaseLines(lines);
  return { bytes, count: lines.count };
}

/** Releases the bytes of `lines` for reuse. Must be called when they are no longer accessed. */
export function releaseLines({ bytes }: Lines): void {
  const { buffer } = bytes;
  const isBlock = buffer.byteLength === BLOCK_BYTES && buffer instanceof ArrayBuffer;
  if (isBlock && spare.length < SPARE_MAX) spare.push(new Uint8Array(buffer));
}
