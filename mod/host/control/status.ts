/**
 * The status of the running service: its answer to `status`. JSON of this shape is published;
 * fields are only ever added.
 *
 * @module
 */
import type { ServiceState } from "../services/service_controller.ts";
import type { ServiceName } from "../services/service_table.ts";

export interface ServiceStatus {
  readonly version: 1;
  /** Process id of the service; null if none is running. */
  readonly pid: number | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly services: readonly {
    readonly name: ServiceName;
    readonly display: string;
    readonly state: ServiceState;
  }[];
  /** The inclusion list in force, as read when HTTP started. */
  readonly ipListen: readonly string[];
  readonly endpoints: readonly EndpointStatus[];
  /** Entries of the list in force that name no interface of this machine; absent for none. */
  readonly unmatched?: readonly string[];
  readonly sites: readonly SiteStatus[];
  /** Programs that have registered a URL, in the order of registration. */
  readonly registrations: readonly RegistrationStatus[];
  readonly connections: number;
  /** ISO 8601 time at which an unconfirmed reload reverts; null if none is pending. */
  readonly unconfirmedUntil: string | null;
  /** Cached responses; only in the answer to `cache`. */
  readonly cache?: readonly CachedResponse[];
  /** Number of evicted responses; only in the answer to `dropCache`. */
  readonly dropped?: number;
}

/** One cached response. */
export interface CachedResponse {
  readonly url: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly contentLength: number;
}

export interface EndpointStatus {
  readonly ip: string;
  readonly port: number;
  /** Index of the interface of a link-local address; 0 or absent for any other. */
  readonly scopeId?: number;
  readonly scheme: "http" | "https";
  readonly state: "open" | "wait" | "refused" | "draining";
  /** Why it is not open. */
  readonly cause: string | null;
}

export interface SiteStatus {
  readonly id: number;
  readonly name: string;
  readonly state: "started" | "stopped" | "paused";
  /** Why it is not running; null if it is, or if it is not meant to run. */
  readonly reason: string | null;
  readonly bindings: readonly string[];
}

export interface RegistrationStatus {
  /** UrlPrefix in canonical text. */
  readonly url: string;
  /** Where its requests are forwarded to. */
  readonly to: string;
  /** User id that registered it. */
  readonly uid: number;
  /** True if it outlives the command that created it. */
  readonly keep: boolean;
  /** ISO 8601, UTC. */
  readonly since: string;
}
