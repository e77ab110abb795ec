/**
 * From a request that was scanned to its answer: asks the handler, sends what it returns, refuses
 * where there is nothing to return, and tells the logs.
 *
 * An answer that is known at once is queued without a promise; everything else takes its time.
 *
 * @module
 */
import type { BodySource, HandlerResult, HttpResponse, Refusal } from "../base/exchange.ts";
import { BodyError } from "../base/exchange.ts";
import { invariant } from "../base/invariant.ts";
import { IncomingBody } from "./request_body.ts";
import { DRAIN_BYTES_MAX } from "./linger.ts";
import type { SharedState } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { ErrorReason } from "./parse/framing.ts";
import type { ConnectionContext } from "./connection_context.ts";
import { SERVER_OPTIONS } from "./parse/method.ts";
import { errorResponse, refusalStatus, refusalWord } from "./error_responses.ts";
import {
  connectionWord,
  headOnly,
  queueResponse,
  sendSource,
  SourceFailure,
  sourceFraming,
} from "./send_response.ts";
import { FRAMING, mayHaveBody } from "./head_writer.ts";
import { withEarlyBytes } from "../wire/byte_stream.ts";

/** Answers the requests of one connection, in order. `true` goes on, `false` ends the connection. */
export class Responder {
  readonly #shared: SharedState;
  readonly #context: ConnectionContext;
  /** Answers that wait in the output. */
  readonly #answered: Exchange[] = [];
  #incoming: IncomingBody | null = null;
  #source: BodySource | null = null;

  constructor(shared: SharedState, context: ConnectionContext) {
    this.#shared = shared;
    this.#context = context;
  }

  /** Answers `exchange`, whose head is whole. */
  respond(exchange: Exchange): true | Promise<boolean> {
    const fault = exchange.parse(this.#shared);
    if (fault !== null) return this.refuse(fault, exchange);
    if (exchange.framing.hasBody) return this.#respondToBody(exchange);
    if (exchange.path === "*") return this.#send(exchange, SERVER_OPTIONS);
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      result = this.#shared.handler(exchange);
    } catch (error) {
      return this.#fail(error, exchange);
    }
    if (result instanceof Promise) return this.#respondLater(exchange, result);
    return this.#send(exchange, result);
  }

  /** Sends what waits and tells the log. */
  async flush(): Promise<void> {
    await this.#context.output.flush();
    this.reportAnswered(0);
  }

  /** Tells the log of every answer that waited in the output. */
  reportAnswered(win32Status: number): void {
    const answered = this.#answered;
    for (let i = 0; i < answered.length; i++) {
      this.#shared.report(answered[i]!, win32Status);
      this.#shared.giveExchange(answered[i]!);
    }
    while (answered.length > 0) answered.pop(); // keeps its memory, as setting the length does not
  }

