/**
 * Checks of control messages: neither side trusts what arrives on the socket. Pure.
 *
 * Separate from `control_protocol.ts`, so that a command that needs no service does not load the
 * checks.
 *
 * @module
 */
import * as v from "valibot";
import { finite } from "../../config/document/shape.ts";
import type { StoredSettings } from "../../config/document/settings.ts";
import type { MemberEvent } from "../../fleet/member/member_status.ts";
import { OUTCOMES } from "../../fleet/shared/records.ts";
import { SERVICES } from "../services/service_table.ts";
import type { ServiceName } from "../services/service_table.ts";
import {
  type AgentReport,
  CONFIRM_SECONDS,
  type ControlAnswer,
  type ControlRequest,
  type LoopbackControl,
} from "./control_protocol.ts";
import type { ServiceTotals } from "../../telemetry/metrics/totals.ts";
import type { ServiceStatus } from "./status.ts";

const text = v.string();
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const service = v.picklist(SERVICES.map(({ name }) => name) as [ServiceName, ...ServiceName[]]);
const serviceState = v.picklist([
  "stopped",
  "starting",
  "running",
  "pausing",
  "paused",
  "stopping",
]);
const confirmSeconds = v.pipe(
  count,
  v.minValue(CONFIRM_SECONDS.min),
  v.maxValue(CONFIRM_SECONDS.max),
);
const siteVerb = v.picklist(["start", "stop", "pause", "continue"]);

/** A service of another version may have settings that this one does not know. */
const settingValues = v.record(text, v.union([text, finite, v.boolean(), v.array(text)]));

const problems = v.array(v.object({ text, hint: v.nullable(text) }));

const fleetStatus = v.object({
  name: text,
  group: v.nullable(text),
  revision: v.nullable(count),
  wanted: v.nullable(count),
  head: v.nullable(count),
  outcome: v.picklist(OUTCOMES),
  problems: v.array(text),
  hint: v.nullable(text),
  store: text,
  isStoreUp: v.boolean(),
  reason: v.nullable(text),
  overrides: v.array(text),
});

const memberEvent: v.GenericSchema<unknown, MemberEvent> = v.variant("kind", [
  v.object({ kind: v.literal("applied"), revision: count, by: v.nullable(text) }),
  v.object({ kind: v.literal("refused"), revision: count, reason: text }),
  v.object({ kind: v.picklist(["held", "lost"]), reason: text }),
  v.object({ kind: v.picklist(["released", "back"]) }),
]);

const agentReport: v.GenericSchema<unknown, AgentReport> = v.object({
  pid: count,
  status: v.nullable(fleetStatus),
  problems,
  events: v.array(memberEvent),
});

const requestSchema: v.GenericSchema<unknown, ControlRequest> = v.variant("op", [
  v.object({ op: v.literal("status"), brief: v.exactOptional(v.boolean()) }),
  v.object({ op: v.picklist(["end", "confirm", "totals", "cache", "flushLogs", "reservations"]) }),
  v.object({ op: v.literal("start"), service, progress: v.exactOptional(v.boolean()) }),
  v.object({ op: v.picklist(["stop", "pause", "continue"]), service }),
  v.object({ op: v.literal("site"), verb: siteVerb, id: count }),
  v.object({
    op: v.literal("reload"),
    confirmSeconds: v.nullable(confirmSeconds),
    strict: v.boolean(),
    brief: v.exactOptional(v.boolean()),
    progress: v.exactOptional(v.boolean()),
  }),
  v.object({
    op: v.literal("acme"),
    verb: v.picklist(["follow", "obtain", "renew"]),
    name: text,
    progress: v.exactOptional(v.boolean()),
  }),
  v.variant("verb", [
    v.object({ op: v.literal("fleet"), verb: v.literal("follow") }),
    v.object({
      op: v.literal("fleet"),
      verb: v.literal("report"),
      report: v.nullable(agentReport),
      brief: v.literal(true),
    }),
  ]),
  v.object({ op: v.literal("client"), client: text, brief: v.literal(true) }),
  v.object({ op: v.literal("dropCache"), url: v.nullable(text), recursive: v.boolean() }),
]);

const reasonCounts = v.array(v.tuple([text, count]));

const totalsSchema: v.GenericSchema<unknown, ServiceTotals> = v.object({
  atMs: finite,
  build: v.object({ version: text, runtime: text }),
  requests: v.array(v.object({
    site: text,
    address: text,
    classes: v.array(count),
    sentBytes: count,
    receivedBytes: count,
  })),
  durations: v.array(v.object({ site: text, buckets: v.array(count), sumSeconds: finite })),
  refused: reasonCounts,
  connections: v.object({ accepted: count, open: count, idle: count, tunnels: count }),
  exhausted: count,
  sockets: v.object({ opened: count, failed: count }),
  tls: v.object({ handshakes: count, failures: reasonCounts }),
  cache: v.object({ hits: count, misses: count }),
  lostLogLines: count,
  workers: v.array(v.object({
    worker: count,
    pid: count,
    requests: count,
    connections: count,
    residentBytes: count,
    cpuSeconds: finite,
    lagSeconds: finite,
    maxLagSeconds: finite,
  })),
});

