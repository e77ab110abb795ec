/**
 * Whether an upstream is taken for alive. Pure: whoever asks or tells says what time it is.
 *
 *     unknown --- a response, a check ---> up
 *        |                                 |
 *        +--- so many failures within a time, a check that fails ---> down
 *
 * Requests tell by their outcome (passive), and checks of our own if there are any (active). What is
 * unknown is used. What failed requests have taken down is tried again by one request after a while,
 * which doubles with each attempt that fails; what checks have taken down, checks bring back.
 *
 * @module
 */

import type { HealthRules } from "../proxied/proxy_rules.ts";

type HealthState = "unknown" | "up" | "down";

/** The time without requests is not longer than this, however often an attempt fails. */
const REST_MS_MAX = 120_000;

/** The health of one upstream. */
export class Health {
  readonly #rules: HealthRules;
  readonly #onChange: (state: "up" | "down", cause: string | null) => void;
  state: HealthState = "unknown";
  /** When the state was entered. */
  sinceMs: number;
  /** Why it is down; null while it is not. */
  cause: string | null = null;
  /** When the last check was made, and why it failed; null if none was. */
  lastCheck: { readonly atMs: number; readonly failure: string | null } | null = null;
  /** After this it is worth an attempt, while it is down. */
  retryAtMs = 0;
  /** Whether checks have taken it down, and not requests. */
  #isByCheck = false;
  #failures = 0;
  #firstFailureMs = 0;
  /** Checks in a row with the same result. */
  #passed = 0;
  #failed = 0;
  #restMs: number;

  /** `onChange` is told when it goes down, and when it is known to be up. */
  constructor(
    rules: HealthRules,
    nowMs: number,
    onChange: (state: "up" | "down", cause: string | null) => void,
  ) {
    this.#rules = rules;
    this.#onChange = onChange;
    this.sinceMs = nowMs;
    this.#restMs = rules.failTimeMs;
  }

  /** Reports whether it should get requests. */
  isEligible(nowMs: number): boolean {
    return this.state !== "down" || (!this.#isByCheck && nowMs >= this.retryAtMs);
  }

  /** Called when a request is sent to it: an attempt, if it is down. */
  onAttempt(nowMs: number): void {
    // One at a time: the next attempt is due when this one has failed, or has told nothing.
    if (this.state === "down") this.retryAtMs = nowMs + this.#restMs;
  }

  /** Nothing speaks against it, so that another response changes nothing. */
  get isSound(): boolean {
    return this.state === "up" && this.#failures === 0;
  }

  /** Called when it has responded to a request. */
  onResponse(nowMs: number): void {
    if (this.isSound) return;
    this.#failures = 0;
    if (this.state === "down" && this.#isByCheck) return;
    this.#enterUp(nowMs);
  }

  /** Called when a request has failed through its fault. */
  onFailure(nowMs: number, cause: string): void {
    if (this.state === "down") {
      if (this.#isByCheck) return;
      this.#restMs = Math.min(2 * this.#restMs, Math.max(REST_MS_MAX, this.#rules.failTimeMs));
      this.retryAtMs = nowMs + this.#restMs;
      this.cause = cause;
      return;
    }
    if (this.#failures === 0 || nowMs - this.#firstFailureMs > this.#rules.failTimeMs) {
      this.#failures = 0;
      this.#firstFailureMs = nowMs;
    }
    if (++this.#failures < this.#rules.fails) return;
    this.#isByCheck = false;
    this.retryAtMs = nowMs + this.#restMs;
    this.#enterDown(nowMs, cause);
  }

  /** Called with the result of a check; `failure` is null if it has passed. The first one decides. */
  onCheck(nowMs: number, failure: string | null): void {
    const isFirst = this.lastCheck === null;
    this.lastCheck = { atMs: nowMs, failure };
    this.#passed = failure === null ? this.#passed + 1 : 0;
    this.#failed = failure === null ? 0 : this.#failed + 1;
    const { fall, rise } = this.#rules;
    if (failure === null) {
      if (this.state === "down" && this.#passed < rise) return;
      if (this.state !== "up") this.#enterUp(nowMs);
      return;
    }
    if (this.state !== "down") {
      if (this.#failed < fall && !(isFirst && this.state === "unknown")) return;
      this.#enterDown(nowMs, failure);
    }
    this.cause = failure;
    this.retryAtMs = nowMs;
    this.#isByCheck = true;
  }

  #enterUp(nowMs: number): void {
    const wasUp = this.state === "up";
    if (!wasUp) this.sinceMs = nowMs;
    this.state = "up";
    this.cause = null;
    this.#failures = 0;
    this.#restMs = this.#rules.failTimeMs;
    if (!wasUp) this.#onChange("up", null);
  }

  #enterDown(nowMs: number, cause: string): void {
    this.state = "down";
    this.sinceMs = nowMs;
    this.cause = cause;
    this.#failures = this.#passed = 0;
    this.#onChange("down", cause);
  }
}
