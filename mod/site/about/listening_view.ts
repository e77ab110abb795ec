/**
 * What the welcome page shows.
 *
 * @module
 */

/** What is listening, and the sites. Texts are plain; a page escapes them. */
export interface ListeningView {
  /** Version of the program. */
  readonly version: string;
  /** Entries of the inclusion list; empty means every address. */
  readonly ipListen: readonly string[];
  readonly endpoints: readonly ListeningEndpoint[];
  readonly sites: readonly ListeningSite[];
}

/** Returns the state at this moment. */
export type ListeningSource = () => ListeningView | Promise<ListeningView>;

interface ListeningEndpoint {
  /** `127.0.0.2:8080`. */
  readonly endpoint: string;
  /** "open", "wait", "refused" …, as in the plan. */
  readonly state: string;
  /** Why it is not open; null if it is. */
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
