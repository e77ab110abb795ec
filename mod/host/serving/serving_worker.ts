/**
 * What a worker is to the service: whoever accepts clients and responds to them, in this process or
 * in one of its own.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { SiteUpstreamState } from "../../site/proxy/proxies.ts";
import type { CachedResponse } from "../control/status.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import type { Draining } from "./drain_unreached.ts";
import type { Paused } from "./pauses.ts";
import type { Served, ServedCertificate } from "./served.ts";
import type { Settings } from "../../config/document/settings.ts";

/** The connections of a worker. */
export interface ServingCounts {
  readonly connections: number;
  /** Those of them that carry a WebSocket. */
  readonly tunnels: number;
  /** The WebSockets to each program, by its id. */
  readonly tunnelsOf: ReadonlyMap<number, number>;
}

export interface ServingWorker {
  /** Begins to serve connections, with no site. */
  start(settings: Settings): Promise<void>;
  /** Closes all connections at once. */
  stop(): Promise<void>;
  /** Serves `served` from the next request on, and whoever connects from now on. */
  serve(served: Served): Promise<void>;
  /** Uses exactly `certificates` from the next handshake on. */
  renew(certificates: readonly ServedCertificate[]): Promise<void>;
  pause(paused: Paused): Promise<void>;
  /** Answers exactly these challenges of ACME from now on. */
  challenge(challenges: Challenges): Promise<void>;
  /** Ends all connections: idle ones at once, the others after their response or `graceMs`. */
  drain(graceMs: number): Promise<void>;
  /** Drains the connections to addresses on which none of the sockets `open` listens any more. */
  drainUnreached(open: readonly SocketEndpoint[], graceMs: number): Promise<readonly Draining[]>;
  counts(): Promise<ServingCounts>;
  /** Reports whether a connection from `client` is open. */
  hasClient(client: Endpoint): Promise<boolean>;
  /** Returns the states of the upstreams of sites. */
  upstreams(): Promise<readonly SiteUpstreamState[]>;
  /** Lists the cached responses. */
  cached(): Promise<readonly CachedResponse[]>;
  /** Evicts cached responses; returns how many. */
  evict(selection: CacheSelection): Promise<number>;
}
