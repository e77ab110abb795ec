/**
 * The status of the running service: its answer to `status`. JSON of this shape is published;
 * fields are only ever added.
 *
 * @module
 */
import type { AcmeStatus } from "../../acme/next_step.ts";
import type { FleetStatus } from "../../fleet/member/member_status.ts";
import type { StoredSettings } from "../../config/document/settings.ts";
import type { PortOwner } from "../../listen/machine/port_owner.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import type { ServiceState } from "../services/service_controller.ts";
import type { ServiceName } from "../services/service_table.ts";

export interface ServiceStatus {
  readonly version: 1;
  /** Process id of the service; null if none is running. */
  readonly pid: number | null;
  /** Name of the user that runs it, or the user id if it has no name; absent from an older service. */
  readonly user?: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly services: readonly {
    readonly name: ServiceName;
    readonly display: string;
    readonly state: ServiceState;
  }[];
  /**
   * The inclusion list in force, as read when HTTP started; the stored one while HTTP is stopped.
   */
  readonly ipListen: readonly string[];
  /** The settings in force that differ from their defaults; absent from an older service. */
  readonly settings?: StoredSettings;
  readonly endpoints: readonly EndpointStatus[];
  /** Entries of the list in force that name no interface of this machine; absent for none. */
  readonly unmatched?: readonly string[];
  readonly sites: readonly SiteStatus[];
  /** Programs that have registered a URL, in the order of registration. */
  readonly registrations: readonly RegistrationStatus[];
  /** The upstreams of the proxied sites; absent from an older service. */
  readonly upstreams?: readonly UpstreamStatus[];
  readonly connections: number;
  /** The processes that serve, while HTTP is running; absent from an older service. */
  readonly workers?: readonly WorkerStatus[];
  /** Those of them that carry a WebSocket; absent from an older service. */
  readonly tunnels?: number;
  /** What is wrong with the files of the running service; absent from an older service. */
  readonly problems?: readonly ServiceProblem[];
  /** What is configured and has no effect, with the reason; absent for none. */
  readonly notes?: readonly ServiceProblem[];
  /** The certificates by ACME; absent if none are in force, and from an older service. */
  readonly acme?: readonly AcmeStatus[];
  /** How the machine is as a member of its fleet; absent if it is none, and from an older service. */
  readonly fleet?: FleetStatus;
  /** ISO 8601 time at which an unconfirmed reload reverts; null if none is pending. */
  readonly unconfirmedUntil: string | null;
  /** The stored document, compared with what is in force; absent from an older service. */
  readonly stored?: StoredState;
  /**
   * Number in the history of the document in force; null if it is not there as this program stored
   * it. Absent from an older service, as is `appliedAt`.
   */
  readonly AppliedRevision?: number | null;
  /** ISO 8601 time of the last start, reload or site control; null if nothing is in force. */
  readonly appliedAt?: string | null;
  /** Cached responses; only in the answer to `cache`. */
  readonly cache?: readonly CachedResponse[];
  /** What the service has counted; only in the answer to `totals`. */
  readonly totals?: ServiceTotals;
  /** The certificates in use; only in the answer to `totals`. */
  readonly certificates?: readonly CertificateStatus[];
  /** Number of evicted responses; only in the answer to `dropCache`. */
  readonly dropped?: number;
  /** Whether a connection from the client is open; only in the answer to `client`. */
  readonly hasClient?: boolean;
}

/**
 * Returns a status without the list, and without the sockets that are open: what a reload has to
 * say of 100,000 addresses.
 */
export function briefOf(status: ServiceStatus): ServiceStatus {
  const endpoints = status.endpoints.filter(({ state }) => state !== "open");
  return { ...status, ipListen: [], endpoints };
}

/** Something that an administrator has to cure; the service runs in spite of it. */
export interface ServiceProblem {
  /** One sentence without a full stop. */
  readonly text: string;
  /** One line that shows or cures it; null if there is none. */
  readonly hint: string | null;
}

