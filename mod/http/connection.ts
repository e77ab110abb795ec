/**
 * One connection: `head -> body -> respond -> idle -> closed`, as one loop. It handles every
 * request that the buffer holds, writes their responses together, then reads again.
 *
 * A request whose response is available immediately costs no promise but the read and the write.
 *
 * @module
 */
import type { Endpoint, Ip } from "../base/address.ts";
import type { ByteStream, ClientCertificate, ProxiedClient } from "../base/exchange.ts";
import type { Linked } from "../base/linked_list.ts";
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
import { nextReadCost, REQUEST_COST } from "./turns.ts";

/** The Win32 status that IIS logs if the client went away. */
const ERROR_NETNAME_DELETED = 64;

interface ConnectionOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly proxy: ProxiedClient | null;
  readonly isTls: boolean;
  readonly clientCertificate: ClientCertificate | null;
  /** Whose place among the connections of one client it has taken; null if it has not. */
  readonly counted: Ip | null;
}

/** One client's connection; {@linkcode Connection.run} serves it until it ends. */
export class Connection implements ConnectionContext, Linked<Connection> {
  readonly stream: ByteStream;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** As {@linkcode ConnectionOptions.counted}. */
  readonly counted: Ip | null;
  readonly input: ReadBuffer;
  readonly output: WriteQueue;
  mustClose = false;
  idleMs = 0;
  isTunnel = false;
  isAborted = false;
  /** The tick since when it has been waiting for a request; NEVER if it is not waiting. */
  idleSince = NEVER;
  /** Whether nothing has been received yet. */
  isNew = true;
  previous: Connection | null = null;
  next: Connection | null = null;

  readonly #shared: SharedState;
  readonly #proxy: ProxiedClient | null;
  readonly #isTls: boolean;
  readonly #clientCertificate: ClientCertificate | null;
  readonly #responder: Responder;
  /** The tick by which the client must have sent what is awaited; NEVER if nothing is. */
  #deadline = NEVER;
  /** The reason logged if the deadline passes; null for no log line. */
  #timeoutReason: string | null = null;
  /** What the next read costs in its turn of the event loop; 0 if it waits for the client. */
  #readCost = 0;
  /** The request that is being scanned. */
  #current: Exchange | null = null;

  constructor(
    stream: ByteStream,
    shared: SharedState,
    { local, remote, proxy, isTls, clientCertificate, counted }: ConnectionOptions,
  ) {
    this.stream = stream;
    this.local = local;
    this.remote = remote;
    this.counted = counted;
    this.input = new ReadBuffer(shared.buffers);
    this.output = new WriteQueue(stream, shared);
    this.#shared = shared;
    this.#proxy = proxy;
    this.#isTls = isTls;
    this.#clientCertificate = clientCertificate;
    this.#responder = new Responder(shared, this);
  }

  get isIdle(): boolean {
    return this.idleSince !== NEVER;
  }

