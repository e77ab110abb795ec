/**
 * Edge: clock and timer. What this process uses: memory, CPU time, and how late its event loop is.
 *
 * The lag is that of a timer of a second, which comes late while something holds the event loop: each
 * request has waited about as long.
 *
 * @module
 */

/** What a process uses. */
export interface ProcessUse {
  readonly residentBytes: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
  /** How late the timer was: the last time, and the largest of the last minute. */
  readonly lagSeconds: number;
  readonly maxLagSeconds: number;
}

const TICK_MS = 1000;
/** Ticks whose lag is kept. */
const KEPT = 60;

export class ProcessMeter {
  #dueMs = 0;
  #lags: number[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  start(): void {
    if (this.#timer !== undefined) return;
    this.#dueMs = performance.now() + TICK_MS;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    Deno.unrefTimer(this.#timer as unknown as number);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  use(): ProcessUse {
    const { user, system } = process.cpuUsage();
    return {
      residentBytes: Deno.memoryUsage().rss,
      cpuSeconds: (user + system) / 1e6,
      lagSeconds: this.#lags.at(-1) ?? 0,
      maxLagSeconds: Math.max(0, ...this.#lags),
    };
  }

  #tick(): void {
    const nowMs = performance.now();
    this.#lags = [...this.#lags.slice(1 - KEPT), Math.max(0, nowMs - this.#dueMs) / 1000];
    this.#dueMs = nowMs + TICK_MS;
  }
}
