/**
 * Where the lines of a log go: a series of files, or a stream.
 *
 * @module
 */
import type { LineBuffer, Lines } from "./line_buffer.ts";

/** Takes lines without waiting and without throwing. */
export interface LineSink {
  /**
   * Returns where to add lines of `day`, YYMMDD, and `second`, since 1970; {@linkcode LineSink.added}
   * is to be called then.
   */
  linesOf(day: string, second: number): LineBuffer;
  added(): void;
  /** Adds lines that are bytes already; the bytes belong to the sink from now on. */
  appendLines(lines: Lines, day: string, second: number): void;
  /** Must be called every second. */
  tick(): void;
  /** Opens what has a name by its name again. */
  reopen(): void;
  /** Resolves when everything added so far has been written or dropped. */
  flush(): Promise<void>;
  close(): Promise<void>;
}
