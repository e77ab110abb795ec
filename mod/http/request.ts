/**
 * One request in flight: its head, in the connection's buffer, and the parsed result. Texts are
 * made only on demand. Objects are reused, so a request is valid until its response has been sent,
 * as `base/exchange.ts` says.
 *
 * @module
 */
import type { Endpoint } from "../base/address.ts";
import type {
  ClientCertificate,
  ClientTrace,
  ConnectionValues,
  FieldBytes,
  HttpRequest,
  ProxiedClient,
  RequestBody,
  RequestOrigin,
  RequestSpan,
  RequestTracer,
} from "../base/exchange.ts";
import { type ErrorReason, Framing } from "./parse/framing.ts";
import { parseHost } from "./parse/host_field.ts";
import { isServedMethod, methodText } from "./parse/method.ts";
import type { HeadOrigin, KnownHeads, ParsedHead } from "./known_heads.ts";
import { madeId, takenOver } from "./origin/request_id.ts";
import type { TrustedProxies } from "./origin/trusted_proxies.ts";
import { RequestHead } from "./parse/head_scanner.ts";
import { parseTraceparent } from "../wire/trace_context.ts";
import { isAuthority, parseTarget, type PathLimits, type Target } from "./parse/target.ts";
import { type ByteCache, cachedLatin1, equalsIgnoringCase, latin1 } from "../wire/byte_text.ts";

const NO_BYTES = new Uint8Array(0);
const NO_ENDPOINT: Endpoint = { ip: "0.0.0.0" as Endpoint["ip"], port: 0 };

/** The body of a request without one. Setting its limits has no effect. */
const NO_BODY: RequestBody = {
  exists: false,
  length: null,
  get bytesMax(): number {
    return 0;
  },
  set bytesMax(_bytes: number) {
    // Nothing can exceed it.
  },
  get arrivalMs(): number {
    return 0;
  },
  set arrivalMs(_ms: number) {
    // Nothing is awaited.
  },
  readArrived: () => null,
  read: () => Promise.resolve(null),
};

/** Values of fields that are kept for a known head. */
const VALUES_MAX = 8;

/** Results of earlier parsing, and the limits of a path. */
interface ParseCache {
  readonly targets: ByteCache<Target>;
  readonly hosts: ByteCache<string>;
  readonly heads: KnownHeads;
  readonly settings: PathLimits;
}

/** The request as the handler sees it, and the engine's own data about it. */
export class Exchange implements HttpRequest, FieldBytes {
  method = "";
  path = "";
  rawPath = "";
  query: string | null = null;
  minor: 0 | 1 = 1;
  host = "";
  local: Endpoint = NO_ENDPOINT;
  remote: Endpoint = NO_ENDPOINT;
  peer: Endpoint = NO_ENDPOINT;
  proxy: ProxiedClient | null = null;
  origin: RequestOrigin | null = null;
  isTls = false;
  clientCertificate: ClientCertificate | null = null;
  siteId: number | null = null;
  user: string | null = null;
  provenCertificate: Uint8Array | null = null;
  substatus = 0;
  connection: ConnectionValues | null = null;
  isUnlogged = false;
  id: string | null = null;
  traceId: string | null = null;
  trace: ClientTrace | null = null;
  span: RequestSpan | null = null;
  body: RequestBody = NO_BODY;

  head = new RequestHead();
  framing = new Framing();
  /** What the head means, if one with the same bytes was parsed before; null if it was not. */
  known: ParsedHead | null = null;
  /** Whether the head is all that was read, and was looked for in vain among the known ones. */
  isOffered = false;
  /** The buffer that holds the head; not modified until the exchange is over. */
  bytes: Uint8Array = NO_BYTES;
  /** Offset of the head in `bytes`. */
  base = 0;
  status = 0;
  sentBytes = 0;
  /** Of those, the bytes of content, without the framing of chunks. */
  contentBytes = 0;
  receivedBytes = 0;
  /** When the request began; 0 if the response was available immediately and the clock not read. */
  startedMs = 0;
  /** The same in ticks of the engine's clock, which cost nothing. */
  startedTick = 0;
  /** Its own, while `head` and `framing` may be those of a known head. */
  #ownHead = this.head;
  #ownFraming = this.framing;

