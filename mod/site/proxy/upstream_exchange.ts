/**
 * One request and its response, on a connection to an upstream.
 *
 * - A request is sent again only if that is safe. If nothing of it was written, another upstream gets
 *   it, each one once at most. If something was written, it is sent once more, provided that the
 *   method is idempotent, there is no body, and not a single byte of a response came: to another
 *   upstream, or on a new connection to the same one if the first connection was reused.
 * - What has run into a time-out of a response is not repeated: its time is over.
 * - A response may arrive before the request body has been sent; the rest of the body is then not
 *   sent. A client that disconnects while its response is sent, or while its body is read, ends the
 *   exchange.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import {
  type AttemptSpan,
  BodyError,
  type ByteStream,
  type HandlerResult,
  type HeaderField,
  type HttpRequest,
  type HttpResponse,
  type Refusal,
  type RequestSpan,
  SourceRefusal,
} from "../../base/exchange.ts";
import { WEBSOCKET, writeRequestHead } from "./request_head.ts";
import { RequestPump } from "./request_pump.ts";
import {
  BODY,
  HEAD_BYTES_MAX,
  isBodyless,
  UpstreamClosed,
  UpstreamFault,
} from "./response_head.ts";
import { UpstreamBody } from "./upstream_body.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import type { FieldEdits } from "../proxied/field_edits.ts";
import type { ProxyTimeouts } from "../proxied/proxy_rules.ts";
import type { Upstream } from "./upstream.ts";
import { ConnectTimeout } from "./upstream_pool.ts";

/** A request that needs another upstream. */
export interface MovedRequest {
  /** The upstreams that may not get it. */
  readonly tried: readonly Upstream[];
  /** The connection was reused: the upstream itself is better than one that is down. */
  readonly isStale: boolean;
  readonly startedMs: number;
}

/** What an exchange needs of its proxy. */
export interface ExchangeContext {
  /** Our name in Via. */
  readonly via: string;
  readonly timeouts: ProxyTimeouts;
  readonly requestEdits: FieldEdits | null;
  /** Moves a request from the upstream `from` to another one; null if there is none, or no time. */
  moveOn(from: Upstream, request: MovedRequest): Upstream | null;
  /** Called once, when it is over or has become a tunnel. */
  onEnd(upstream: Upstream, isTunnel: boolean): void;
  /** Carries the tunnel between `client` and the upstream at the end of `connection`. */
  carry(client: ByteStream, connection: UpstreamConnection, upstream: Upstream): Promise<void>;
  /** Called with what the upstream did wrong. */
  onFault(upstream: Upstream, error: unknown): void;
}

/** Interim responses (100, 102, 103) before the final one; more are an invalid response. */
const INTERIM_MAX = 16;
const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const TIMED_OUT: Refusal = { refuse: "GatewayTimeout" };
const NO_UPSTREAMS: readonly Upstream[] = [];
const IDEMPOTENT: ReadonlySet<string> = new Set("GET HEAD OPTIONS TRACE PUT DELETE".split(" "));
const NO_FIELDS: readonly HeaderField[] = [];
const UPGRADE_FIELDS: readonly HeaderField[] = [["Upgrade", WEBSOCKET]];

/** The upstream did not respond in time. */
class ResponseTimeout extends Error {
  override readonly name = "ResponseTimeout";
}

export class UpstreamExchange {
  readonly #request: HttpRequest;
  /** The object that all requests of the client's connection have; a request is not valid so long. */
  readonly #client: Endpoint;
  readonly #context: ExchangeContext;
  /** The client asks for a WebSocket. */
  readonly #isUpgrade: boolean;
  readonly #pump: RequestPump | null;
  /** When it began; 0 if there is only one upstream. */
  readonly #startedMs: number;
  #upstream: Upstream;
  /** The upstreams that have failed before. */
  #tried = NO_UPSTREAMS;
  /** It was sent a second time. */
  #isRepeated = false;
  #connection: UpstreamConnection | null = null;
  /** What is recorded of the attempt under way; null if the request is not traced. */
  #span: AttemptSpan | null = null;
  #status = 0;
  #awaitsHead = true;
  /** Interim responses so far. */
  #interim = 0;
  #keepsAlive = false;
  #hadBody = false;
  #hasEnded = false;

  constructor(
    request: HttpRequest,
    context: ExchangeContext,
    { upstream, isUpgrade, startedMs }: {
      readonly upstream: Upstream;
      readonly isUpgrade: boolean;
      readonly startedMs: number;
    },
  ) {
    this.#upstream = upstream;
    this.#startedMs = startedMs;
    this.#request = request;
    this.#client = request.peer;
    this.#context = context;
    this.#isUpgrade = isUpgrade;
    this.#pump = request.body.exists ? new RequestPump(request.body, this) : null;
  }