  /** Serves requests until the connection ends, then calls `onEnd`; never rejects. */
  async run(onEnd: (connection: Connection) => void): Promise<void> {
    let isLast = false;
    try {
      for (;;) {
        const result = this.#scan();
        if (result === "done") {
          const responded = this.#respond();
          isLast = responded === "last";
          if (responded !== true && !isLast && !(await responded)) break;
          if (!this.input.isEmpty && !isLast) {
            const turn = this.#shared.turns.take(REQUEST_COST);
            if (turn !== null) await turn;
          }
          if (!this.output.isFull && !isLast) continue;
        } else if (result !== "more") {
          await this.#responder.refuse(result, this.#current!);
          break;
        }
        if (!this.output.isEmpty) {
          const remainder = this.output.isFull
            ? this.output.flush()
            : this.output.finishWrite(await this.output.startWrite());
          if (remainder !== null) await remainder;
          this.#responder.reportResponses(0);
          if (isLast) {
            if (!this.input.isEmpty) await this.linger();
            break;
          }
          continue; // the buffer may hold more requests than were handled
        }
        if (this.#readCost > 0) await this.#shared.turns.take(this.#readCost);
        const space = this.#prepareRead();
        const count = await this.stream.read(space);
        if (!this.#acceptInput(count, space)) break;
      }
    } catch (error) {
      this.#reportError(error);
    }
    const ending = this.#end();
    if (ending !== null) await ending;
    this.#cleanUp();
    onEnd(this);
  }

  /** Sends the error response for `reason` before any request, then closes; never rejects. */
  async reject(reason: ErrorReason, onEnd: () => void): Promise<void> {
    try {
      await this.#responder.refuse(reason, this.#shared.acquireExchange());
    } catch (error) {
      this.#reportError(error);
    }
    await this.#end();
    this.#cleanUp();
    onEnd();
  }

  /**
   * Closes the connection: immediately if it is idle, otherwise after the current response, which ends
   * soon if it is a stream.
   */
  closeGracefully(): void {
    this.mustClose = true;
    if (this.isIdle) this.abort(null);
    else this.drainSource();
  }

  /** Ends a response without an end of its own. */
  drainSource(): void {
    this.#responder.drainSource();
  }

  /** Closes the connection immediately. Logged if a request was in progress. */
  close(): void {
    this.abort(this.isIdle ? null : "Connection_Dropped");
  }

  /** Closes the connection whatever is in progress; `reason` is logged in the HTTPERR log. */
  abort(reason: string | null): void {
    if (this.isAborted) return;
    this.isAborted = true;
    this.idleSince = NEVER;
    if (reason !== null) this.log(reason, null, this.#current ?? this.#responder.inProgress);
    closeQuietly(this.stream);
    this.#responder.closeSource();
  }

  /** Aborts the connection if a deadline has passed. */
  checkDeadlines(tick: number): void {
    if (tick >= this.output.deadline) this.abort("Timer_MinBytesPerSecond");
    else if (tick >= this.#deadline) this.abort(this.#timeoutReason);
  }

  setDeadline(ms: number, timeoutReason: string | null): void {
    this.#deadline = this.#shared.clock.tick + ticksOf(ms);
    this.#timeoutReason = timeoutReason;
  }

  clearDeadline(): void {
    this.#deadline = NEVER;
    this.#timeoutReason = null;
  }

  log(reason: string, status: number | null, exchange: Exchange | null): void {
    this.#shared.onRefused({
      local: this.local,
      remote: exchange?.remote ?? this.remote,
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
    await linger(this.stream, this.input.scratch(), this.#shared.turns);
  }

  #scan(): ScanResult {
    const { input } = this;
    if (input.start === input.end) return "more";
    const isNew = this.#current === null && input.start === 0;
    const exchange = this.#current ??= this.#beginExchange();
    if (isNew) {
      const known = this.#shared.heads.find(input);
      if (known !== null) {
        exchange.become(known);
        input.start = input.end;
        return "done";
      }
    }
    exchange.bytes = input.buffer;
    exchange.base = input.start;
    const { head } = exchange;
    const result = head.scan(input.buffer, input.start, input.end, this.#shared.settings);
    if (result !== "done") return result;
    input.start += head.length;
    exchange.isOffered = isNew && input.start === input.end;
    exchange.receivedBytes = head.length;
    return result;
  }

  #beginExchange(): Exchange {
    const exchange = this.#shared.acquireExchange();
    exchange.local = this.local;
    exchange.remote = exchange.peer = this.remote;
    exchange.proxy = this.#proxy;
    exchange.isTls = this.#isTls;
    exchange.clientCertificate = this.#clientCertificate;
    exchange.startedTick = this.#shared.clock.tick;
    return exchange;
  }

  #respond(): ReturnType<Responder["respond"]> {
    const exchange = this.#current!;
    this.#current = null;
    this.clearDeadline();
    return this.#responder.respond(exchange);
  }

  /** Sets the deadline for the next read, and returns the buffer to read into. */
  #prepareRead(): Uint8Array {
    const { settings, clock } = this.#shared;
    if (this.input.isEmpty) {
      this.idleSince = clock.tick;
      const idleMs = this.idleMs || settings.ConnectionTimeout * 1000;
      this.setDeadline(idleMs, "Timer_ConnectionIdle");
      if (this.mustClose) this.abort(null);
    } else if (this.#timeoutReason !== "Timer_HeaderWait") {
      this.#current!.startedMs = clock.nowMs();
      this.setDeadline(settings.HeaderWaitTimeout * 1000, "Timer_HeaderWait");
    }
    return this.input.spaceForHead(settings.MaxRequestBytes);
  }

  /** Accounts for `count` bytes that were read; false if the client has closed its direction. */
  #acceptInput(count: number | null, space: Uint8Array): boolean {
    this.#readCost = nextReadCost(count, space);
    if (count === null) {
      if (!this.input.isEmpty) this.log("Client_Reset", null, this.#current);
      return false;
    }
    this.idleSince = NEVER;
    this.isNew = false;
    this.input.end += count;
    return true;
  }

  /** Reports an error as a bug, unless a stream failed: that is a client that went away. */
  #reportError(error: unknown): void {
    if (this.isAborted || isStreamError(error)) return;
    this.#shared.onError(error instanceof SourceFailure ? error.cause ?? error : error);
  }

  /** Closes the connection; returns what must be awaited before {@linkcode #cleanUp}, or null. */
  #end(): Promise<void> | null {
    this.isAborted = true;
    this.idleSince = NEVER;
    closeQuietly(this.stream);
    return this.#responder.end();
  }

  #cleanUp(): void {
    this.#responder.reportResponses(ERROR_NETNAME_DELETED);
    this.input.release();
  }
}

/** Reports whether a socket threw `error` because its peer is gone or it was closed here. */
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