const statusSchema: v.GenericSchema<unknown, ServiceStatus> = v.object({
  version: v.literal(1),
  pid: v.nullable(count),
  user: v.exactOptional(v.nullable(text)),
  startedAt: v.nullable(text),
  services: v.array(v.object({ name: service, display: text, state: serviceState })),
  ipListen: v.array(text),
  settings: v.exactOptional(v.custom<StoredSettings>((value) => v.is(settingValues, value))),
  workers: v.exactOptional(v.array(v.object({
    pid: count,
    state: v.picklist(["serving", "retiring"]),
    connections: count,
  }))),
  endpoints: v.array(v.object({
    ip: text,
    port: count,
    scopeId: v.exactOptional(count),
    scheme: v.picklist(["http", "https"]),
    state: v.picklist(["open", "wait", "refused", "draining"]),
    cause: v.nullable(text),
    holders: v.exactOptional(v.array(v.object({
      pid: v.nullable(count),
      program: v.nullable(text),
      user: text,
      workers: v.array(count),
    }))),
    note: v.exactOptional(text),
  })),
  unmatched: v.exactOptional(v.array(text)),
  sites: v.array(v.object({
    id: count,
    name: text,
    state: v.picklist(["started", "stopped", "paused"]),
    reason: v.nullable(text),
    waiting: v.exactOptional(v.literal(true)),
    bindings: v.array(text),
    hints: v.exactOptional(v.array(text)),
  })),
  registrations: v.array(v.object({
    url: text,
    to: text,
    uid: count,
    keep: v.boolean(),
    stored: v.exactOptional(v.boolean()),
    since: text,
    tunnels: v.exactOptional(count),
  })),
  upstreams: v.exactOptional(v.array(v.object({
    siteId: count,
    site: text,
    application: text,
    upstream: text,
    state: v.picklist(["unknown", "up", "down"]),
    since: text,
    cause: v.nullable(text),
    requests: count,
    connections: count,
    lastCheck: v.nullable(v.object({ time: text, failure: v.nullable(text) })),
  }))),
  connections: count,
  tunnels: v.exactOptional(count),
  problems: v.exactOptional(problems),
  notes: v.exactOptional(problems),
  acme: v.exactOptional(v.array(v.object({
    name: text,
    names: v.array(text),
    server: text,
    state: v.picklist(["wanted", "valid", "due", "expired"]),
    hash: v.nullable(text),
    notAfter: v.nullable(text),
    renewAt: v.nullable(text),
    retryAt: v.nullable(text),
    error: v.nullable(text),
    hint: v.nullable(text),
    explanationUrl: v.nullable(text),
  }))),
  fleet: v.exactOptional(fleetStatus),
  unconfirmedUntil: v.nullable(text),
  stored: v.exactOptional(v.union([
    v.object({ file: text, hint: v.nullable(text), changes: count, problem: v.null() }),
    v.object({ file: text, hint: v.nullable(text), changes: v.null(), problem: text }),
  ])),
  AppliedRevision: v.exactOptional(v.nullable(count)),
  appliedAt: v.exactOptional(v.nullable(text)),
  cache: v.exactOptional(v.array(v.object({
    url: text,
    status: count,
    contentType: v.nullable(text),
    contentEncoding: v.nullable(text),
    contentLength: count,
    site: v.exactOptional(text),
    headersLength: v.exactOptional(count),
  }))),
  totals: v.exactOptional(totalsSchema),
  certificates: v.exactOptional(v.array(v.object({
    name: text,
    keys: v.array(text),
    names: v.array(text),
    notAfter: text,
  }))),
  dropped: v.exactOptional(count),
  hasClient: v.exactOptional(v.boolean()),
});

const answerSchema: v.GenericSchema<unknown, ControlAnswer> = v.variant("kind", [
  v.object({ kind: v.literal("step"), service, state: serviceState }),
  v.object({
    kind: v.literal("change"),
    endpoint: text,
    change: v.picklist(["opened", "closed", "draining", "drained"]),
    connections: count,
  }),
  v.object({ kind: v.literal("workers"), count }),
  v.object({
    kind: v.literal("stage"),
    doing: text,
    things: text,
    done: v.exactOptional(count),
    total: v.exactOptional(count),
  }),
  v.object({ kind: v.literal("result"), status: statusSchema }),
  v.object({ kind: v.literal("fault"), message: text, hint: v.exactOptional(text) }),
]);

const loopbackSchema: v.GenericSchema<unknown, LoopbackControl> = v.object({
  port: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(65535)),
  token: v.pipe(text, v.nonEmpty()),
});

/** Parses the private file of a loopback control port. Throws if it is invalid. */
export function parseLoopbackControl(value: unknown): LoopbackControl {
  return v.parse(loopbackSchema, value);
}

/** Parses `value` as a request; null if it is not one. */
export function parseControlRequest(value: unknown): ControlRequest | null {
  const result = v.safeParse(requestSchema, value);
  return result.success ? result.output : null;
}

/**
 * Parses `value` as an answer; null if it is not one, as from a different version of the service.
 */
export function parseControlAnswer(value: unknown): ControlAnswer | null {
  const result = v.safeParse(answerSchema, value);
  return result.success ? result.output : null;
}
