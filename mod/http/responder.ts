/**
 * From a scanned request to its response: calls the handler, sends what it returns or an error
 * response, and reports to the logs.
 *
 * A response that is available immediately is queued without a promise; any other is asynchronous.
 *
 * @module
 */
import type {
  BodySource,
  HandlerResult,
  HeaderField,
  HttpResponse,
  Refusal,
} from "../base/exchange.ts";
import { BodyError, SourceRefusal } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import { IncomingBody } from "./request_body.ts";
import { DRAIN_BYTES_MAX } from "./linger.ts";
import type { SharedState } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { ErrorReason } from "./parse/framing.ts";
import type { ConnectionContext } from "./connection_context.ts";
import { SERVER_OPTIONS } from "./parse/method.ts";
import { errorResponse, errorStatus, logReason } from "./error_responses.ts";
import {
  connectionOption,
  encodeHead,
  encodeLast,
  queueResponse,
  sendSource,
  SourceFailure,
  sourceFraming,
} from "./send_response.ts";
import { FRAMING, mayHaveBody } from "./head_writer.ts";
import { REQUEST_ID_FIELD } from "./origin/request_id.ts";
import { TunnelStream } from "./tunnel_stream.ts";
import { inTurns } from "./turns.ts";
import { withEarlyBytes } from "../wire/byte_stream.ts";

/**
 * Whether the connection persists, or `"last"`: the response is queued, and the connection ends when
 * it was sent.
 */
type Responded = true | "last" | Promise<boolean>;

const NO_FIELDS: readonly HeaderField[] = [];

/**
 * Responds to the requests of one connection, in order. Its methods return `true` if the connection
 * persists, `false` if it must be closed.
 */
