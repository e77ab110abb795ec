/**
 * Brings the lines of several processes into the order of their seconds, before they are written to
 * one file. Pure.
 *
 * What a process sends is in order. Lines of a second can be written once no process can send
 * earlier ones: each has said so, by lines of that second or later, or when it was asked. What it
 * sends after it was asked is later whatever its clock says, which may have been set back.
 *
 * @module
 */
import type { LogBatch, LogPart } from "./collected_lines.ts";

interface LogOrderOptions<Source> {
  /** Receives the lines in order. */
  write(part: LogPart): void;
  /** Asks a process to send what it has; it is answered by {@linkcode LogOrder.passed}. */
  ask(source: Source): void;
}

/** Bytes that are held back at most: beyond that, order is worth less than memory. */
const HELD_BYTES_MAX = 16 * 1024 * 1024;

export class LogOrder<Source> {
  readonly #options: LogOrderOptions<Source>;
  /** The second before which each process has sent all it had. */
  readonly #passed = new Map<Source, number>();
  #held: LogBatch[] = [];
  #heldBytes = 0;
  /** Those that have not answered yet, and the second that they were asked about. */
  readonly #asked = new Map<Source, number>();

  constructor(options: LogOrderOptions<Source>) {
    this.#options = options;
  }

  /** Lines of `source` are to be expected from the present second on. */
  join(source: Source, second: number): void {
    this.#passed.set(source, second);
  }

  /** Nothing more comes from `source`. */
  leave(source: Source): void {
    this.#passed.delete(source);
    this.#asked.delete(source);
    this.#release();
  }

  add(source: Source, batch: LogBatch): void {
    this.#held.push(batch);
    this.#heldBytes += bytesOf(batch);
    if (this.#passed.has(source)) this.#raise(source, batch.second);
    this.#release();
  }

  /** `source` has sent all lines before `second`. */
  passed(source: Source, second: number): void {
    const asked = this.#asked.get(source) ?? second;
    this.#asked.delete(source);
    if (!this.#passed.has(source)) return;
    this.#raise(source, Math.max(second, asked));
    this.#release();
  }

  /** Writes everything, in order as far as it has come. */
  flush(): void {
    this.#releaseUntil(Infinity);
  }

  #raise(source: Source, second: number): void {
    this.#passed.set(source, Math.max(second, this.#passed.get(source) ?? second));
  }

  #release(): void {
    if (this.#heldBytes > HELD_BYTES_MAX) return this.flush();
    this.#releaseUntil(Math.min(...this.#passed.values()));
    const [next] = this.#held;
    if (next === undefined) return;
    for (const [source, second] of this.#passed) {
      if (second >= next.second || this.#asked.has(source)) continue;
      this.#asked.set(source, next.second);
      this.#options.ask(source);
    }
  }

  #releaseUntil(second: number): void {
    if (this.#held.length === 0) return;
    const ready = this.#held.filter((batch) => batch.second <= second)
      .sort((a, b) => a.second - b.second);
    this.#held = this.#held.filter((batch) => batch.second > second);
    for (const batch of ready) {
      this.#heldBytes -= bytesOf(batch);
      for (const part of batch.parts) this.#options.write(part);
    }
  }
}

function bytesOf({ parts }: LogBatch): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
