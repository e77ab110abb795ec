/**
 * What is remembered of each certificate by ACME between two attempts, and over restarts and
 * crashes: the order under way, the failures, and when it is tried or renewed next. Pure: each change
 * is a function from one state to the next, which is stored before it is relied on.
 *
 * @module
 */
import * as v from "valibot";
import type { AcmeRecord } from "../config/document/document.ts";
import { BACKOFF_MS, backoffMs, type Renewal, SERVER_WAIT_MS_MAX } from "./schedule.ts";

const text = v.pipe(v.string(), v.maxLength(65_536));
const time = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const pendingOrder = v.object({
  url: text,
  names: v.array(text),
  /** The private key of the certificate, PEM; null before it is needed. */
  key: v.nullable(text),
});

const renewal = v.object({
  at: v.nullable(time),
  start: v.nullable(time),
  end: v.nullable(time),
  explanationUrl: v.nullable(text),
  checkAt: time,
  failures: count,
});

const stateSchema = v.object({
  version: v.literal(1),
  server: text,
  names: v.array(text),
  order: v.nullable(pendingOrder),
  /** When the attempt under way has begun; a process that finds one is not the first. */
  attemptAt: v.nullable(time),
  /** Attempts in a row that were cut off by the end of their process. */
  interruptions: count,
  /** Attempts in a row that failed. */
  failures: count,
  /** Not before this time; null for any. */
  notBefore: v.nullable(time),
  /** Whether the server has asked for that. */
  isAsked: v.boolean(),
  error: v.nullable(v.object({ at: time, text, hint: v.nullable(text) })),
  renewal: v.nullable(renewal),
});

/** The state of one certificate. */
export type AcmeState = v.InferOutput<typeof stateSchema>;
/** An order that has begun. */
export type PendingOrder = Readonly<
  { url: string; names: readonly string[]; key: string | null }
>;

/** How many interrupted attempts go on at once; a service that crashes at each has to wait. */
const INTERRUPTIONS_MAX = 5;

/** Returns the state of a certificate that was never ordered. */
export function initialState({ server, names }: Pick<AcmeRecord, "server" | "names">): AcmeState {
  return {
    version: 1,
    server,
    names: [...names],
    order: null,
    attemptAt: null,
    interruptions: 0,
    failures: 0,
    notBefore: null,
    isAsked: false,
    error: null,
    renewal: null,
  };
}

/** Reads a stored state; null if it is none. */
export function readState(value: unknown): AcmeState | null {
  const result = v.safeParse(stateSchema, value);
  return result.success ? result.output : null;
}

/** Returns the state for the wish `record`: another server or other names are another order. */
export function stateFor(state: AcmeState | null, record: AcmeRecord): AcmeState {
  if (state === null) return initialState(record);
  if (state.server !== record.server) return initialState(record);
  if (state.names.join() === record.names.join()) return state;
  // The refusals of the server hold for other names as well.
  const { notBefore, isAsked } = state;
  return isAsked ? { ...initialState(record), notBefore, isAsked } : initialState(record);
}

/** Returns the state at the start of an attempt; stored before the server is asked for anything. */
export function attemptBegun(state: AcmeState, nowMs: number): AcmeState {
  const wasCut = state.attemptAt !== null;
  return {
    ...state,
    attemptAt: iso(nowMs),
    interruptions: wasCut ? state.interruptions + 1 : state.interruptions,
  };
}

/** Returns until when an attempt that was cut off, and not for the first time, has to wait. */
function interruptedUntil(state: AcmeState): number {
  if (state.attemptAt === null || state.interruptions < INTERRUPTIONS_MAX) return 0;
  return Date.parse(state.attemptAt) + backoffMs(state.interruptions - INTERRUPTIONS_MAX, 0.5);
}

/** Returns the state after a failure; `random` is from 0 to 1. */
export function attemptFailed(
  state: AcmeState,
  { text, hint, retryAfterMs }: {
    readonly text: string;
    readonly hint: string | null;
    /** What the server asks for; null for nothing. */
    readonly retryAfterMs: number | null;
  },
  nowMs: number,
  random: number,
): AcmeState {
  const ownMs = backoffMs(state.failures, random);
  const waitMs = Math.max(ownMs, Math.min(retryAfterMs ?? 0, SERVER_WAIT_MS_MAX));
  return {
    ...state,
    attemptAt: null,
    interruptions: 0,
    failures: state.failures + 1,
    notBefore: iso(nowMs + waitMs),
    isAsked: waitMs > ownMs,
    error: { at: iso(nowMs), text: text.slice(0, 4096), hint },
  };
}

/** Returns the state with a new certificate. */
export function attemptSucceeded(state: AcmeState, nowMs: number): AcmeState {
  return {
    ...initialState(state),
    // RFC 9773, 4.3: right after issuance.
    renewal: { ...NO_RENEWAL, checkAt: iso(nowMs) },
  };
}

/**
 * Returns the state with an order under way, or without one any more. One that has come further is
 * worth going on with, however often it was cut off before.
 */
export function withOrder(state: AcmeState, order: PendingOrder | null): AcmeState {
  if (order === null) return { ...state, order: null };
  return { ...state, order: { ...order, names: [...order.names] }, interruptions: 0 };
}

/** Until when nothing is tried: what the state says, within what a jump of the clock may do to it. */
export function waitsUntil(state: AcmeState, nowMs: number): number {
  const cut = interruptedUntil(state);
  if (state.notBefore === null) return Math.min(cut, nowMs + BACKOFF_MS.max);
  const latest = nowMs + (state.isAsked ? SERVER_WAIT_MS_MAX : BACKOFF_MS.max * 1.25);
  return Math.min(Math.max(cut, Date.parse(state.notBefore)), latest);
}

const NO_RENEWAL = { at: null, start: null, end: null, explanationUrl: null, failures: 0 } as const;

/** Returns the renewal of a certificate about which the server has not been asked. */
export function unknownRenewal(nowMs: number): Renewal {
  return { ...NO_RENEWAL, checkAt: iso(nowMs) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
