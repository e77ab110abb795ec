/**
 * What the service and its workers tell each other, as JSON over a socket that only the two have. The service asks, by a number that the answer repeats; a worker also tells what happens.
 *
 * A worker talks to clients, so that the service checks what it gets from one.
 *
 * @module
 */
import * as v from "valibot";
import type { Endpoint } from "../../base/address.ts";
import type { PlannedEndpoint, SocketEndpoint } from "../../listen/plan/plan.ts";
import type { TlsPolicy } from "../../config/certs/tls_policy.ts";
import type { ClientTrust } from "../../config/certs/client_trust.ts";
import type { Settings } from "../../config/document/settings.ts";
import { SERVICE_QUESTIONS } from "../../site/about/service_source.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import type { LimitOrder } from "./limit_shares.ts";
import type { Paused } from "./pauses.ts";
import type { LogSettings, Served, ServedCertificate } from "./served.ts";

/** A certificate without its context, which belongs to one process. */
interface SentCertificate extends Omit<ServedCertificate, "context"> {
  readonly policy: Omit<TlsPolicy, "client">;
  /** Where its trust is among those that are sent; null if clients are not asked. */
  readonly trust: number | null;
}

/** Certificates as they are sent: what many of them believe in common is sent once. */
export interface SentCertificates {
  readonly trusts: readonly ClientTrust[];
  readonly certificates: readonly SentCertificate[];
}

/** What is served, as it is sent. */
interface SentServed extends Omit<Served, "certificates"> {
  readonly certificates: SentCertificates;
}

/** A socket to open, or one that is open. */
export interface SentSocket extends SocketEndpoint {
  readonly secure: boolean;
}

/** Returns a socket as a plan has it: one to open, or one that is open. */
export function plannedSocket(
  { ip, port, scopeId, secure }: SentSocket,
  action: "open" | "keep",
): PlannedEndpoint {
  const rest = { cause: "", entry: null, holders: [], returns: false } as const;
  return { ip, port, scopeId, secure, ...rest, action };
}

/** What a worker is asked. */
export type WorkerRequest =
  | { readonly op: "start"; readonly settings: Settings }
  | {
    readonly op:
      | "stop"
      | "counts"
      | "report"
      | "upstreams"
      | "cached"
      | "flush"
      | "accept"
      | "retire";
  }
  | { readonly op: "serve"; readonly served: SentServed }
  | { readonly op: "renew"; readonly certificates: SentCertificates }
  | { readonly op: "pause"; readonly paused: Paused }
  | { readonly op: "challenge"; readonly challenges: Challenges }
  | { readonly op: "logs"; readonly settings: LogSettings; readonly generation: number }
  | { readonly op: "drain"; readonly graceMs: number }
  | {
    readonly op: "drainUnreached";
    readonly open: readonly SocketEndpoint[];
    readonly graceMs: number;
  }
  | { readonly op: "hasClient"; readonly client: Endpoint }
  | { readonly op: "evict"; readonly selection: CacheSelection }
  | { readonly op: "open"; readonly sockets: readonly SentSocket[]; readonly tcpBacklog: number }
  | {
    readonly op: "settle";
    readonly sockets: readonly SentSocket[];
    readonly zones: Served["zones"];
  }
  | { readonly op: "close"; readonly sockets: readonly SocketEndpoint[] };

/**
 * What is sent to a worker: a request, the answer to a question of its own, or what it may use of
 * the limits.
 */
export type ToWorker =
  | (WorkerRequest & { readonly id: number })
  | { readonly limits: LimitOrder }
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly fault: string };

const text = v.string();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const day = v.pipe(text, v.regex(/^[0-9]{6}$/));
const finite = v.pipe(v.number(), v.finite());
const proxiedSite = { siteId: count, application: text };
const upstream = { ...proxiedSite, upstream: text };
const endpoint = v.object({ ip: text, port: count });

const numbers = v.array(finite);
const reasons = v.array(v.tuple([text, count]));
const siteNumbers = { site: v.nullable(count), numbers };

