/**
 * What runs, as a value: the answer of the running service to `status`. JSON of this shape is
 * published; it only grows.
 *
 * @module
 */
import type { ServiceState } from "../services/service_controller.ts";
import type { ServiceName } from "../services/service_table.ts";

export interface ServiceStatus {
  readonly version: 1;
  /** Process of the service; null where none runs. */
  readonly pid: number | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly services: readonly {
    readonly name: ServiceName;
    readonly display: string;
    readonly state: ServiceState;
  }[];
  /** The inclusion list in force, as it was when HTTP started. */
  readonly ipListen: readonly string[];
  readonly endpoints: readonly EndpointStatus[];
  readonly sites: readonly SiteStatus[];
  /** Programs that have registered a URL, in the order in which they came. */
  readonly registrations: readonly RegistrationStatus[];
  readonly connections: number;
  /** ISO 8601 time at which an unconfirmed reload comes back; null where none waits. */
  readonly unconfirmedUntil: string | null;
  /** Kept responses; only in the answer to `cache`. */
  readonly cache?: readonly CachedResponse[];
  /** Kept responses that were dropped; only in the answer to `dropCache`. */
  readonly dropped?: number;
}

/** One response that is kept ready to send. */
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
  readonly scheme: "http" | "https";
  readonly state: "open" | "wait" | "refused" | "draining";
  /** Why it is not open. */
  readonly cause: string | null;
}

export interface SiteStatus {
  readonly id: number;
  readonly name: string;
  readonly state: "started" | "stopped" | "paused";
  /** Why it does not run; null where it does, or where nobody asked it to. */
  readonly reason: string | null;
  readonly bindings: readonly string[];
}

export interface RegistrationStatus {
  /** UrlPrefix in canonical text. */
  readonly url: string;
  /** Where its requests are forwarded to. */
  readonly to: string;
  /** User id of who registered it. */
  readonly uid: number;
  /** True where it outlives the command that made it. */
  readonly keep: boolean;
  /** ISO 8601, UTC. */
  readonly since: string;
}
