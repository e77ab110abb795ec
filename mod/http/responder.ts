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
import { BodyPort } from "./request_body.ts";
import { DRAIN_BYTES_MAX } from "./linger.ts";
import type { Engine } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { FramingFault } from "./parse/framing.ts";
import type { Link } from "./connection_context.ts";
import { SERVER_OPTIONS } from "./parse/method.ts";
import { ownAnswer, refusalStatus, refusalWord } from "./error_responses.ts";
import {
  connectionWord,
  headOnly,
  putKnown,
  sendSource,
  SourceFailure,
  sourceFraming,
} from "./send_response.ts";
import { FRAMING, mayHaveBody } from "./head_writer.ts";
import { withEarlyBytes } from "../wire/byte_stream.ts";

/** Answers the requests of one connection, in order. `true` goes on, `false` ends the connection. */
export class Responder {
  readonly #engine: Engine;
  readonly #link: Link;
  /** Answers that wait in the output. */
  readonly #answered: Exchange[] = [];
  #port: BodyPort | null = null;
  #source: BodySource | null = null;

  constructor(engine: Engine, link: Link) {
    this.#engine = engine;
    this.#link = link;
  }

  /** Answers `exchange`, whose head is whole. */
  respond(exchange: Exchange): true | Promise<boolean> {
    const fault = exchange.understand(this.#engine);
    if (fault !== null) return this.refuse(fault, exchange);
    if (exchange.framing.hasBody) return this.#respondToBody(exchange);
    if (exchange.path === "*") return this.#send(exchange, SERVER_OPTIONS);
    let result: HandlerResult | Promise<HandlerResult>;
    try {
      result = this.#engine.handler(exchange);
    } catch (error) {
      return this.#fail(error, exchange);
    }
    if (result instanceof Promise) return this.#respondLater(exchange, result);
    return this.#send(exchange, result);
  }

  /** Sends what waits and tells the log. */
  async flush(): Promise<void> {
    await this.#link.output.flush();
    this.reportAnswered(0);
  }

  /** Tells the log of every answer that waited in the output. */
  reportAnswered(win32Status: number): void {
    const answered = this.#answered;
    for (let i = 0; i < answered.length; i++) {
      this.#engine.report(answered[i]!, win32Status);
      this.#engine.giveExchange(answered[i]!);
    }
    while (answered.length > 0) answered.pop(); // keeps its memory, as setting the length does not
  }

  /** Answers as HTTP.sys would, then ends the connection so that the answer arrives. */
  async refuse(fault: FramingFault, exchange: Exchange): Promise<false> {
    const { clock, settings } = this.#engine;
    this.#link.log(refusalWord(fault), refusalStatus(fault), exchange);
    this.#link.output.push(ownAnswer(fault, clock.date, {
      isHead: exchange.methodText() === "HEAD",
      namesServer: settings.DisableServerHeader === 0,
    }));
    await this.flush();
    await this.#port?.abandon();
    await this.#link.linger();
    return false;
  }

  /** A source learns at once that its client is gone, also while it is asked for more. */
  closeSource(): void {
    const source = this.#source;
    this.#source = null;
    try {
      source?.close();
    } catch (error) {
      this.#engine.failed(error);
    }
  }

  /** Ends what a handler may still hold. Resolves when nothing reads from the connection any more. */
  async end(): Promise<void> {
    this.closeSource();
    await this.#port?.abandon();
  }

  async #respondLater(exchange: Exchange, later: Promise<HandlerResult>): Promise<boolean> {
    this.#time(exchange);
    if (!this.#link.output.isEmpty) {
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
    if (!this.#link.output.isEmpty) await this.flush();
    const port = this.#port = new BodyPort(this.#engine, this.#link, exchange.framing);
    exchange.body = port.body;
    let result: HandlerResult;
    try {
      result = exchange.path === "*" ? SERVER_OPTIONS : await this.#engine.handler(exchange);
    } catch (error) {
      return await this.#unanswered(error, exchange);
    }
    return port.body.isBroken
      ? await this.#unanswered(null, exchange)
      : await this.#send(exchange, result);
  }

  /** No answer of the site's was begun: its request's body was broken, or it failed. */
  #unanswered(error: unknown, exchange: Exchange): Promise<boolean> {
    const body = this.#port?.body;
    if (body === undefined || !body.isBroken) return this.#fail(error, exchange);
    if (body.fault !== null) return this.refuse(body.fault, exchange);
    if (!this.#link.isCut) this.#link.log("Client_Reset", null, exchange);
    return Promise.resolve(false);
  }

  /** The handler failed, or what it returned cannot be sent. */
  #fail(error: unknown, exchange: Exchange): Promise<boolean> {
    if (this.#link.isCut) return Promise.resolve(false);
    this.#engine.failed(error);
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
    if (response.status < 200) return this.#takeOver(exchange, response);
    const keepsAlive = this.#keepsAlive(exchange);
    const { output } = this.#link;
    try {
      exchange.sentBytes = putKnown(this.#engine, output, exchange, response, keepsAlive);
    } catch (error) {
      return this.#fail(error, exchange);
    }
    this.#answered.push(exchange);
    return keepsAlive && this.#port === null ? true : this.#finish(keepsAlive);
  }

  async #sendSource(
    exchange: Exchange,
    response: HttpResponse,
    source: BodySource,
  ): Promise<boolean> {
    this.#time(exchange);
    this.#source = source;
    if (!this.#link.output.isEmpty) await this.flush();
    try {
      const framing = sourceFraming(exchange, response, source);
      const hasBody = exchange.method !== "HEAD" && mayHaveBody(response.status);
      const keepsAlive = this.#keepsAlive(exchange) && !(hasBody && framing === FRAMING.unsaid);
      const word = connectionWord(exchange, keepsAlive);
      const head = headOnly(this.#engine, exchange, response, framing, word);
      if (hasBody) await sendSource(this.#link.output, exchange, source, { head, framing });
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
    if (exchange.startedMs === 0) exchange.startedMs = this.#engine.clock.nowMs();
  }

  #queue(exchange: Exchange, bytes: Uint8Array): void {
    exchange.sentBytes = bytes.length;
    this.#link.output.push(bytes);
    this.#answered.push(exchange);
  }

  async #takeOver(exchange: Exchange, response: HttpResponse): Promise<boolean> {
    const { input, stream } = this.#link;
    let head: Uint8Array;
    try {
      invariant(response.status === 101 && response.takeOver !== undefined, "1xx takes over");
      invariant(this.#port === null, "a request with a body cannot change the protocol");
      head = headOnly(this.#engine, exchange, response, FRAMING.unsaid, "Upgrade");
    } catch (error) {
      return this.#fail(error, exchange);
    }
    this.#queue(exchange, head);
    await this.flush();
    const early = input.buffer.slice(input.start, input.end);
    await response.takeOver(withEarlyBytes(stream, early));
    return false;
  }

  /** The connection goes on if the client wants it and what it still sends is worth reading. */
  #keepsAlive(exchange: Exchange): boolean {
    if (!exchange.framing.keepsAlive || this.#link.mustClose) return false;
    const body = this.#port?.body;
    if (body === undefined) return true;
    return !body.awaitsContinue && (body.left ?? 0) <= DRAIN_BYTES_MAX;
  }

  /** After an answer that ends the connection, or that came before its request's body did. */
  async #finish(keepsAlive: boolean): Promise<boolean> {
    const port = this.#port;
    if (port !== null) this.#answered.at(-1)!.receivedBytes += port.body.usedBytes;
    await this.flush();
    const isDrained = port === null || await port.end(keepsAlive);
    this.#port = null;
    if (keepsAlive && isDrained) return true;
    if (!isDrained || !this.#link.input.isEmpty) await this.#link.linger();
    return false;
  }
}

function ignore(): void {
  // Whoever awaits the promise is told.
}