  /** Returns the response, or the refusal if there is none. Throws the error of a request body. */
  async run(): Promise<HandlerResult> {
    let connection = this.#isUpgrade ? null : this.#upstream.pool.acquireIdle(this.#client);
    for (;;) {
      try {
        if (this.#request.span !== null) this.#beginSpan(this.#request.span);
        connection = this.#connection = connection ?? await this.#upstream.pool.open();
        const head = this.#writeHead(connection);
        this.#setDeadline();
        await connection.send(head);
        this.#startBody(connection);
        while (!this.#readsHead(connection)) {
          if (await connection.fill()) continue;
          throw connection.failure ?? new UpstreamClosed("connection closed before a response");
        }
        this.#upstream.responded();
        return this.#respond(connection);
      } catch (error) {
        connection?.close();
        this.#span?.end(0, failureOf(error, connection));
        if (!this.#canRepeat(connection, error)) return this.#refuse(error);
        this.#connection = connection = null;
      }
    }
  }

  /** For the body of the request: while the client sends, the upstream may wait. */
  onWait(isWaiting: boolean): void {
    if (!this.#awaitsHead) return;
    if (isWaiting) this.#setDeadline();
    else this.#clearDeadline();
  }

  /** For the body of the request. */
  onSent(): void {
    if (this.#awaitsHead) this.#setDeadline();
  }

  /** For the body of the response. */
  async fillBody(): Promise<boolean> {
    const connection = this.#connection!;
    connection.deadline.set(this.#context.timeouts.idleMs);
    const isMore = await connection.fill();
    this.#clearDeadline();
    if (connection.failure !== null) throw connection.failure;
    return isMore;
  }

  /** For the body of the response. */
  onBodyEnd(isWhole: boolean): void {
    this.#end(isWhole);
  }

  /** For the body of the response: what the engine is told about an error. */
  onBodyFault(error: unknown): Error {
    if (this.#pump?.bodyError) return this.#pump.bodyError;
    const hasTimedOut = this.#connection!.hasTimedOut;
    const { idleMs } = this.#context.timeouts;
    this.#span?.end(this.#status, failureOf(error, this.#connection));
    const cause = hasTimedOut
      ? new ResponseTimeout(`no more of a response within ${idleMs / 1000} s`)
      : error;
    if (!this.#hasEnded) this.#tellFault(cause); // otherwise the client has gone
    return new SourceRefusal(hasTimedOut ? "GatewayTimeout" : "BadGateway", { cause });
  }

  /** Returns the head for the upstream, with what has arrived of the body if it is small. */
  #writeHead(connection: UpstreamConnection): Uint8Array {
    const { output } = connection;
    const { via, requestEdits: edits } = this.#context;
    const upstream = this.#upstream;
    const path = upstream.pathFor(this.#request.rawPath) ?? "/"; // the proxy has refused others
    const { host } = upstream.route;
    const isUpgrade = this.#isUpgrade;
    const span = this.#span;
    writeRequestHead(output, this.#request, { via, isUpgrade, path, host, edits, span });
    this.#pump?.join(output);
    return output.take();
  }

  #beginSpan(span: RequestSpan): void {
    const { route: { name } } = this.#upstream;
    const path = this.#upstream.pathFor(this.#request.rawPath) ?? "/";
    this.#span = span.attempt(this.#request, name, path);
  }

  #startBody(connection: UpstreamConnection): void {
    if (this.#pump === null) return;
    this.#clearDeadline();
    this.#pump.start(connection);
  }

  /** Reads what has arrived of the head; true if the one that is not interim is complete. */
  #readsHead(connection: UpstreamConnection): boolean {
    const { head, buffer } = connection;
    for (;;) {
      if (!head.scan(buffer, connection.start, connection.end)) {
        const isFull = connection.end - connection.start >= HEAD_BYTES_MAX;
        if (isFull) throw new UpstreamFault("head too large");
        return false;
      }
      if (head.status >= 200 || head.status === 101) break;
      if (++this.#interim > INTERIM_MAX) throw new UpstreamFault("too many interim responses");
      connection.start += head.length;
      head.reset();
    }
    this.#awaitsHead = false;
    this.#clearDeadline();
    return true;
  }

  #respond(connection: UpstreamConnection): HttpResponse {
    const { head } = connection;
    const { status, bodyLength } = head;
    this.#status = status;
    connection.start += head.length;
    head.isIdReplaced = this.#request.id !== null;
    if (status === 101) return this.#upgrade(connection);
    this.#hadBody = !isBodyless(this.#request.method, status);
    this.#keepsAlive = head.keepsAlive && !(this.#hadBody && bodyLength === BODY.untilClose);
    if (!this.#hadBody) {
      const encoded = head.copyFields();
      this.#end(true);
      return { status, headers: NO_FIELDS, encoded, body: this.#bodyOfNone(bodyLength) };
    }
    const body = new UpstreamBody(connection, bodyLength, this);
    return { status, headers: NO_FIELDS, encoded: head, body };
  }

  /** Returns the body of a response without one. For HEAD it has the length that GET would have. */
  #bodyOfNone(bodyLength: number): HttpResponse["body"] {
    if (this.#request.method !== "HEAD" || bodyLength < 0) return null;
    return { length: bodyLength, pull: () => Promise.resolve(null), close: () => {} };
  }

  #upgrade(connection: UpstreamConnection): HttpResponse {
    if (!this.#isUpgrade || connection.head.upgrade !== WEBSOCKET) {
      throw new UpstreamFault("upgrade not requested");
    }
    this.#hasEnded = true;
    this.#span?.end(101, null);
    const upstream = this.#upstream;
    this.#context.onEnd(upstream, true);
    const encoded = connection.head.copyFields();
    const upgrade = (client: ByteStream): Promise<void> => {
      return this.#context.carry(client, connection, upstream);
    };
    return { status: 101, headers: UPGRADE_FIELDS, encoded, body: null, upgrade };
  }

  /**
   * Reports whether the request may be sent again, and chooses the upstream that gets it: it has got
   * nothing of it, or it cannot act twice.
   */
  #canRepeat(connection: UpstreamConnection | null, error: unknown): boolean {
    if (error instanceof BodyError || this.#pump?.bodyError) return false;
    const upstream = this.#upstream;
    const hasTimedOut = connection?.hasTimedOut === true;
    const isStale = connection?.isReused === true && !hasTimedOut;
    if (connection !== null && connection.wasUsed) {
      const isSafe = connection.end === 0 && this.#interim === 0 && this.#pump === null &&
        IDEMPOTENT.has(this.#request.method);
      if (!isSafe || hasTimedOut || this.#isRepeated) return false;
      this.#isRepeated = true;
    }
    if (hasTimedOut) return false;
    // It may have closed an idle connection, or just have died: another one knows nothing of that.
    const tried = [...this.#tried, upstream];
    const next = this.#context.moveOn(upstream, { tried, isStale, startedMs: this.#startedMs });
    if (next === null) return isStale;
    if (!isStale) {
      this.#tried = tried;
      this.#tellFault(error);
    }
    this.#upstream = next;
    return true;
  }

  /** Ends the exchange without a response. */
  #refuse(error: unknown): Refusal {
    this.#end(false);
    if (this.#pump?.bodyError) throw this.#pump.bodyError; // the engine has decided the response
    if (error instanceof BodyError) throw error;
    const hasTimedOut = this.#connection?.hasTimedOut === true;
    const { firstByteMs } = this.#context.timeouts;
    const cause = hasTimedOut
      ? new ResponseTimeout(`no response within ${firstByteMs / 1000} s`)
      : error;
    this.#tellFault(cause);
    return hasTimedOut || error instanceof ConnectTimeout ? TIMED_OUT : BAD_GATEWAY;
  }

  /** A response that is not valid says nothing about whether the upstream is alive. */
  #tellFault(cause: unknown): void {
    const isAlive = cause instanceof UpstreamFault && !(cause instanceof UpstreamClosed);
    if (!isAlive) this.#upstream.failed(cause);
    this.#context.onFault(this.#upstream, cause);
  }

  /** Ends the exchange; `isWhole` means that the response was read to its end. */
  #end(isWhole: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    if (this.#span !== null) this.#endSpan(this.#span, isWhole);
    this.#context.onEnd(this.#upstream, false);
    const connection = this.#connection;
    if (connection === null) return;
    connection.deadline.clear();
    const isReusable = isWhole && this.#keepsAlive && (this.#pump?.isSent ?? true);
    if (!isReusable) return connection.close();
    const { keepAliveSeconds } = connection.head;
    const client = this.#hadBody ? this.#client : null;
    this.#upstream.pool.release(connection, { client, keepAliveSeconds });
  }

  /** A response that only the end of the connection delimits is never known to be whole. */
  #endSpan(span: AttemptSpan, isWhole: boolean): void {
    const isCut = !isWhole && this.#connection?.head.bodyLength !== BODY.untilClose;
    span.end(this.#status, isCut ? "aborted" : null);
  }

  #setDeadline(): void {
    this.#connection!.deadline.set(this.#context.timeouts.firstByteMs);
  }

  #clearDeadline(): void {
    this.#connection!.deadline.clear();
  }
}

/** Returns what failed in a word, for the span of an attempt. */
function failureOf(error: unknown, connection: UpstreamConnection | null): string {
  if (connection?.hasTimedOut || error instanceof ConnectTimeout) return "timeout";
  return error instanceof Error ? error.name : "error";
}