/** The answers to requests that have one. */
export const ANSWERS = {
  report: v.object({
    counts: v.object({
      requests: v.array(v.object({ ...siteNumbers, address: text })),
      durations: v.array(v.object(siteNumbers)),
      refused: reasons,
      accepted: count,
      exhausted: count,
      handshakes: count,
      tlsFailures: reasons,
      cacheHits: count,
      cacheMisses: count,
    }),
    use: v.object({
      residentBytes: count,
      cpuSeconds: finite,
      lagSeconds: finite,
      maxLagSeconds: finite,
    }),
    open: count,
    idle: count,
    tunnels: count,
  }),
  counts: v.object({
    connections: count,
    tunnels: count,
    tunnelsOf: v.array(v.tuple([count, count])),
  }),
  cached: v.array(v.object({
    url: text,
    status: count,
    contentType: v.nullable(text),
    contentEncoding: v.nullable(text),
    contentLength: count,
    site: v.exactOptional(text),
    headersLength: v.exactOptional(count),
  })),
  upstreams: v.array(v.object({
    ...upstream,
    state: v.picklist(["unknown", "up", "down"]),
    sinceMs: finite,
    cause: v.nullable(text),
    inFlight: count,
    connections: count,
    lastCheck: v.nullable(v.object({ atMs: finite, failure: v.nullable(text) })),
  })),
  evict: count,
  hasClient: v.boolean(),
  /** The second before which all lines have been sent. */
  flush: count,
  /** The sockets that cannot be opened. */
  open: v.array(v.object({ ip: text, port: count, scopeId: count, code: text, message: text })),
  /** The endpoints that are drained; the end of each is told. */
  drainUnreached: v.array(v.object({ endpoint, connections: count })),
} as const;

const limitKey = { name: text, key: text };

/** What a worker uses of the limits of the service. */
const limitReport = v.variant("op", [
  v.object({ op: v.literal("ask"), ...limitKey, wanted: count }),
  v.object({ op: v.literal("back"), ...limitKey, less: count }),
  v.object({ op: v.literal("recalled"), ...limitKey, less: count }),
  v.object({
    op: v.literal("settled"),
    quotas: v.array(v.object({ ...limitKey, quota: count })),
  }),
]);

/** What a worker sends. */
const fromWorker = v.union([
  v.object({ id: count, value: v.unknown() }),
  v.object({ id: count, fault: text }),
  v.variant("event", [
    /** One of the endpoints that request `id` drains has no connection any more. */
    v.object({ event: v.literal("drained"), id: count, index: count }),
    /** Lines of the logs, the bytes behind the message, as formatted since `logs` of a generation. */
    v.object({
      event: v.literal("log"),
      generation: count,
      second: count,
      parts: v.array(v.object({ site: v.nullable(count), day, length: count, count })),
    }),
    /** A line for whoever runs the service. */
    v.object({ event: v.literal("line"), line: text }),
    /** What a program did wrong. */
    v.object({
      event: v.literal("programFault"),
      program: count,
      fault: v.object({ kind: v.picklist(["request", "excess"]), what: text }),
    }),
    /** What has happened to an upstream of a site. */
    v.object({
      event: v.literal("upstream"),
      report: v.object({
        site: v.object(proxiedSite),
        upstream: text,
        news: v.union([
          v.object({ kind: v.picklist(["request", "excess", "down"]), what: text }),
          v.object({ kind: v.literal("up"), what: v.literal("") }),
        ]),
      }),
    }),
    /** Asks the service about itself, for a site that shows it. */
    v.object({ event: v.literal("ask"), id: count, question: v.picklist(SERVICE_QUESTIONS) }),
    v.object({ event: v.literal("limits"), report: limitReport }),
    /** Whether its spans arrive. */
    v.object({
      event: v.literal("traces"),
      state: v.object({ failure: v.nullable(text), lost: count }),
    }),
  ]),
]);

export type FromWorker = v.InferOutput<typeof fromWorker>;

/** Checks what a worker sent. Throws if it is nothing of the above. */
export function parseFromWorker(value: unknown): FromWorker {
  return v.parse(fromWorker, value);
}

/** Returns what is served without what belongs to this process. */
export function sentServed(served: Served): SentServed {
  return { ...served, certificates: sentCertificates(served.certificates) };
}

export function sentCertificates(served: readonly ServedCertificate[]): SentCertificates {
  const trusts = [...new Set(served.flatMap(({ context }) => context.policy.client ?? []))];
  const certificates = served.map(({ keys, cert, key, context }): SentCertificate => {
    const { client, ...policy } = context.policy;
    return { keys, cert, key, policy, trust: client === null ? null : trusts.indexOf(client) };
  });
  return { trusts, certificates };
}
