/**
 * The spans of requests and of what is sent to upstreams for them, with the attributes that the
 * semantic conventions of OpenTelemetry give HTTP. Pure.
 *
 * - A trace is continued for trusted proxies and for programs of this machine. What anybody else says
 *   is linked with a new trace: a client can neither have its requests recorded, nor put spans into
 *   the trace of another.
 * - The query of a URL is in no span: it may have secrets.
 * - A request whose head was refused has no span: it belongs to nothing that is served.
 *
 * @module
 */
import { isLoopback } from "../../base/address.ts";
import type { AttemptSpan, HttpRequest, RequestSpan, RequestTracer } from "../../base/exchange.ts";
import { randomHex } from "../../wire/random_ids.ts";
import {
  formatTraceparent,
  passedTracestate,
  TRACE_FLAG,
  type TraceParent,
} from "../../wire/trace_context.ts";
import type { Sampler } from "./sampler.ts";
import { type Attribute, type EndedSpan, SPAN_KIND } from "./span.ts";

/** The environment of the spans. */
interface RequestSpansOptions {
  readonly sampler: Sampler;
  /** Returns the name of a site; null for one that is not served any more. */
  siteName(id: number): string | null;
  /** Milliseconds since 1970, with fractions. */
  now(): number;
  /** Called with each span that was recorded. */
  ended(span: EndedSpan): void;
}

/** The methods that the conventions know; any other is one word. */
const METHODS: ReadonlySet<string> = new Set(
  "GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY".split(" "),
);
const OTHER_METHOD = "_OTHER";
const AUTHORITY = /^\[?([^\]]*?)\]?(?::([0-9]{1,5}))?$/;
const TARGET = /^(https?):\/\/(?:\[([^\]]+)\]|([^:/]+))(?::([0-9]+))?/;
const UNIX_TARGET = /^unix:(.*)$/;

/** The spans of one process. */
export class RequestSpans implements RequestTracer {
  readonly #options: RequestSpansOptions;

  constructor(options: RequestSpansOptions) {
    this.#options = options;
  }

  begin(request: HttpRequest, isTrusted: boolean): ServerSpan {
    const { trace } = request;
    const isContinued = trace !== null && (isTrusted || isLoopback(request.peer.ip));
    const parent = isContinued ? trace : null;
    const traceId = parent === null ? randomHex(16) : parent.traceId;
    const isRecorded = this.#options.sampler(traceId, parent);
    const state = parent === null ? null : request.header("tracestate");
    return new ServerSpan(this.#options, {
      traceId,
      parent,
      linked: isContinued ? null : trace,
      state: state === null ? "" : passedTracestate(state),
      isRecorded,
    });
  }

  end(request: HttpRequest, status: number, failure: string | null): void {
    const { span } = request;
    if (span instanceof ServerSpan) span.end(request, status, failure);
  }
}

/** What a span of a request begins with. */
interface SpanContext {
  readonly traceId: string;
  readonly parent: TraceParent | null;
  /** What the client says of a trace, where that is not continued. */
  readonly linked: TraceParent | null;
  readonly state: string;
  readonly isRecorded: boolean;
}

/** The span of a request, from its head to the last byte of its response. */
class ServerSpan implements RequestSpan {
  readonly context: SpanContext;
  readonly options: RequestSpansOptions;
  /** "" if it is not recorded. */
  readonly spanId: string;
  readonly flags: number;
  #attempts = 0;
  readonly #startMs: number;

  constructor(options: RequestSpansOptions, context: SpanContext) {
    const { parent, isRecorded } = context;
    this.options = options;
    this.context = context;
    this.spanId = isRecorded ? randomHex(8) : "";
    this.flags = (isRecorded ? TRACE_FLAG.sampled : 0) |
      (parent === null ? TRACE_FLAG.random : parent.flags & TRACE_FLAG.random);
    this.#startMs = isRecorded ? options.now() : 0;
  }

  get traceId(): string {
    return this.context.traceId;
  }