type Services = Pick<ServiceStatus, "services">;

/** Returns the state of a service; "stopped" also without a process. */
export function serviceState(status: Services | null, name: ServiceName): ServiceState {
  return status?.services.find((service) => service.name === name)?.state ?? "stopped";
}

/** Reports whether a service runs, pauses and changes of state included. */
export function isServiceUp(status: Services | null, name: ServiceName): boolean {
  return serviceState(status, name) !== "stopped";
}

/** The stored document, as the service would read it for a reload. */
export type StoredState =
  & {
    /** Path of the document. */
    readonly file: string;
    /** What cures the problem; null if nothing is known to. */
    readonly hint: string | null;
  }
  & (
    | {
      /** Number of differences to what is in force. */
      readonly changes: number;
      readonly problem: null;
    }
    | {
      readonly changes: null;
      /** Why the document cannot be used. */
      readonly problem: string;
    }
  );

/** One cached response. */
export interface CachedResponse {
  readonly url: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly contentLength: number;
  /** Name of the site; absent from an older service, as is `headersLength`. */
  readonly site?: string;
  /** Bytes of the fields that are kept with the content. */
  readonly headersLength?: number;
}

/** A program that has the port of an endpoint: a process, or a server with its workers. */
interface EndpointHolder extends Pick<PortOwner, "pid" | "user" | "workers"> {
  readonly program: string | null;
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
  /** The programs that have the port; absent if none is known, and from an older service. */
  readonly holders?: readonly EndpointHolder[];
  /** What a reload would change about it; absent if nothing. */
  readonly note?: string;
}

/** A certificate in use. */
export interface CertificateStatus {
  /** Its store and file name: `MY/www`. */
  readonly name: string;
  /** The endpoints and names that it is bound to. */
  readonly keys: readonly string[];
  /** The names and addresses that it is for. */
  readonly names: readonly string[];
  /** ISO 8601, UTC. */
  readonly notAfter: string;
}

/** A process that serves clients. */
export interface WorkerStatus {
  readonly pid: number;
  /** `retiring`: it accepts no connections any more, and its last ones are ending. */
  readonly state: "serving" | "retiring";
  readonly connections: number;
}

export interface SiteStatus {
  readonly id: number;
  readonly name: string;
  readonly state: "started" | "stopped" | "paused";
  /** Why it is not running; null if it is, or if it is not meant to run. */
  readonly reason: string | null;
  /**
   * True for a site that starts as soon as the machine has an address of an endpoint that waits;
   * absent for any other, and from an older service.
   */
  readonly waiting?: true;
  readonly bindings: readonly string[];
  /** What can be typed about the reason, the best first; absent if nothing is known. */
  readonly hints?: readonly string[];
}

/**
 * Returns the sites that should run and do not. One that waits for its address does what it is meant
 * to do.
 */
export function sitesDown({ sites }: Pick<ServiceStatus, "sites">): SiteStatus[] {
  return sites.filter(({ state, reason, waiting }) => {
    return state === "stopped" && reason !== null && !waiting;
  });
}

/** An upstream of a site, as seen by the process that has learned of its state last. */
export interface UpstreamStatus {
  readonly siteId: number;
  readonly site: string;
  /** The path of the application of the site; "/" for the site itself. */
  readonly application: string;
  /** Its target. */
  readonly upstream: string;
  /** `unknown`: no request and no check has told yet; it gets requests. */
  readonly state: "unknown" | "up" | "down";
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Why it is down; null while it is not. */
  readonly cause: string | null;
  /** Requests and WebSockets that have not ended. */
  readonly requests: number;
  /** Open connections to it. */
  readonly connections: number;
  /** The last check of its health, and why it did not pass; null if none was made. */
  readonly lastCheck: { readonly time: string; readonly failure: string | null } | null;
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
  /** True if it comes back whenever HTTP starts; absent from an older service. */
  readonly stored?: boolean;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Number of WebSockets to it; absent from an older service. */
  readonly tunnels?: number;
}
