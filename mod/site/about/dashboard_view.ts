/**
 * What the live page shows: one value of one moment, which is also its machine-readable form.
 *
 * Every list has rows with a `key` that stays the same as long as the row means the same, so that the
 * difference between two views is small, and a page can keep what is selected. Texts are plain.
 *
 * @module
 */

/** The shape of the value; fields are only ever added. */
export const VIEW_VERSION = 1;

/** All that the page shows. */
export interface DashboardView {
  readonly version: typeof VIEW_VERSION;
  /** Larger than that of any earlier view of this service: milliseconds since 1970, or one more. */
  readonly id: number;
  /** ISO 8601, UTC, as all times here. */
  readonly time: string;
  readonly service: ServiceFacts;
  /** The stored document, compared with what is in force; null if that is not known. */
  readonly drift: Drift | null;
  /** The machine as a member of its fleet; null if it is none. */
  readonly fleet: FleetFacts | null;
  /** What an administrator has to look at, the worst first; at most {@linkcode ATTENTION_MAX}. */
  readonly attention: readonly AttentionRow[];
  /** How many of each level there are, also those that are left out. */
  readonly attentionCounts: Readonly<Record<AttentionRow["level"], number>>;
  readonly traffic: Traffic;
  /** At most {@linkcode ADDRESSES_MAX}, those that are not open first. */
  readonly addresses: readonly AddressRow[];
  /** The addresses by their state: of all, also those that are left out of the list. */
  readonly addressCounts: Readonly<Record<AddressState, number>>;
  readonly sites: readonly SiteRow[];
  readonly upstreams: readonly UpstreamRow[];
  readonly certificates: readonly CertificateRow[];
  readonly workers: readonly WorkerRow[];
  /** The newest first, since the process of the service started. */
  readonly events: readonly EventRow[];
  /** What the numbers of the page are, as the metrics with the same numbers say it. */
  readonly counted: readonly { readonly metric: string; readonly help: string }[];
}

/** Rows of `attention`. */
export const ATTENTION_MAX = 100;
/** Rows of `addresses`: a page with more is slow to load, and nobody reads them. */
export const ADDRESSES_MAX = 20_000;
/** Problems of a member, and what differs there from its fleet. */
export const FLEET_ENTRIES_MAX = 50;

/** The lists of a view, whose rows have keys. */
export const LISTS = [
  "attention",
  "addresses",
  "sites",
  "upstreams",
  "certificates",
  "workers",
  "events",
] as const;

/** Returns the view of this moment. Rejects if the service does not answer. */
export type DashboardSource = () => Promise<DashboardView>;

interface ServiceFacts {
  /** Version of the program. */
  readonly program: string;
  /** The name of the machine. */
  readonly host: string;
  readonly pid: number | null;
  readonly user: string | null;
  readonly startedAt: string | null;
  /** When what is in force was read. */
  readonly appliedAt: string | null;
  /** The services of IIS, each with its state. */
  readonly services: readonly { readonly name: string; readonly state: string }[];
  /** Entries of the inclusion list in force; 0 means every address. */
  readonly listEntries: number;
}

interface Drift {
  /** Differences between what is stored and what is in force; null if it cannot be used. */
  readonly changes: number | null;
  /** Why the stored document cannot be used. */
  readonly problem: string | null;
  readonly hint: string | null;
  /** When an unconfirmed change reverts; null if none is pending. */
  readonly revertsAt: string | null;
}

export interface FleetFacts {
  readonly name: string;
  readonly group: string | null;
  /** The revision that runs, that should, and the newest one; each null if it is not known. */
  readonly revision: number | null;
  readonly wanted: number | null;
  readonly head: number | null;
  readonly outcome: "applied" | "refused" | "failed" | "held" | "stopped";
  /** Why it is not as it should be; at most {@linkcode FLEET_ENTRIES_MAX}. */
  readonly problems: readonly string[];
  /** What can be typed about them: one line, or several. */
  readonly hint: string | null;
  /** The addresses of the store. */
  readonly store: string;
  readonly isStoreUp: boolean;
  /** Why the store cannot be reached; null if it can. */
  readonly reason: string | null;
  /** What differs here from the shared document; at most {@linkcode FLEET_ENTRIES_MAX}. */
  readonly overrides: readonly string[];
  /** How many there are, also those that are left out. */
  readonly counts: { readonly problems: number; readonly overrides: number };
}