  attempt(request: HttpRequest, upstream: string, path: string): AttemptSpan {
    return new ClientSpan(this, { request, upstream, path, resent: this.#attempts++ });
  }

  end(request: HttpRequest, status: number, failure: string | null): void {
    const { options, context, flags, spanId } = this;
    const { traceId, parent, linked, state, isRecorded } = context;
    if (!isRecorded) return;
    const error = errorOf(status, 500, failure);
    options.ended({
      traceId,
      spanId,
      parentId: parent === null ? null : parent.spanId,
      isParentRemote: parent !== null,
      state,
      flags,
      name: METHODS.has(request.method) ? request.method : "HTTP",
      kind: SPAN_KIND.server,
      startMs: this.#startMs,
      endMs: Math.max(this.#startMs, options.now()),
      attributes: withOutcome(serverAttributes(request, options), status, error),
      link: linked,
      failure: error === null ? null : failure ?? "",
    });
  }
}

/** One attempt to have the response of an upstream. */
class ClientSpan implements AttemptSpan {
  readonly traceparent: string;
  readonly tracestate: string;
  readonly #server: ServerSpan;
  readonly #spanId = randomHex(8);
  readonly #attributes: Attribute[];
  readonly #method: string;
  readonly #startMs: number;
  #hasEnded = false;

  constructor(server: ServerSpan, { request, upstream, path, resent }: {
    readonly request: HttpRequest;
    readonly upstream: string;
    readonly path: string;
    readonly resent: number;
  }) {
    const { context: { traceId, state, isRecorded }, flags, options } = server;
    this.#server = server;
    this.traceparent = formatTraceparent({ traceId, spanId: this.#spanId, flags });
    this.tracestate = state;
    this.#method = request.method;
    this.#startMs = isRecorded ? options.now() : 0;
    this.#attributes = isRecorded
      ? [
        ...methodAttributes(request.method),
        ...targetAttributes(upstream, path),
        ...(resent === 0 ? [] : [["http.request.resend_count", resent] as const]),
      ]
      : [];
  }

  end(status: number, failure: string | null): void {
    const { context: { traceId, state, isRecorded }, flags, options, spanId } = this.#server;
    if (this.#hasEnded || !isRecorded) return;
    this.#hasEnded = true;
    const error = errorOf(status, 400, failure);
    options.ended({
      traceId,
      spanId: this.#spanId,
      parentId: spanId,
      isParentRemote: false,
      state,
      flags,
      name: METHODS.has(this.#method) ? this.#method : "HTTP",
      kind: SPAN_KIND.client,
      startMs: this.#startMs,
      endMs: Math.max(this.#startMs, options.now()),
      attributes: withOutcome(this.#attributes, status, error),
      link: null,
      failure: error === null ? null : failure ?? "",
    });
  }
}

/** Returns what failed: a status from `failed` on, or a word; null if nothing did. */
function errorOf(status: number, failed: number, failure: string | null): string | null {
  if (status >= failed) return `${status}`;
  return failure;
}

function methodAttributes(method: string): Attribute[] {
  if (METHODS.has(method)) return [["http.request.method", method]];
  return [["http.request.method", OTHER_METHOD], ["http.request.method_original", method]];
}

/** Adds what has come of it to `attributes`. */
function withOutcome(
  attributes: Attribute[],
  status: number,
  error: string | null,
): readonly Attribute[] {
  if (status !== 0) attributes.push(["http.response.status_code", status]);
  if (error !== null) attributes.push(["error.type", error]);
  return attributes;
}

function serverAttributes(request: HttpRequest, options: RequestSpansOptions): Attribute[] {
  const { local, remote, peer, origin, siteId } = request;
  const asked = origin?.host ?? request.header("host") ?? "";
  const [, name = "", port] = AUTHORITY.exec(asked) ?? [];
  const attributes = methodAttributes(request.method);
  attributes.push(
    ["url.scheme", request.scheme],
    ["url.path", request.rawPath],
    ["server.address", name === "" ? local.ip : name.toLowerCase()],
    ["server.port", port === undefined ? local.port : Number(port)],
    ["client.address", remote.ip],
    ["network.peer.address", peer.ip],
    ["network.peer.port", peer.port],
    ["network.protocol.version", request.minor === 0 ? "1.0" : "1.1"],
  );
  const agent = request.header("user-agent");
  if (agent !== null) attributes.push(["user_agent.original", agent]);
  const site = siteId === null ? null : options.siteName(siteId);
  if (site !== null) attributes.push(["httpcfg.site", site]);
  return attributes;
}

function targetAttributes(upstream: string, path: string): Attribute[] {
  const [, socket] = UNIX_TARGET.exec(upstream) ?? [];
  if (socket !== undefined) {
    return [["server.address", socket], ["url.full", `http://localhost${path}`]];
  }
  const [authority, scheme, ip, name, port] = TARGET.exec(upstream) ?? [];
  if (authority === undefined) return [];
  return [
    ["server.address", ip ?? name!],
    ["server.port", port === undefined ? (scheme === "https" ? 443 : 80) : Number(port)],
    ["url.full", `${authority}${path}`],
  ];
}
