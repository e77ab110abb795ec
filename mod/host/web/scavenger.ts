/**
 * Edge: UriScavengerPeriod at work: looks each second for responses that nobody asked for in a while,
 * so that a service at rest gives their memory back.
 *
 * @module
 */
import type { ResponseCache } from "../../site/static/response_cache.ts";

const TICK_MS = 1000;

/** Watches one cache at a time: that of the sites that run. */
export class Scavenger {
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Watches `cache` instead of the one before; gives it back. */
  watch(cache: ResponseCache): ResponseCache {
    this.stop();
    this.#timer = setInterval(() => cache.tick(Date.now()), TICK_MS);
    return cache;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