export interface AttentionRow {
  readonly key: string;
  readonly level: "problem" | "warning";
  /** What it is about: `site "shop"`. */
  readonly about: string;
  readonly text: string;
  /** What can be typed about it; null if nothing is known. */
  readonly hint: string | null;
}

/** What all sites together do. Rates are a second, over {@linkcode Traffic.seconds}. */
export interface Traffic {
  /** The time that the rates are a mean of: since the last look, or since the start. */
  readonly seconds: number;
  /** Open connections, those of them without a request, and those that were upgraded. */
  readonly connections: number;
  readonly idle: number;
  readonly tunnels: number;
  /** Since the start. */
  readonly requests: number;
  readonly requestRate: number;
  /** Of the requests in that time, the part that got a 5xx: 0 to 1; null without requests. */
  readonly errorRatio: number | null;
  readonly sentRate: number;
  readonly receivedRate: number;
  /** Null without requests. */
  readonly latency: Latency | null;
  /** Refused requests and aborted connections, and failed handshakes, since the start. */
  readonly refused: number;
  readonly handshakeFailures: number;
  /** Of the responses in that time that a cache was asked for, the part that it had: 0 to 1. */
  readonly cacheRatio: number | null;
  readonly lostLogLines: number;
}

/** Quantiles of durations in seconds, in the time of the rates; null above all bounds. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export type AddressState = "open" | "wait" | "refused" | "draining";

export interface AddressRow {
  readonly key: string;
  /** `127.0.0.2:8080`. */
  readonly address: string;
  readonly scheme: string;
  readonly state: AddressState;
  /** Why it is not open; null if it is. */
  readonly cause: string | null;
  /** What a reload would change about it; null for nothing. */
  readonly note: string | null;
  readonly requests: number;
  readonly requestRate: number;
}

export interface SiteRow {
  readonly key: string;
  readonly id: number;
  readonly name: string;
  readonly state: "started" | "waiting" | "stopped" | "paused";
  /** Why it does not run; null if it does, or should not. */
  readonly reason: string | null;
  readonly hints: readonly string[];
  readonly bindings: readonly string[];
  readonly requests: number;
  readonly requestRate: number;
  readonly errorRatio: number | null;
  readonly latency: Latency | null;
}

export interface UpstreamRow {
  readonly key: string;
  readonly site: string;
  /** Where in the site: "/" for the site itself. */
  readonly path: string;
  readonly upstream: string;
  readonly state: "unknown" | "up" | "down";
  readonly since: string;
  readonly cause: string | null;
  /** Those that have not ended. */
  readonly requests: number;
  readonly connections: number;
}

export interface CertificateRow {
  /** Its store and file name: `MY/www`. */
  readonly key: string;
  /** For whom it is valid. */
  readonly names: readonly string[];
  /** Where it is served: `0.0.0.0:443`, `shop.example:443`. */
  readonly usedBy: readonly string[];
  readonly notAfter: string | null;
  /** Whole days until then; negative once it has expired; null without a certificate. */
  readonly daysLeft: number | null;
  /** "file", or how the service obtains it. */
  readonly source: "file" | "acme";
  /** What is wrong with it; null for nothing. */
  readonly problem: string | null;
}

export interface WorkerRow {
  readonly key: string;
  readonly pid: number;
  readonly state: string;
  readonly connections: number;
  readonly residentBytes: number | null;
  /** The largest delay of its event loop in the last minute. */
  readonly maxLagSeconds: number | null;
}

export interface EventRow {
  readonly key: string;
  readonly time: string;
  readonly source: string;
  readonly level: string;
  readonly text: string;
}
