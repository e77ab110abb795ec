/**
 * One connection: `head -> body -> respond -> idle -> closed`, as one loop. Requests are taken from
 * the buffer as long as there are any; their answers leave together; then it reads again.
 *
 * A request whose answer is known at once costs no promise but the read and the write.
 *
 * @module
 */
import type { Endpoint } from "../base/address.ts";
import type { ByteStream } from "../base/exchange.ts";
import { linger, LINGER_MS } from "./closing.ts";
import type { Engine } from "./engine.ts";
import type { Exchange } from "./exchange.ts";
import type { FramingFault } from "./framing.ts";
import { InputBuffer } from "./input_buffer.ts";
import type { Link } from "./link.ts";
import { Output } from "./output.ts";
import { ReadDeadline } from "./read_deadline.ts";
import type { ScanResult } from "./request_head.ts";
import { Responder } from "./responder.ts";

/** ERROR_NETNAME_DELETED: the client went away, as IIS logs it. */
const CLIENT_GONE = 64;

/** Who talks with whom, and how. */
export interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly isTls: boolean;
}

/** One client's connection; {@linkcode Connection.run} lives as long as it does. */
export class Connection implements Link {
  readonly stream: ByteStream;
  readonly ends: Ends;
  readonly input: InputBuffer;
  readonly output: Output;
  readonly deadline: ReadDeadline;
  mustClose = false;
  isCut = false;
  /** Coarse milliseconds since when it waits for a request; Infinity while it does not. */
  idleSinceMs = Infinity;

  readonly #engine: Engine;
  readonly #responder: Responder;
  /** Request that is being scanned. */
  #current: Exchange | null = null;
  #arrivedMs = 0;

  constructor(stream: ByteStream, engine: Engine, ends: Ends) {
    this.stream = stream;
    this.ends = ends;
    this.input = new InputBuffer(engine.buffers);
    this.output = new Output(stream, engine);
    this.deadline = new ReadDeadline(engine.clock);
    this.#engine = engine;
    this.#responder = new Responder(engine, this);
  }

  /** Serves until the connection ends; never rejects. */
  async run(): Promise<void> {
    try {
      await this.#serve();
    } catch (error) {
      // A stream that fails is a client that went away; anything else is a bug that somebody reads.
      if (!this.isCut && !isStreamError(error)) this.#engine.failed(error);
    }
    this.isCut = true;
    this.#closeStream();
    await this.#responder.end();
    this.#responder.reportAnswered(CLIENT_GONE);
    this.input.release();
  }

  /** Answers `reason` before any request has come, then closes; never rejects. */
  async turnAway(reason: FramingFault): Promise<void> {
    try {
      await this.#responder.refuse(reason, this.#engine.takeExchange());
    } catch {
      // The client did not wait for it.
    }
    this.#closeStream();
    this.input.release();
  }

  /** Closes now when idle, else after the answer that is under way. */
  closeSoon(): void {
    this.mustClose = true;
    if (this.idleSinceMs !== Infinity) this.cut(null);
  }

  /** Closes now, whatever is under way; `reason` goes to the HTTPERR log. */
  cut(reason: string | null): void {
    if (this.isCut) return;
    this.isCut = true;
    this.idleSinceMs = Infinity;
    if (reason !== null) this.log(reason, null, this.#current);
    this.#closeStream();
    this.#responder.closeSource();
  }

  /** Cuts the connection where a deadline has passed. */
  expire(nowMs: number): void {
    if (nowMs >= this.output.deadlineMs) this.cut("Timer_MinBytesPerSecond");
    else if (nowMs >= this.deadline.ms) this.cut(this.deadline.timer);
  }

  log(reason: string, status: number | null, exchange: Exchange | null): void {
    this.#engine.refused({
      local: this.ends.local,
      remote: this.ends.remote,
      version: exchange?.versionText() ?? null,
      method: exchange?.methodText() ?? null,
      target: exchange?.targetText() ?? null,
      status,
      siteId: exchange?.siteId ?? null,
      reason,
    });
  }

  async linger(): Promise<void> {
    this.deadline.set(LINGER_MS, null);
    await linger(this.stream, this.input.scratch());
  }

  async #serve(): Promise<void> {
    const { output } = this;
    for (;;) {
      const found = this.#scan();
      if (found === "done") {
        const exchange = this.#current!;
        this.#current = null;
        this.deadline.clear();
        const goesOn = this.#responder.respond(exchange);
        if (goesOn !== true && !(await goesOn)) return;
        if (!output.isFull) continue;
      } else if (found !== "more") {
        await this.#responder.refuse(found, this.#current!);
        return;
      }
      if (!output.isEmpty) {
        const rest = output.finish(await output.start());
        if (rest !== null) await rest;
        this.#responder.reportAnswered(0);
        continue; // more may have been scanned than was answered
      }
      const room = this.#awaitRequest();
      const count = await this.stream.read(room);
      if (count === null) return this.#ended();
      if (this.input.isEmpty) this.#arrivedMs = this.#engine.clock.nowMs();
      this.idleSinceMs = Infinity;
      this.input.end += count;
    }
  }

  #scan(): ScanResult {
    const { input } = this;
    if (input.start === input.end) return "more";
    const exchange = this.#current ??= this.#begin();
    exchange.bytes = input.buffer;
    exchange.base = input.start;
    const { head } = exchange;
    const found = head.scan(input.buffer, input.start, input.end, this.#engine.settings);
    if (found !== "done") return found;
    input.start += head.length;
    exchange.receivedBytes = head.length;
    return found;
  }

  #begin(): Exchange {
    const exchange = this.#engine.takeExchange();
    exchange.local = this.ends.local;
    exchange.remote = this.ends.remote;
    exchange.isTls = this.ends.isTls;
    exchange.startedMs = this.#arrivedMs;
    return exchange;
  }

  /** Makes room to read into and says how long the client may take. */
  #awaitRequest(): Uint8Array {
    const { settings, clock } = this.#engine;
    if (this.input.isEmpty) {
      this.idleSinceMs = clock.coarseMs;
      this.deadline.set(settings.ConnectionTimeout * 1000, "Timer_ConnectionIdle");
      if (this.mustClose) this.cut(null);
    } else if (this.deadline.timer !== "Timer_HeaderWait") {
      this.deadline.set(settings.HeaderWaitTimeout * 1000, "Timer_HeaderWait");
    }
    return this.input.room(settings.MaxRequestBytes);
  }

  /** The client ended its direction. */
  #ended(): void {
    if (!this.input.isEmpty) this.log("Client_Reset", null, this.#current);
  }

  #closeStream(): void {
    try {
      this.stream.close();
    } catch {
      // Closed before: Deno throws BadResource.
    }
  }
}

/** True for what a socket throws when its other end is gone, or when it was closed here. */
function isStreamError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return STREAM_ERRORS.has(error.name) || "code" in error;
}

const STREAM_ERRORS: ReadonlySet<string> = new Set([
  "BadResource",
  "BrokenPipe",
  "ConnectionAborted",
  "ConnectionReset",
  "Interrupted",
  "NotConnected",
  "TimedOut",
  "UnexpectedEof",
]);
