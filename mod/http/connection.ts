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
import { closeQuietly } from "../wire/byte_stream.ts";
import { NEVER, ticksOf } from "./clock.ts";
import { linger, LINGER_MS } from "./linger.ts";
import type { SharedState } from "./shared_state.ts";
import type { Exchange } from "./request.ts";
import type { ErrorReason } from "./parse/framing.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { ConnectionContext } from "./connection_context.ts";
import { WriteQueue } from "./write_queue.ts";
import type { ScanResult } from "./parse/head_scanner.ts";
import { Responder } from "./responder.ts";
import { SourceFailure } from "./send_response.ts";

/** ERROR_NETNAME_DELETED: the client went away, as IIS logs it. */
const CLIENT_GONE = 64;

/** Who talks with whom, and how. */
interface AddressPair {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly isTls: boolean;
}

/** One client's connection; {@linkcode Connection.run} lives as long as it does. */
export class Connection implements ConnectionContext {
  readonly stream: ByteStream;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly input: ReadBuffer;
  readonly output: WriteQueue;
  mustClose = false;
  isAborted = false;
  /** Tick since which it waits for a request; NEVER while it does not. */
  idleSince = NEVER;

  readonly #shared: SharedState;
  readonly #isTls: boolean;
  readonly #responder: Responder;
  /** Tick at which the client has not sent in time; NEVER while nothing is awaited. */
  #deadline = NEVER;
  /** What the log says then; null for nothing. */
  #timer: string | null = null;
  /** Request that is being scanned. */
  #current: Exchange | null = null;

  constructor(stream: ByteStream, shared: SharedState, { local, remote, isTls }: AddressPair) {
    this.stream = stream;
    this.local = local;
    this.remote = remote;
    this.input = new ReadBuffer(shared.buffers);
    this.output = new WriteQueue(stream, shared);
    this.#shared = shared;
    this.#isTls = isTls;
    this.#responder = new Responder(shared, this);
  }

  get isIdle(): boolean {
    return this.idleSince !== NEVER;
  }

  /** Serves until the connection ends, then calls `ended`; never rejects. */
  async run(ended: (connection: Connection) => void): Promise<void> {
    try {
      for (;;) {
        const found = this.#scan();
        if (found === "done") {
          const goesOn = this.#respond();
          if (goesOn !== true && !(await goesOn)) break;
          if (!this.output.isFull) continue;
        } else if (found !== "more") {
          await this.#responder.refuse(found, this.#current!);
          break;
        }
        if (!this.output.isEmpty) {
          const rest = this.output.isFull
            ? this.output.flush()
            : this.output.finish(await this.output.start());
          if (rest !== null) await rest;
          this.#responder.reportAnswered(0);
          continue; // more may have been scanned than was answered
        }
        const count = await this.stream.read(this.#awaitRequest());
        if (!this.#received(count)) break;
      }
    } catch (error) {
      this.#failed(error);
    }
    await this.#end();
    ended(this);
  }

  /** Answers `reason` before any request has come, then ends; never rejects. */
  async reject(reason: ErrorReason, ended: () => void): Promise<void> {
    try {
      await this.#responder.refuse(reason, this.#shared.takeExchange());
    } catch (error) {
      this.#failed(error);
    }
    await this.#end();
    ended();
  }

  /** Closes now when idle, else after the answer that is under way. */
  closeGracefully(): void {
    this.mustClose = true;
    if (this.isIdle) this.abort(null);
  }

  /** Closes now. The log hears of it where a request was under way. */
  close(): void {
    this.abort(this.isIdle ? null : "Connection_Dropped");
  }

  /** Closes now, whatever is under way; `reason` goes to the HTTPERR log. */
  abort(reason: string | null): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.idleSince = NEVER;
    if (reason !== null) this.log(reason, null, this.#current);
    closeQuietly(this.stream);
    this.#responder.closeSource();
  }

  /** Cuts the connection where a deadline has passed. */
  expire(tick: number): void {
    if (tick >= this.output.deadline) this.abort("Timer_MinBytesPerSecond");
    else if (tick >= this.#deadline) this.abort(this.#timer);
  }

  setDeadline(ms: number, timer: string | null): void {
    this.#deadline = this.#shared.clock.tick + ticksOf(ms);
    this.#timer = timer;
  }

  clearDeadline(): void {
    this.#deadline = NEVER;
    this.#timer = null;
  }

  log(reason: string, status: number | null, exchange: Exchange | null): void {
    this.#shared.refused({
      local: this.local,
      remote: this.remote,
      version: exchange?.versionText() ?? null,
      method: exchange?.methodText() ?? null,
      target: exchange?.targetText() ?? null,
      status,
      siteId: exchange?.siteId ?? null,
      reason,
    });
  }

  async linger(): Promise<void> {
    this.setDeadline(LINGER_MS, null);
    await linger(this.stream, this.input.scratch());
  }

  #scan(): ScanResult {
    const { input } = this;
    if (input.start === input.end) return "more";
    const exchange = this.#current ??= this.#begin();
    exchange.bytes = input.buffer;
    exchange.base = input.start;
    const { head } = exchange;
    const found = head.scan(input.buffer, input.start, input.end, this.#shared.settings);
    if (found !== "done") return found;
    input.start += head.length;
    exchange.receivedBytes = head.length;
    return found;
  }

  #begin(): Exchange {
    const exchange = this.#shared.takeExchange();
    exchange.local = this.local;
    exchange.remote = this.remote;
    exchange.isTls = this.#isTls;
    exchange.startedTick = this.#shared.clock.tick;
    return exchange;
  }

  #respond(): true | Promise<boolean> {
    const exchange = this.#current!;
    this.#current = null;
    this.clearDeadline();
    return this.#responder.respond(exchange);
  }

  /** Makes room to read into and says how long the client may take. */
  #awaitRequest(): Uint8Array {
    const { settings, clock } = this.#shared;
    if (this.input.isEmpty) {
      this.idleSince = clock.tick;
      this.setDeadline(settings.ConnectionTimeout * 1000, "Timer_ConnectionIdle");
      if (this.mustClose) this.abort(null);
    } else if (this.#timer !== "Timer_HeaderWait") {
      this.#current!.startedMs = clock.nowMs();
      this.setDeadline(settings.HeaderWaitTimeout * 1000, "Timer_HeaderWait");
    }
    return this.input.room(settings.MaxRequestBytes);
  }

  /** Takes `count` bytes that were read; false where the client has ended its direction. */
  #received(count: number | null): boolean {
    if (count === null) {
      if (!this.input.isEmpty) this.log("Client_Reset", null, this.#current);
      return false;
    }
    this.idleSince = NEVER;
    this.input.end += count;
    return true;
  }

  /** A stream that fails is a client that went away; anything else is a bug that somebody reads. */
  #failed(error: unknown): void {
    if (this.isAborted || isStreamError(error)) return;
    this.#shared.failed(error instanceof SourceFailure ? error.cause ?? error : error);
  }

  async #end(): Promise<void> {
    this.isAborted = true;
    this.idleSince = NEVER;
    closeQuietly(this.stream);
    await this.#responder.end();
    this.#responder.reportAnswered(CLIENT_GONE);
    this.input.release();
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
