/**
 * Lines on their way to a stream with a reader of its own pace: stdout, or a socket of syslog.
 *
 * - To add lines never waits and never throws.
 * - The bytes that wait for a slow reader are limited; beyond the limit lines are dropped and counted.
 * - Lines that cannot be written are dropped and counted. The first failure is reported, and so is the
 *   end of the trouble, with the number of lost lines; nothing in between.
 *
 * @module
 */
import { within } from "../../base/work/time_limit.ts";
import { type Lines, releaseLines, WAITING_BYTES_MAX } from "./line_buffer.ts";
import type { LogTrouble } from "./log_file.ts";

/** Lines of one second or so. */
interface LineBatch extends Lines {
  /** Since 1970, of the first line. */
  readonly second: number;
  /** The lines that say what the columns are; "" for none. */
  readonly header: string;
}

export interface LineQueueOptions {
  /** Where the lines go, for people. */
  readonly place: string;
  /** Writes all lines of a batch; rejects if not all of them were written. */
  write(batch: LineBatch): Promise<void>;
  readonly onTrouble: (trouble: LogTrouble) => void;
  /** Called with the number of lines that could not be written. */
  readonly onLost: (lines: number) => void;
}

/** Milliseconds that a flush waits for a reader that may never come. */
const FLUSH_MS = 1000;

export class LineQueue {
  readonly #options: LineQueueOptions;
  readonly #waiting: LineBatch[] = [];
  #waitingBytes = 0;
  #writer: Promise<void> | null = null;
  #isTroubled = false;
  #lostLines = 0;

  constructor(options: LineQueueOptions) {
    this.#options = options;
  }

  /** Adds lines; their bytes belong to the queue from now on. */
  add(batch: LineBatch): void {
    if (this.#waitingBytes >= WAITING_BYTES_MAX) {
      this.#drop(batch.count, new Error("the reader is too slow"));
      return releaseLines(batch);
    }
    this.#waiting.push(batch);
    this.#waitingBytes += batch.bytes.buffer.byteLength;
    this.#writer ??= this.#writeAll().finally(() => {
      this.#writer = null;
    });
  }

  /** Resolves when everything added so far is written or dropped, or the reader takes too long. */
  async flush(): Promise<void> {
    if (this.#writer !== null) await within(FLUSH_MS, this.#writer, () => {});
  }

  async #writeAll(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      try {
        await this.#options.write(batch);
        this.#recover();
      } catch (error) {
        this.#drop(batch.count, error);
      } finally {
        this.#waitingBytes -= batch.bytes.buffer.byteLength;
        releaseLines(batch);
      }
    }
  }

  #drop(lines: number, error: unknown): void {
    this.#lostLines += lines;
    this.#options.onLost(lines);
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    const { place, onTrouble } = this.#options;
    onTrouble({ place, isStream: true, error, lostLines: this.#lostLines });
  }

  #recover(): void {
    if (!this.#isTroubled) return;
    const { place, onTrouble } = this.#options;
    onTrouble({ place, isStream: true, error: null, lostLines: this.#lostLines });
    this.#isTroubled = false;
    this.#lostLines = 0;
  }
}
