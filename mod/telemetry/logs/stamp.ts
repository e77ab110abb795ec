/**
 * The text of log lines: what clients sent, made safe for a field, and the time of a line.
 *
 * A field contains only printable ASCII, so that no client can begin a field or a line of its own:
 * spaces and control bytes become "+", as in the logs of IIS and HTTP.sys, and a byte above ASCII
 * becomes "?", because the file has no encoding on which all readers agree. An empty field is "-".
 *
 * @module
 */

/** The line end of the system, so that its own tools read the last field correctly. */
export type LineEnd = "\n" | "\r\n";

const UNSAFE = /[^\x21-\x7e]/;

/** Returns `value` as a field of at most `max` characters; a longer one is truncated with "...". */
export function fieldText(value: string | null, max: number): string {
  if (value === null || value === "") return "-";
  const text = value.length > max ? `${value.slice(0, max - 3)}...` : value;
  return UNSAFE.test(text) ? text.replace(/[^\x21-\x7e]/g, replacement) : text;
}

function replacement(c: string): string {
  return c <= " " || c === "\x7f" ? "+" : "?";
}

/** Date and time of the lines of one second, formatted once per second. UTC. */
export class Stamp {
  /** `2026-11-22`. */
  date = "";
  /** `12:05:15`. */
  time = "";
  /** `261122`: the day in the form of file names. */
  day = "";
  /** The milliseconds of the last line, which the texts do not have. */
  millisecond = 0;
  /** The second since 1970 to which the texts belong. */
  second = -1;
  /** What the others are made of, milliseconds since 1970. */
  nowMs = -1;

  /** Updates the texts for `nowMs`, milliseconds since 1970. The clock may also go back. */
  at(nowMs: number): this {
    if (nowMs === this.nowMs) return this;
    this.nowMs = nowMs;
    const second = Math.floor(nowMs / 1000);
    this.millisecond = Math.floor(nowMs) - second * 1000;
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

/** The periods of ErrorLoggingRolloverType. */
const PERIOD = { size: 0, daily: 1, weekly: 2, monthly: 3, hourly: 4 } as const;

/**
 * Returns the period of a second since 1970 in the form of file names, in UTC or local time: YYMMDD,
 * YYMMWW, YYMM or YYMMDDHH; "" for files that begin by their size alone. WW is the week of the month,
 * which begins on Sunday.
 */
export function periodText(second: number, type: number, isLocal: boolean): string {
  if (type === PERIOD.size) return "";
  const date = new Date(second * 1000);
  const [year, month, day, hour, weekday] = isLocal
    ? [date.getFullYear(), date.getMonth(), date.getDate(), date.getHours(), date.getDay()]
    : [
      date.getUTCFullYear(),
      date.getUTCMonth(),
      date.getUTCDate(),
      date.getUTCHours(),
      date.getUTCDay(),
    ];
  const start = twoDigits(year % 100) + twoDigits(month + 1);
  if (type === PERIOD.monthly) return start;
  const firstWeekday = (weekday - (day - 1) % 7 + 7) % 7;
  if (type === PERIOD.weekly) {
    return start + twoDigits(Math.floor((day - 1 + firstWeekday) / 7) + 1);
  }
  return start + twoDigits(day) + (type === PERIOD.hourly ? twoDigits(hour) : "");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
