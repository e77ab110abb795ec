/**
 * Text of log lines: what clients sent made safe for one field, and the time of a line.
 *
 * A field holds printable ASCII and nothing else, so no client can begin a field or a line of its own:
 * spaces and control bytes become "+", as in the logs of IIS and HTTP.sys, and a byte above ASCII
 * becomes "?", since the file has no encoding that every reader agrees on. An empty field is "-".
 *
 * @module
 */

/** End of a line: that of the system, so that its own tools read the last field right. */
export type LineEnd = "\n" | "\r\n";

const UNSAFE = /[^\x21-\x7e]/;

/** `value` as one field of at most `max` characters; what is longer is cut and ends in "...". */
export function fieldText(value: string | null, max: number): string {
  if (value === null || value === "") return "-";
  const text = value.length > max ? `${value.slice(0, max - 3)}...` : value;
  return UNSAFE.test(text) ? text.replace(/[^\x21-\x7e]/g, replacement) : text;
}

function replacement(c: string): string {
  return c <= " " || c === "\x7f" ? "+" : "?";
}

/** Date and time of the lines of one second, made once a second. UTC. */
export class Stamp {
  /** `2026-11-22`. */
  date = "";
  /** `12:05:15`. */
  time = "";
  /** `261122`: the day as it stands in a file name. */
  day = "";
  /** Goes up when the texts change. */
  second = -1;

  /** Follows `nowMs`, milliseconds since 1970. A clock that goes back is followed too. */
  at(nowMs: number): this {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.second) this.#write(second);
    return this;
  }

  #write(second: number): void {
    const iso = new Date(second * 1000).toISOString();
    this.second = second;
    this.date = iso.slice(0, 10);
    this.time = iso.slice(11, 19);
    this.day = iso.slice(2, 4) + iso.slice(5, 7) + iso.slice(8, 10);
  }
}