  /** Answers as HTTP.sys would, then ends the connection so that the answer arrives. */
  async refuse(fault: ErrorReason, exchange: Exchange): Promise<false> {
    const { clock, settings } = this.#shared;
    this.#context.log(refusalWord(fault), refusalStatus(fault), exchange);
    this.#context.output.push(errorResponse(fault, clock.date, {
      isHead: exchange.methodText() === "HEAD",
      namesServer: settings.DisableServerHeader === 0,
    }));
    await this.flush();
    await this.#incoming?.discard();
    await this.#context.linger();
    return false;
  }

  /** A source learns at once that its client is gone, also while it is asked for more. */
  closeSource(): void {
    const source = this.#source;
    this.#source = null;
    try {
      source?.close();
    } catch (error) {
      this.#shared.failed(error);
    }
  }

  /** Ends what a handler may still hold. Resolves when nothing reads from the connection any more. */
  async end(): Promise<void> {
    this.closeSource();
    await this.#incoming?.discard();
  }

  async #respondLater(exchange: Exchange, later: Promise<HandlerResult>): Promise<boolean> {
    this.#time(exchange);
    if (!this.#context.output.isEmpty) {
      later.catch(ignore); // it may reject while nobody waits for it
      await this.flush();
    }
    let result: HandlerResult;
    try {
      result = await later;
    } catch (error) {
      return this.#fail(error, exchange);
    }
    return await this.#send(exchange, result);
  }

  async #respondToBody(exchange: Exchange): Promise<boolean> {
    this.#time(exchange);
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
      return await this.#unanswered(error, exchange);
    }
    return incoming.body.isBroken
      ? await this.#unanswered(null, exchange)
      : await this.#send(exchange, result);
  }

  /** No answer of the site's was begun: its request's body was broken, or it failed. */
  #unanswered(error: unknown, exchange: Exchange): Promise<boolean> {
    const body = this.#incoming?.body;
    if (body === undefined || !body.isBroken) return this.#fail(error, exchange);
    if (body.fault !== null) return this.refuse(body.fault, exchange);
    if (!this.#context.isAborted) this.#context.log("Client_Reset", null, exchange);
    return Promise.resolve(false);
  }

  /** The handler failed, or what it returned cannot be sent. */
  #fail(error: unknown, exchange: Exchange): Promise<boolean> {
    if (this.#context.isAborted) return Promise.resolve(false);
    this.#shared.failed(error);
    return this.refuse("Internal", exchange);
  }

  #send(exchange: Exchange, result: HandlerResult): true | Promise<boolean> {
    const reason = (result as Partial<Refusal>).refuse;
    if (reason !== undefined) return this.refuse(reason, exchange);
    const response = result as HttpResponse;
    exchange.status = response.status;
    if (response.body !== null && !(response.body instanceof Uint8Array)) {
      return this.#sendSource(exchange, response, response.body);
    }
    if (response.status < 200) return this.#upgrade(exchange, response);
    const keepsAlive = this.#keepsAlive(exchange);
    const { output } = this.#context;
    try {
      exchange.sentBytes = queueResponse(this.#shared, output, exchange, response, keepsAlive);
    } catch (error) {
      return this.#fail(error, exchange);
    }
    this.#answered.push(exchange);
    return keepsAlive && this.#incoming === null ? true : this.#finish(keepsAlive);
  }

  async #sendSource(
    exchange: Exchange,
    response: HttpResponse,
    source: BodySource,
  ): Promise<boolean> {
    this.#time(exchange);
    this.#source = source;
    if (!this.#context.output.isEmpty) await this.flush();
    try {
      const framing = sourceFraming(exchange, response, source);
      const hasBody = exchange.method !== "HEAD" && mayHaveBody(response.status);
      const keepsAlive = this.#keepsAlive(exchange) && !(hasBody && framing === FRAMING.unsaid);
      const word = connectionWord(exchange, keepsAlive);
      const head = headOnly(this.#shared, exchange, response, framing, word);
      if (hasBody) await sendSource(this.#context.output, exchange, source, { head, framing });
      else this.#queue(exchange, head);
      if (hasBody) this.#answered.push(exchange);
      this.closeSource();
      return await this.#finish(keepsAlive);
    } catch (error) {
      this.closeSource();
      const cause = error instanceof SourceFailure ? error.cause ?? error : error;
      if (exchange.sentBytes === 0) return await this.#unanswered(cause, exchange);
      this.#answered.push(exchange);
      if (cause instanceof BodyError) return false;
      throw error; // the connection is cut: a broken answer must not look like a whole one
    }
  }

  /** An answer that takes its time is timed, from here on if not from before. */
  #time(exchange: Exchange): void {
    if (exchange.startedMs === 0) exchange.startedMs = this.#shared.clock.nowMs();
  }

  #queue(exchange: Exchange, bytes: Uint8Array): void {
    exchange.sentBytes = bytes.length;
    this.#context.output.push(bytes);
    this.#answered.push(exchange);
  }

  async #upgrade(exchange: Exchange, response: HttpResponse): Promise<boolean> {
    const { input, stream } = this.#context;
    let head: Uint8Array;
    try {
      invariant(response.status === 101 && response.upgrade !== undefined, "1xx takes over");
      invariant(this.#incoming === null, "a request with a body cannot change the protocol");
      head = headOnly(this.#shared, exchange, response, FRAMING.unsaid, "Upgrade");
    } catch (error) {
      return this.#fail(error, exchange);
    }
    this.#queue(exchange, head);
    await this.flush();
    const early = input.buffer.slice(input.start, input.end);
    await response.upgrade(withEarlyBytes(stream, early));
    return false;
  }

  /** The connection goes on if the client wants it and what it still sends is worth reading. */
  #keepsAlive(exchange: Exchange): boolean {
    if (!exchange.framing.keepsAlive || this.#context.mustClose) return false;
    const body = this.#incoming?.body;
    if (body === undefined) return true;
    return !body.awaitsContinue && (body.left ?? 0) <= DRAIN_BYTES_MAX;
  }

  /** After an answer that ends the connection, or that came before its request's body did. */
  async #finish(keepsAlive: boolean): Promise<boolean> {
    const incoming = this.#incoming;
    if (incoming !== null) this.#answered.at(-1)!.receivedBytes += incoming.body.usedBytes;
    await this.flush();
    const isDrained = incoming === null || await incoming.end(keepsAlive);
    this.#incoming = null;
    if (keepsAlive && isDrained) return true;
    if (!isDrained || !this.#context.input.isEmpty) await this.#context.linger();
    return false;
  }
}

function ignore(): void {
  // Whoever awaits the promise is told.
}
