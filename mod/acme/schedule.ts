/**
 * When a certificate is renewed, and when an attempt that failed is repeated. Pure: the time and the
 * chance are arguments.
 *
 * @module
 */
import type { RenewalInfo } from "./messages.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The first wait after a failure, which doubles with each, and the longest one. */
export const BACKOFF_MS = { min: MINUTE_MS, max: DAY_MS } as const;
/** The longest wait that a server can ask for: limits are for a week. */
export const SERVER_WAIT_MS_MAX = 8 * DAY_MS;

/** Between two questions for the window of a renewal (RFC 9773, 4.3.1 and 4.3.3). */
const CHECK_MS = { min: MINUTE_MS, max: DAY_MS, usual: 6 * HOUR_MS } as const;
/** A certificate that lives shorter is renewed after half of its life, a longer one after 2/3. */
const SHORT_LIFE_MS = 10 * DAY_MS;

/** What the server says about a renewal, as far as it has been asked; times are ISO 8601. */
export interface Renewal {
  /** The moment that was chosen in the window; null where the server names no window. */
  readonly at: string | null;
  readonly start: string | null;
  readonly end: string | null;
  readonly explanationUrl: string | null;
  /** When the server is asked again. */
  readonly checkAt: string;
  /** Questions in a row that had no answer. */
  readonly failures: number;
}

/** The time in which a certificate is valid, ISO 8601. */
interface Lifetime {
  readonly notBefore: string;
  readonly notAfter: string;
}

/**
 * Returns the milliseconds to wait after a failure that `failures` others preceded; `random` is from
 * 0 to 1, and makes it a quarter shorter or longer, so that not all come back at once.
 */
export function backoffMs(failures: number, random: number): number {
  const ms = Math.min(BACKOFF_MS.max, BACKOFF_MS.min * 2 ** Math.min(failures, 30));
  return Math.round(ms * (0.75 + random / 2));
}

/** Returns when a certificate is renewed: what its authority suggests, or by its lifetime. */
export function renewalMs(life: Lifetime, renewal: Pick<Renewal, "at"> | null): number {
  const [start, end] = [Date.parse(life.notBefore), Date.parse(life.notAfter)];
  const share = end - start < SHORT_LIFE_MS ? 1 / 2 : 2 / 3;
  const own = Math.round(start + (end - start) * share);
  if (renewal === null || renewal.at === null) return own;
  // A window after the end of the certificate would be none.
  const suggested = Date.parse(renewal.at);
  return suggested < end ? suggested : own;
}

/**
 * Returns what is remembered of renewal information: a moment in its window, which stays as long as
 * the window does; `random` is from 0 to 1.
 */
export function renewalOf(
  { suggestedWindow, explanationURL }: RenewalInfo,
  before: Renewal | null,
  { retryAfterMs, nowMs, random }: {
    readonly retryAfterMs: number | null;
    readonly nowMs: number;
    readonly random: number;
  },
): Renewal {
  const [start, end] = [iso(suggestedWindow.start), iso(suggestedWindow.end)];
  const isSame = before !== null && before.at !== null && before.start === start &&
    before.end === end;
  const [from, to] = [Date.parse(start), Date.parse(end)];
  return {
    at: isSame ? before.at : new Date(Math.round(from + (to - from) * random)).toISOString(),
    start,
    end,
    explanationUrl: explanationURL ?? null,
    checkAt: new Date(nowMs + checkMs(retryAfterMs)).toISOString(),
    failures: 0,
  };
}

/**
 * Returns what is remembered when there is no answer: what was known stays. `isPassing` if the
 * server may answer soon, as after 503 or a time-out.
 */
export function renewalUnanswered(
  before: Renewal,
  isPassing: boolean,
  nowMs: number,
  random: number,
): Renewal {
  const waitMs = isPassing
    ? Math.min(backoffMs(before.failures, random), CHECK_MS.usual)
    : CHECK_MS.usual;
  const checkAt = new Date(nowMs + waitMs).toISOString();
  return { ...before, checkAt, failures: before.failures + 1 };
}

/** Returns what is remembered where the server has no renewal information. */
export function renewalUnknown(before: Renewal, nowMs: number): Renewal {
  const checkAt = new Date(nowMs + CHECK_MS.max).toISOString();
  return { ...before, at: null, start: null, end: null, checkAt, failures: 0 };
}

/** Returns when the server is asked again; a clock that went back does not make that later. */
export function checkDueMs({ checkAt }: Pick<Renewal, "checkAt">, nowMs: number): number {
  return Math.min(Date.parse(checkAt), nowMs + CHECK_MS.max);
}

function checkMs(retryAfterMs: number | null): number {
  return Math.min(CHECK_MS.max, Math.max(CHECK_MS.min, retryAfterMs ?? CHECK_MS.usual));
}

function iso(text: string): string {
  return new Date(text).toISOString();
}
