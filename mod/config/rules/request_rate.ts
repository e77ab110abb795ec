/**
 * How many requests a client may send in a time: `10/s`, `600/m`, `1000/h`. Pure.
 *
 * @module
 */
import { Problem } from "../../base/problem.ts";

/** A rate of requests. */
export interface RequestRate {
  /** Canonical: `10/s`. */
  readonly text: string;
  readonly requests: number;
  readonly periodMs: number;
}

/** The largest number of requests of a rate, and of a burst. */
export const REQUESTS_MAX = 1_000_000;

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** Also as nginx writes it, `10r/s`, and without a time for a second. */
const RATE = /^([1-9][0-9]{0,6})(?:r?\/(s|m|h)[a-z]*)?$/i;

/** Parses a rate; the hint of a problem is a text that works. */
export function parseRequestRate(text: string): RequestRate | Problem {
  const [, count = "", unit = "s"] = RATE.exec(text) ?? [];
  const requests = Number(count);
  if (requests < 1 || requests > REQUESTS_MAX) {
    return new Problem(`must be 1 to ${REQUESTS_MAX} requests per s, m or h`, { hint: "10/s" });
  }
  const letter = unit.toLowerCase();
  return { text: `${requests}/${letter}`, requests, periodMs: UNITS[letter]! };
}