export class Responder {
  readonly #shared: SharedState;
  readonly #context: ConnectionContext;
  /** Exchanges whose responses are queued in the output and not reported to the log yet. */
  readonly #unreported: Exchange[] = [];
  /** The exchange whose response is under way; null once it was reported. */
  #inProgress: Exchange | null = null;
  #incoming: IncomingBody | null = null;
  #source: BodySource | null = null;
  /** The steps after a handler that took a while: an async function costs more than both. */
  readonly #onResult = (result: HandlerResult): true | Promise<boolean> => {
    const responded = this.#send(this.#inProgress!, result);
    return responded === "last" ? this.#finishExchange(false) : responded;
  };
  readonly #onHandlerError = (error: unknown): Promise<boolean> =>
    this.#sendInternalError(error, this.#inProgress!);

  constructor(shared: SharedState, context: ConnectionContext) {
    this.#shared = shared;
    this.#context = context;
  }

  /** The exchange that the client still waits for, the oldest first; null between exchanges. */
  get inProgress(): Exchange | null {
    return this.#unreported[0] ?? this.#inProgress;
  }

  /** Responds to `exchange`, whose head is complete. */
  respond(exchange: Exchange): Responded {
    this.#inProgress = exchange;
    const fault = exchange.parse(this.#shared);
    if (fault !== null) return this.refuse(fault, exchange);
    const { trusted, identifies, tracer } = this.#shared;
    const isTrusted = trusted !== null && trusted.includes(exchange.peer);
    if (identifies) exchange.identify(isTrusted);
    if (tracer !== null) exchange.beginSpan(tracer, isTrusted);
    if (isTrusted && !exchange.readOrigin(trusted)) return this.refuse("Header", exchange);
    if (exchange.framing.hasBody) return this.#respondToRequestWithBody(exchange);
    if (exchange.path === "*") return this.#send(exchange, SERVER_OPTIONS);
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      result = this.#shared.handler(exchange);
    } catch (error) {
      return this.#sendInternalError(error, exchange);
    }
    if (result instanceof Promise) return this.#respondAsync(exchange, result);
    return this.#send(exchange, result);
  }

  /** Sends what is queued and reports it to the log. */
  async flush(): Promise<void> {
    await this.#context.output.flush();
    this.reportResponses(0);
  }

  /** Reports to the log every response that was queued in the output. */
  reportResponses(win32Status: number): void {
    const unreported = this.#unreported;
    for (let i = 0; i < unreported.length; i++) {
      this.#shared.report(unreported[i]!, win32Status);
      this.#shared.releaseExchange(unreported[i]!);
    }
    if (this.#inProgress === unreported.at(-1)) this.#inProgress = null;
    while (unreported.length > 0) unreported.pop(); // unlike setting the length, keeps its memory
  }

  /** Sends the error response for a request, then closes so that the response is not lost. */
  async refuse(
    fault: ErrorReason,
    exchange: Exchange,
    headers: readonly HeaderField[] = NO_FIELDS,
  ): Promise<false> {
    if (this.#shared.identifies && exchange.id === null) exchange.identify(false);
    const status = errorStatus(fault);
    this.#context.log(logReason(fault), status, exchange);
    if (exchange.span !== null) {
      this.#shared.endSpan(exchange, status, status < 500 ? null : logReason(fault));
    }
    this.#inProgress = null;
    this.#context.output.push(this.#errorBytes(fault, exchange, headers));
    await this.flush();
    await this.#incoming?.discard();
    await this.#context.linger();
    return false;
  }

  /** Closes the body source: it learns at once that the client is gone, even during a pull. */
  closeSource(): void {
    const source = this.#source;
    this.#source = null;
    try {
      source?.close();
    } catch (error) {
      this.#shared.onError(error);
    }
  }

  /** Asks the body source to end, if it would not by itself. */
  drainSource(): void {
    this.#source?.drain?.();
  }

  /**
   * Ends what a handler may still use; returns what must be awaited until nothing reads from the
   * connection anymore, or null.
   */
  end(): Promise<void> | null {
    this.closeSource();
    const exchange = this.#inProgress;
    if (exchange !== null && exchange.span !== null && !this.#unreported.includes(exchange)) {
      this.#shared.endSpan(exchange, 0, "aborted");
    }
    return this.#incoming?.discard() ?? null;
  }

  /** The response of HTTP.sys, unless the sites have a page of their own for it. */
  #errorBytes(
    fault: ErrorReason,
    exchange: Exchange,
    headers: readonly HeaderField[],
  ): Uint8Array {
    const { clock, refusalPage, settings } = this.#shared;
    const options = {
      isHead: exchange.methodText() === "HEAD",
      namesServer: settings.DisableServerHeader === 0,
    };
    const { id } = exchange;
    const page = fault === "Expectation" ? null : refusalPage(fault, exchange);
    if (page === null) {
      const all = id === null ? headers : [...headers, [REQUEST_ID_FIELD, id] as const];
      return errorResponse(fault, clock.date, { ...options, headers: all });
    }
    const response = { ...page, headers: [...page.headers, ...headers] };
    return encodeLast(response, clock.date, { ...options, requestId: id });
  }

  #respondAsync(exchange: Exchange, later: Promise<HandlerResult>): Promise<boolean> {
    this.#ensureStartTime(exchange);
    if (this.#context.output.isEmpty) return later.then(this.#onResult, this.#onHandlerError);
    return this.#flushAndRespond(later);
  }

  async #flushAndRespond(later: Promise<HandlerResult>): Promise<boolean> {
    later.catch(ignore); // it may reject while nothing awaits it
    try {
      await this.flush();
    } catch (error) {
      later.then((result) => sourceOf(result)?.close(), ignore); // the client has gone
      throw error;
    }
    return await later.then(this.#onResult, this.#onHandlerError);
  }

  async #respondToRequestWithBody(exchange: Exchange): Promise<boolean> {
    this.#ensureStartTime(exchange);
    if (!this.#context.output.isEmpty) await this.flush();
    const incoming = this.#incoming = new IncomingBody(
      this.#shared,
      this.#context,
      exchange.framing,
    );
    exchange.body = incoming.body;
    let result: HandlerResult;
    try {
      result = exchange.path === "*" ? SERVER_OPTIONS : await this.#shared.handler(exchange);
    } catch (error) {
      return await this.#failWithoutResponse(error, exchange);
    }
    if (!incoming.body.isBroken) return await this.#onResult(result);
    this.#source = sourceOf(result);
    this.closeSource();
    return await this.#failWithoutResponse(null, exchange);
  }

  /** Handles a failure before any response: the request body was broken, or the handler failed. */
  #failWithoutResponse(error: unknown, exchange: Exchange): Promise<boolean> {
    const body = this.#incoming?.body;
    if (body === undefined || !body.isBroken) {
      if (this.#context.isAborted) return Promise.resolve(false);
      if (error instanceof SourceRefusal) return this.refuse(error.reason, exchange);
      return this.#sendInternalError(error, exchange);
    }
    if (body.fault !== null) return this.refuse(body.fault, exchange);
    if (!this.#context.isAborted) this.#context.log("Client_Reset", null, exchange);
    return Promise.resolve(false);
  }

  /** Sends a 500: the handler failed, or what it returned cannot be sent. */
  #sendInternalError(error: unknown, exchange: Exchange): Promise<boolean> {
    if (this.#context.isAborted) return Promise.resolve(false);
    this.#shared.onError(error);
    return this.refuse("Internal", exchange);
  }

  #send(exchange: Exchange, result: HandlerResult): Responded {
    const { refuse: reason, headers } = result as Refusal;
    if (reason !== undefined) return this.refuse(reason, exchange, headers);
    const response = result as HttpResponse;
    exchange.status = response.status;
    let content = response.body;
    if (content !== null && !(content instanceof Uint8Array)) {
      const arrived = content.arrived?.() ?? null;
      if (arrived === null) return this.#sendSource(exchange, response, content);
      this.#source = content;
      content = arrived;
    }
    if (response.status < 200) return this.#upgrade(exchange, response);
    const keepsAlive = this.#keepsAlive(exchange);
    const { output } = this.#context;
    try {
      const sent = { response, content, keepsAlive };
      exchange.sentBytes = queueResponse(this.#shared, output, exchange, sent);
    } catch (error) {
      return this.#sendInternalError(error, exchange);
    }
    this.#unreported.push(exchange);
    if (this.#source !== null) this.closeSource();
    if (this.#incoming !== null) return this.#finishExchange(keepsAlive);
    return keepsAlive ? true : "last";
  }

  async #sendSource(
    exchange: Exchange,
    response: HttpResponse,
    source: BodySource,
  ): Promise<boolean> {
    this.#ensureStartTime(exchange);
    this.#source = source;
    if (this.#context.mustClose || this.#shared.isRetiring) this.drainSource();
    if (!this.#context.output.isEmpty) await this.flush();
    try {
      const framing = sourceFraming(exchange, response, source);
      const hasBody = exchange.method !== "HEAD" && mayHaveBody(response.status);
      const keepsAlive = this.#keepsAlive(exchange) && !(hasBody && framing === FRAMING.undeclared);
      const connection = connectionOption(exchange, keepsAlive);
      const head = encodeHead(this.#shared, exchange, response, framing, connection);
      const { turns } = this.#shared;
      const { output } = this.#context;
      if (hasBody) await sendSource(output, exchange, source, { head, framing, turns });
      else this.#queueHead(exchange, head);
      if (hasBody) this.#unreported.push(exchange);
      this.closeSource();
      return await this.#finishExchange(keepsAlive);
    } catch (error) {
      this.closeSource();
      const cause = error instanceof SourceFailure ? error.cause ?? error : error;
      if (exchange.sentBytes === 0) return await this.#failWithoutResponse(cause, exchange);
      this.#unreported.push(exchange);
      // What follows aborts the connection: a truncated response must not look complete.
      if (cause instanceof SourceRefusal) this.#logCut(cause, exchange);
      else if (!(cause instanceof BodyError)) throw error;
      return false;
    }
  }

  /** Logs that a response was cut off by its source, unless the client had gone first. */
  #logCut({ reason }: SourceRefusal, exchange: Exchange): void {
    if (!this.#context.isAborted) this.#context.log(reason, null, exchange);
  }

  /** Starts timing a response that takes a while, unless it is already being timed. */
  #ensureStartTime(exchange: Exchange): void {
    if (exchange.startedMs === 0) exchange.startedMs = this.#shared.clock.nowMs();
  }

  #queueHead(exchange: Exchange, bytes: Uint8Array): void {
    exchange.sentBytes = bytes.length;
    this.#context.output.push(bytes);
    this.#unreported.push(exchange);
  }

  async #upgrade(exchange: Exchange, response: HttpResponse): Promise<boolean> {
    const { input } = this.#context;
    let head: Uint8Array;
    try {
      invariant(
        response.status === 101 && response.upgrade !== undefined,
        "a 1xx must be an upgrade",
      );
      invariant(this.#incoming === null, "a request with a body cannot upgrade");
      head = encodeHead(this.#shared, exchange, response, FRAMING.undeclared, "Upgrade");
    } catch (error) {
      return this.#sendInternalError(error, exchange);
    }
    this.#queueHead(exchange, head);
    try {
      await this.flush();
    } catch {
      // The client is gone: whoever takes over the connection sees it at the first read.
    }
    const early = input.buffer.slice(input.start, input.end);
    this.#context.isTunnel = true;
    const stream = inTurns(new TunnelStream(this.#shared, this.#context), this.#shared.turns);
    await response.upgrade(withEarlyBytes(stream, early));
    return false;
  }

  /** Reports whether the connection persists: the client wants it, and draining a body is cheap. */
  #keepsAlive(exchange: Exchange): boolean {
    const { connection } = exchange;
    this.#context.idleMs = connection === null ? 0 : connection.idleMs;
    if (connection !== null && connection.closes) return false;
    if (!exchange.framing.keepsAlive || this.#context.mustClose) return false;
    if (this.#shared.isRetiring) return false;
    const body = this.#incoming?.body;
    if (body === undefined) return true;
    return !body.awaitsContinue && (body.remaining ?? 0) <= DRAIN_BYTES_MAX;
  }

  /** Ends an exchange that closes the connection or whose request has a body. */
  async #finishExchange(keepsAlive: boolean): Promise<boolean> {
    const incoming = this.#incoming;
    if (incoming !== null) this.#unreported.at(-1)!.receivedBytes += incoming.body.consumedBytes;
    await this.flush();
    const isDrained = incoming === null || await incoming.end(keepsAlive);
    this.#incoming = null;
    if (keepsAlive && isDrained) return true;
    if (!isDrained || !this.#context.input.isEmpty) await this.#context.linger();
    return false;
  }
}

/** Returns the source of a result that has one; null for any other. */
function sourceOf(result: HandlerResult): BodySource | null {
  if ("refuse" in result || result.body instanceof Uint8Array) return null;
  return result.body;
}

function ignore(): void {
  // The code that awaits the promise gets the error.
}
