/**
 * A token bucket for each client: it holds `burst` tokens, a request takes one, and `rate` of them
 * come back in a period. Pure; the clock is a value.
 *
 * Of a bucket only one number is kept, the time at which it will be full again. What is full already
 * need not be kept. There are two generations: what the older one has is moved when it is used, and
 * when the younger one is large or every bucket in the older one is full, the older one goes. So the
 * memory has a bound however many clients there are: those that have not been seen since as many
 * others came get a full bucket again.
 *
 * @module
 */
import { CLIENTS_MAX } from "./limits.ts";

/** A generation lasts at least so long: a new one costs the memory of the clients who stay. */
const GENERATION_MS_MIN = 10_000;

export class TokenBuckets {
  /** Milliseconds for a token to come back. */
  readonly #tokenMs: number;
  /** Milliseconds for an empty bucket to become full. */
  readonly #fullMs: number;
  /** When the bucket of a client is full, in milliseconds since 1970. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #youngSinceMs = 0;

  constructor(
    { requests, periodMs, burst }: {
      readonly requests: number;
      readonly periodMs: number;
      readonly burst: number;
    },
  ) {
    this.#tokenMs = periodMs / requests;
    this.#fullMs = this.#tokenMs * burst;
  }

  /** Takes a token of `client`; returns 0, or after how many milliseconds there is one. */
  take(client: string, nowMs: number): number {
    this.#turnOver(nowMs);
    const fullMs = this.#fullAt(client, nowMs) + this.#tokenMs;
    // Half a microsecond: what rounding takes from a token must not refuse one that is there.
    const waitMs = fullMs - nowMs - this.#fullMs;
    if (waitMs > 0.0005) return waitMs;
    this.#young.set(client, fullMs);
    return 0;
  }

  /** The number of clients that are kept. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Nothing can be full later than an empty bucket: the clock was set back then. */
  #fullAt(client: string, nowMs: number): number {
    const fullMs = this.#young.get(client) ?? this.#old.get(client) ?? nowMs;
    return Math.min(Math.max(fullMs, nowMs), nowMs + this.#fullMs);
  }

  #turnOver(nowMs: number): void {
    const ageMs = nowMs - this.#youngSinceMs;
    const isOver = ageMs > Math.max(2 * this.#fullMs, GENERATION_MS_MIN) || ageMs < 0 ||
      this.#young.size >= CLIENTS_MAX;
    if (!isOver) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngSinceMs = nowMs;
  }
}
