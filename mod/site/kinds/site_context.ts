/**
 * What sites share with the service that runs them.
 *
 * @module
 */
import type { ResponseCache } from "../static/response_cache.ts";

export interface SiteContext {
  readonly cache: ResponseCache;
  /** What the welcome page shows, as it is now. */
  readonly listening: () => ListeningView;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What is listening and which sites there are. Texts are plain; a page escapes them. */
export interface ListeningView {
  /** Version of the program. */
  readonly version: string;
  /** Entries of the inclusion list; empty means every address. */
  readonly ipListen: readonly string[];
  readonly endpoints: readonly ListeningEndpoint[];
  readonly sites: readonly ListeningSite[];
}

interface ListeningEndpoint {
  /** `127.0.0.2:8080`. */
  readonly endpoint: string;
  /** "open", "wait", "refused" …: the word of the plan. */
  readonly state: string;
  /** Why it is not open; null where it is. */
  readonly reason: string | null;
}

interface ListeningSite {
  readonly id: number;
  readonly name: string;
  /** "started", "stopped" …. */
  readonly state: string;
  /** Each `IP:Port:Host`. */
  readonly bindings: readonly string[];
  readonly reason: string | null;
}