  get scheme(): "http" | "https" {
    if (this.origin !== null && this.origin.scheme !== null) return this.origin.scheme;
    return this.isTls || this.proxy?.isTls === true ? "https" : "http";
  }

  header(lowerCaseName: string): string | null {
    const { known } = this;
    if (known === null) return this.#findHeader(lowerCaseName);
    let value = known.values.get(lowerCaseName);
    if (value === undefined) {
      value = this.#findHeader(lowerCaseName);
      if (known.values.size < VALUES_MAX) known.values.set(lowerCaseName, value);
    }
    return value;
  }

  #findHeader(lowerCaseName: string): string | null {
    const { head, bytes, base } = this;
    let found: string | null = null;
    for (let field = 0; field < head.fieldCount; field++) {
      const start = base + head.nameStart(field);
      const end = base + head.nameEnd(field);
      if (end - start !== lowerCaseName.length) continue;
      if (!equalsIgnoringCase(bytes, start, end, lowerCaseName)) continue;
      const value = cachedLatin1(bytes, base + head.valueStart(field), base + head.valueEnd(field));
      found = found === null ? value : `${found}, ${value}`;
    }
    return found;
  }

  headers(): [name: string, value: string][] {
    const { head, bytes, base } = this;
    const fields: [string, string][] = [];
    for (let field = 0; field < head.fieldCount; field++) {
      fields.push([
        cachedLatin1(bytes, base + head.nameStart(field), base + head.nameEnd(field)),
        cachedLatin1(bytes, base + head.valueStart(field), base + head.valueEnd(field)),
      ]);
    }
    return fields;
  }

  get fields(): FieldBytes {
    return this;
  }
  get fieldCount(): number {
    return this.head.fieldCount;
  }
  nameStart(field: number): number {
    return this.base + this.head.nameStart(field);
  }
  nameEnd(field: number): number {
    return this.base + this.head.nameEnd(field);
  }
  valueStart(field: number): number {
    return this.base + this.head.valueStart(field);
  }
  valueEnd(field: number): number {
    return this.base + this.head.valueEnd(field);
  }

  /** Returns the target as sent, for the log; null if the scan did not get that far. */
  targetText(): string | null {
    const { head, base } = this;
    if (head.targetEnd === 0) return null;
    return latin1(this.bytes, base + head.targetStart, base + head.targetEnd);
  }

  /** Returns the method as sent; null if the scan did not get that far. */
  methodText(): string | null {
    const { head, base } = this;
    if (head.methodEnd === 0) return null;
    return methodText(this.bytes, base + head.methodStart, base + head.methodEnd);
  }

  /** Returns the version, as in `HTTP/1.1`; null if the scan did not get that far. */
  versionText(): string | null {
    return this.head.major < 0 ? null : `HTTP/${this.head.major}.${this.head.minor}`;
  }

  /** Makes it the request that `known` was; nothing remains to be scanned or parsed. */
  become(known: ParsedHead): void {
    this.known = known;
    this.bytes = known.bytes;
    this.base = 0;
    this.head = known.head;
    this.framing = known.framing;
    this.minor = known.head.minor as 0 | 1;
    this.method = known.method;
    this.path = known.target.path;
    this.rawPath = known.target.rawPath;
    this.query = known.target.query;
    this.host = known.host;
    if (known.trace !== null) this.#belongTo(known.trace);
    this.receivedBytes = known.head.length;
  }

  /** Turns the scanned head into a request; returns null if it is valid. */
  parse(cache: ParseCache): ErrorReason | null {
    if (this.known !== null) return null;
    const { head, bytes, base, framing } = this;
    this.minor = head.minor as 0 | 1;
    this.method = methodText(bytes, base + head.methodStart, base + head.methodEnd);
    const fault = framing.read(head, bytes, base);
    if (fault !== null) return fault;
    if (framing.traceField >= 0) this.#readTrace(framing.traceField);
    const start = base + head.targetStart;
    const end = base + head.targetEnd;
    if (!isServedMethod(this.method)) {
      return this.method === "CONNECT" && !isAuthority(bytes, start, end) ? "URL" : "N/I";
    }
    const host = this.#hostText(cache);
    if (host === null) return "Hostname";
    // OPTIONS reads a target differently (RFC 9112 3.2.4), so it has no part in the cache.
    const isCached = this.method !== "OPTIONS";
    let target = isCached ? cache.targets.get(bytes, start, end) : undefined;
    if (target === undefined) {
      const found = parseTarget(bytes, start, end, this.method, cache.settings);
      if (typeof found === "string") return found;
      target = found;
      if (isCached) cache.targets.set(bytes, start, end, found);
    }
    const invalid = this.#applyTarget(target, host);
    if (this.isOffered && invalid === null) this.#offer(cache.heads, target);
    return invalid;
  }

  /** Gives it an identifier: that of its client, if that is a trusted proxy and has sent one. */
  identify(isTrusted: boolean): void {
    this.id = isTrusted ? takenOver(this.header("x-request-id")) : madeId();
  }

  /** Begins its span, from which its trace is known. */
  beginSpan(tracer: RequestTracer, isTrusted: boolean): void {
    this.span = tracer.begin(this, isTrusted);
    this.traceId = this.span.traceId;
  }

  /** Believes what the fields say, which come from a trusted proxy; false if they are invalid. */
  readOrigin(trusted: TrustedProxies): boolean {
    const said = this.#originFor(trusted);
    if (said === "invalid") return false;
    this.origin = said;
    const client = said?.route[0];
    if (client !== undefined) this.remote = { ip: client, port: said!.port };
    return true;
  }

  #originFor(trusted: TrustedProxies): HeadOrigin["said"] {
    const { known } = this;
    if (known === null) return trusted.originOf(this);
    if (known.origin?.by !== trusted) known.origin = { by: trusted, said: trusted.originOf(this) };
    return known.origin.said;
  }

  #readTrace(field: number): void {
    const { head, bytes, base } = this;
    const text = latin1(bytes, base + head.valueStart(field), base + head.valueEnd(field));
    const trace = parseTraceparent(text);
    if (trace !== null) this.#belongTo(trace);
  }

  #belongTo(trace: ClientTrace): void {
    this.trace = trace;
    this.traceId = trace.traceId;
  }

  /** Offers the head to be recognized, if its bytes alone say what it means. */
  #offer(heads: KnownHeads, target: Target): void {
    const { head, framing, bytes, base, method, host } = this;
    if (framing.hasBody || framing.expectsContinue || target.scheme !== null) return;
    if (method !== "GET" && method !== "HEAD") return;
    heads.offer(bytes.subarray(base, base + head.length), (copy) => {
      this.#ownHead = new RequestHead(); // the old ones belong to the known head from now on
      this.#ownFraming = new Framing();
      const known = {
        bytes: copy,
        head,
        framing,
        method,
        target,
        host,
        values: new Map(),
        logged: null,
        origin: null,
        trace: this.trace,
      };
      this.become(known);
      return known;
    });
  }

  #applyTarget(target: Target, host: string): ErrorReason | null {
    if (target.scheme !== null && (target.scheme === "https") !== this.isTls) return "URL";
    this.path = target.path;
    this.rawPath = target.rawPath;
    this.query = target.query;
    this.host = target.host ?? host;
    return null;
  }

  /** Returns the host of the Host field; "" if HTTP/1.0 omits it; null if invalid or missing. */
  #hostText(cache: ParseCache): string | null {
    const { head, bytes, base, framing } = this;
    const field = framing.hostField;
    if (field < 0) return this.minor === 0 ? "" : null;
    const start = base + head.valueStart(field);
    const end = base + head.valueEnd(field);
    const cached = cache.hosts.get(bytes, start, end);
    if (cached !== undefined) return cached;
    const host = parseHost(bytes, start, end);
    if (host !== null) cache.hosts.set(bytes, start, end, host);
    return host;
  }

  /** Resets it for the next request; keeps nothing of this one alive. */
  release(): void {
    if (this.known === null) {
      this.head.reset();
    } else {
      this.head = this.#ownHead; // not used since it was last reset
      this.framing = this.#ownFraming;
      this.known = null;
    }
    this.isOffered = false;
    this.bytes = NO_BYTES;
    this.body = NO_BODY;
    this.origin = null;
    this.siteId = null;
    this.user = null;
    this.connection = null;
    this.isUnlogged = false;
    this.id = null;
    this.traceId = null;
    this.trace = null;
    this.span = null;
    this.provenCertificate = null;
    this.substatus =
      this.status =
      this.sentBytes =
      this.contentBytes =
      this.receivedBytes =
      this.startedMs =
        0;
  }
}
