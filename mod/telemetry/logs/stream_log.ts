/**
 * The lines of one site on their way to a stream that others share, collected like those of a file.
 *
 * @module
 */
import { LineBuffer, type Lines } from "./line_buffer.ts";
import type { LineQueue } from "./line_queue.ts";
import type { LineSink } from "./line_sink.ts";

export class StreamLog implements LineSink {
  readonly #queue: LineQueue;
  readonly #header: (second: number) => string;
  readonly #pending = new LineBuffer();
  /** That of the first pending line. */
  #second = 0;

  /** `header` returns the lines that say what the columns of the others are; "" for none. */
  constructor(queue: LineQueue, header: (second: number) => string) {
    this.#queue = queue;
    this.#header = header;
  }

  linesOf(_day: string, second: number): LineBuffer {
    if (this.#pending.count === 0) this.#second = second;
    return this.#pending;
  }

  added(): void {
    if (this.#pending.isFull) this.tick();
  }

  appendLines(lines: Lines, _day: string, second: number): void {
    this.tick();
    this.#queue.add({ ...lines, second, header: this.#header(second) });
  }

  /** Hands the collected lines over. */
  tick(): void {
    const lines = this.#pending.drain();
    const second = this.#second;
    if (lines !== null) this.#queue.add({ ...lines, second, header: this.#header(second) });
  }

  /** There is nothing to open. */
  reopen(): void {}

  async flush(): Promise<void> {
    this.tick();
    await this.#queue.flush();
  }

  close(): Promise<void> {
    return this.flush();
  }
}
