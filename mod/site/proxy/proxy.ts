/**
 * Reverse proxy to one upstream program on this machine. Requests and responses are streamed.
 *
 * - An upstream that cannot be reached, closes the connection or sends an invalid response: 502.
 *   One that does not respond in time: 504. Once a response has begun, the client's connection is
 *   aborted instead, so that a partial response never looks complete.
 * - A request is retried only if that is safe: on a reused connection, if nothing was written, or
 *   if the method is idempotent, there is no body, and not a single byte of a response came.
 * - A response may arrive before the request body has been sent; the rest of the body is then not
 *   sent. A client that disconnects while its response is sent, or while its body is read, ends the
 *   upstream exchange.
 * - So many requests are in flight (the length of HTTP.sys's queues), then 503 QueueFull. A
 *   WebSocket is one only until it is open; after that it counts against a limit of its client.
 *
 * @module
 */
import { latin1Bytes } from "../../wire/byte_text.ts";
import {
  BodyError,
  type ByteStream,
  type Handler,
  type HandlerResult,
  type HttpRequest,
  type HttpResponse,
  type Refusal,
  SourceRefusal,
} from "../../base/exchange.ts";
import { messageOf } from "../../base/fault.ts";
import type { Limit } from "../../base/limit.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import {
  isLoop,
  responseFields,
  upstreamRequestHead,
  wantsWebSocket,
  WEBSOCKET,
} from "./proxy_fields.ts";
import { RequestPump } from "./request_pump.ts";
import { tunnel } from "./tunnel.ts";
import { UpstreamBody } from "./upstream_body.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import {
  BODY,
  HEAD_BYTES_MAX,
  headEnd,
  isBodyless,
  readUpstreamHead,
  UpstreamFault,
  type UpstreamHead,
} from "./upstream_head.ts";
import type { TunnelLimits } from "./tunnel_limits.ts";
import { ConnectTimeout, type LastUse, UpstreamPool } from "./upstream_pool.ts";

interface ReverseProxyOptions {
  /** Opens a connection to the upstream program. */
  readonly connect: () => Promise<ByteStream>;
  /** Our name in Via; a request that already carries it is a loop. */
  readonly via: string;
  /** Time-out for the head of a response, and between two pieces of its body. */
  readonly timeoutMs: number;
  readonly tunnelLimits: TunnelLimits;
  /** The limit of requests in flight, of which `program` is a key. */
  readonly requestLimit: Limit;
  readonly program: string;
  /** Called with what the program did wrong: a request failed, or it sent too much. */
  readonly onFault: (what: string) => void;
}

/** A fault that is reported holds back those that follow it for so long. */
const REPORT_INTERVAL_MS = 600_000;
/** Interim responses (100, 102, 103) before the final one; more are an invalid response. */
const INTERIM_MAX = 16;
/** A complete body up to this size is sent in one piece with its head. */
const SMALL_BYTES_MAX = 16_384;

const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const TIMED_OUT: Refusal = { refuse: "GatewayTimeout" };
const QUEUE_FULL: Refusal = { refuse: "QueueFull" };
const TOO_MANY_TUNNELS: Refusal = { refuse: "ConnLimit" };
const IDEMPOTENT: ReadonlySet<string> = new Set("GET HEAD OPTIONS TRACE PUT DELETE".split(" "));

/** The reverse proxy of one upstream program. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #deadlines = new Deadlines();
  readonly #pool: UpstreamPool;
  /** The upstream's ends of the open tunnels. */
  readonly #tunnels = new Set<UpstreamConnection>();
  #nextReportMs = 0;

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    this.#pool = new UpstreamPool(options.connect, this.#deadlines, () => {
      const what = "more bytes than the response has: no connection is used twice from now on";
      options.onFault(what);
    });
  }

  /** The number of open tunnels. */
  get tunnels(): number {
    return this.#tunnels.size;
  }

  /** Handler that responds with the response of the upstream program. */
  readonly handle: Handler = (request) => {
    if (isLoop(request, this.#options.via)) return BAD_GATEWAY;
    const { requestLimit, program } = this.#options;
    const isAdmitted = requestLimit.admit(program);
    if (isAdmitted === true) return this.#handle(request);
    if (isAdmitted === false) return QUEUE_FULL;
    return isAdmitted.then((is) => is ? this.#handle(request) : QUEUE_FULL);
  };

  /** Closes the idle connections. Exchanges in progress are completed, tunnels after `graceMs`. */
  close(graceMs: number): void {
    this.#pool.close();
    if (this.#tunnels.size === 0) return;
    this.#deadlines.start(graceMs, () => {
      for (const connection of this.#tunnels) connection.close();
    });
  }

  #handle(request: HttpRequest): Promise<HandlerResult> {
    return wantsWebSocket(request) ? this.#openTunnel(request) : this.#forward(request);
  }

  #endRequest(): void {
    this.#options.requestLimit.release(this.#options.program);
  }

  async #openTunnel(request: HttpRequest): Promise<HandlerResult> {
    const { tunnelLimits } = this.#options;
    const { ip } = request.remote;
    if (!await tunnelLimits.admit(ip)) {
      this.#endRequest();
      return TOO_MANY_TUNNELS;
    }
    let isOpen = false;
    try {
      const result = await this.#forward(request);
      if ("refuse" in result || result.upgrade === undefined) return result;
      isOpen = true;
      const carry = result.upgrade;
      const upgrade = (client: ByteStream): Promise<void> =>
        carry(client).finally(() => tunnelLimits.release(ip));
      return { ...result, upgrade };
    } finally {
      if (!isOpen) tunnelLimits.release(ip);
    }
  }

  async #forward(request: HttpRequest): Promise<HandlerResult> {
    const head = latin1Bytes(upstreamRequestHead(request, this.#options.via));
    const canRepeat = IDEMPOTENT.has(request.method) && !request.body.exists;
    const exchange = new Exchange(request, this.#options, this.#deadlines, {
      onEnd: (reusable, lastUse) => {
        this.#endRequest();
        if (reusable !== null) this.#pool.release(reusable, lastUse);
      },
      carry: (client, connection) => this.#carry(client, connection),
      onFault: (error) => this.#reportFault(error),
    });
    try {
      const idle = wantsWebSocket(request) ? null : this.#pool.acquireIdle(request.remote);
      if (idle !== null) {
        const result = await exchange.run(idle, head, canRepeat);
        if (result !== null) return result;
      }
      return await exchange.run(await this.#pool.open(), head, false) ?? BAD_GATEWAY;
    } catch (error) {
      exchange.end(false);
      if (error instanceof BodyError) throw error; // the engine has decided the response
      this.#reportFault(error);
      return isTimeout(error) ? TIMED_OUT : BAD_GATEWAY;
    }
  }

  async #carry(client: ByteStream, connection: UpstreamConnection): Promise<void> {
    this.#tunnels.add(connection);
    try {
      const stallMs = this.#options.timeoutMs;
      await tunnel(client, connection, { deadlines: this.#deadlines, stallMs });
    } finally {
      this.#tunnels.delete(connection);
    }
  }

  /** Reports the first fault of every period: each failed request has a line in the HTTPERR log. */
  #reportFault(error: unknown): void {
    const now = this.#deadlines.nowMs;
    if (now < this.#nextReportMs) return;
    this.#nextReportMs = now + REPORT_INTERVAL_MS;
    this.#options.onFault(messageOf(error));
  }
}

/** Reports whether a request failed because the program was too slow. */
function isTimeout(error: unknown): boolean {
  return error instanceof ResponseTimeout || error instanceof ConnectTimeout;
}

/** The upstream did not respond in time. */
class ResponseTimeout extends Error {
  override readonly name = "ResponseTimeout";
}

/** What an exchange needs of its proxy. */
interface ExchangeEvents {
  /** Called once, when it is over or has become a tunnel; `reusable` is null for a closed one. */
  onEnd(reusable: UpstreamConnection | null, lastUse: LastUse): void;
  /** Carries the tunnel between `client` and the upstream at the end of `connection`. */
  carry(client: ByteStream, connection: UpstreamConnection): Promise<void>;
  /** Called when the body of the response turns out to be invalid. */
  onFault(error: unknown): void;
}

/** One request and its response. */
class Exchange {
  readonly #request: HttpRequest;
  readonly #options: ReverseProxyOptions;
  readonly #deadlines: Deadlines;
  readonly #events: ExchangeEvents;
  #connection: UpstreamConnection | null = null;
  #pump: RequestPump | null = null;
  #deadline: Deadline | null = null;
  #hasTimedOut = false;
  #awaitsHead = true;
  #keepsAlive = false;
  #lastUse: LastUse;
  #hasEnded = false;

  constructor(
    request: HttpRequest,
    options: ReverseProxyOptions,
    deadlines: Deadlines,
    events: ExchangeEvents,
  ) {
    this.#request = request;
    this.#lastUse = { client: request.remote, hadBody: false, keepAliveSeconds: null };
    this.#options = options;
    this.#deadlines = deadlines;
    this.#events = events;
  }

  /**
   * Runs the exchange on `connection`. Null if the connection was stale, and sending the request
   * again cannot make the upstream act twice: it got nothing, or the method `canRepeat`.
   */
  async run(
    connection: UpstreamConnection,
    head: Uint8Array,
    canRepeat: boolean,
  ): Promise<HandlerResult | null> {
    this.#connection = connection;
    try {
      const response = await this.#sendRequest(connection, head);
      return this.#respond(connection, response);
    } catch (error) {
      connection.close();
      this.#clearDeadline();
      if (this.#pump?.bodyError) throw this.#pump.bodyError;
      if (this.#hasTimedOut) throw new ResponseTimeout("no response in time");
      const isStale = connection.isReused && connection.end === 0;
      if (isStale && (canRepeat || !connection.wasUsed)) return null;
      throw error;
    }
  }

  /** Ends the exchange; `isWhole` means that the response was read to its end. */
  end(isWhole: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#clearDeadline();
    const connection = this.#connection;
    const isReusable = isWhole && this.#keepsAlive && (this.#pump?.isSent ?? true);
    if (!isReusable) connection?.close();
    this.#events.onEnd(isReusable ? connection : null, this.#lastUse);
  }

  async #sendRequest(connection: UpstreamConnection, head: Uint8Array): Promise<UpstreamHead> {
    this.#startDeadline();
    await connection.send(head);
    if (this.#request.body.exists) {
      this.#clearDeadline(); // while the client sends, the upstream may wait
      this.#pump = new RequestPump(connection, this.#request.body, {
        onWait: (isWaiting) => {
          if (this.#awaitsHead) isWaiting ? this.#startDeadline() : this.#clearDeadline();
        },
        onSent: () => {
          if (this.#awaitsHead) this.#startDeadline();
        },
      });
    }
    for (let interim = 0; interim <= INTERIM_MAX; interim++) {
      const response = await this.#readHead(connection);
      if (response.status >= 200 || response.status === 101) {
        this.#awaitsHead = false;
        this.#clearDeadline();
        return response;
      }
    }
    throw new UpstreamFault("too many interim responses");
  }

  async #readHead(connection: UpstreamConnection): Promise<UpstreamHead> {
    for (;;) {
      const { buffer, start, end } = connection;
      const at = headEnd(buffer, start, end);
      if (at >= 0) {
        connection.start = at;
        return readUpstreamHead(buffer, start, at);
      }
      if (end - start >= HEAD_BYTES_MAX) throw new UpstreamFault("head too large");
      if (!await connection.fill()) throw new UpstreamFault("connection closed before a response");
    }
  }

  #respond(connection: UpstreamConnection, response: UpstreamHead): HttpResponse {
    const { status, minor, bodyLength } = response;
    const headers = responseFields(response.fields, minor, this.#options.via);
    if (status === 101) return this.#upgrade(connection, response, headers);
    const hasBody = !isBodyless(this.#request.method, status);
    this.#keepsAlive = response.keepsAlive && !(hasBody && bodyLength === BODY.untilClose);
    const { keepAliveSeconds } = response;
    this.#lastUse = { client: this.#lastUse.client, hadBody: hasBody, keepAliveSeconds };
    if (!hasBody) return this.#bodyless(response, headers);
    const isBuffered = bodyLength >= 0 && connection.end - connection.start >= bodyLength;
    if (isBuffered && bodyLength <= SMALL_BYTES_MAX) {
      const body = connection.buffer.slice(connection.start, connection.start + bodyLength);
      connection.start += bodyLength;
      this.end(true);
      return { status, headers, body };
    }
    if (bodyLength < 0 || bodyLength > SMALL_BYTES_MAX) connection.growBuffer();
    const body = new UpstreamBody(connection, bodyLength, {
      fill: () => this.#fillBody(connection),
      onEnd: (isWhole) => this.end(isWhole),
      onFault: (error) => this.#bodyFault(error),
    });
    return { status, headers, body };
  }

  /** Returns what the engine is told about an error while the body of the response was read. */
  #bodyFault(error: unknown): Error {
    if (this.#pump?.bodyError) return this.#pump.bodyError;
    const cause = this.#hasTimedOut ? new ResponseTimeout("no more of a response in time") : error;
    if (!this.#hasEnded) this.#events.onFault(cause); // otherwise the client has gone
    return new SourceRefusal(this.#hasTimedOut ? "GatewayTimeout" : "BadGateway", { cause });
  }

  /** A response without a body. For HEAD it carries the length that GET would have. */
  #bodyless({ status, bodyLength }: UpstreamHead, headers: HttpResponse["headers"]): HttpResponse {
    this.end(true);
    if (this.#request.method !== "HEAD" || bodyLength < 0) return { status, headers, body: null };
    const body = { length: bodyLength, pull: () => Promise.resolve(null), close: () => {} };
    return { status, headers, body };
  }

  #upgrade(
    connection: UpstreamConnection,
    { fields }: UpstreamHead,
    headers: HttpResponse["headers"],
  ): HttpResponse {
    const protocol = fields.find(([name]) => name.toLowerCase() === "upgrade")?.[1] ?? "";
    if (!wantsWebSocket(this.#request) || protocol.toLowerCase() !== WEBSOCKET) {
      throw new UpstreamFault("upgrade not requested");
    }
    this.#hasEnded = true;
    this.#events.onEnd(null, this.#lastUse);
    const { carry } = this.#events;
    const upgrade = (client: ByteStream): Promise<void> => carry(client, connection);
    return { status: 101, headers: [...headers, ["Upgrade", WEBSOCKET]], body: null, upgrade };
  }

  async #fillBody(connection: UpstreamConnection): Promise<boolean> {
    this.#startDeadline();
    const isMore = await connection.fill();
    this.#clearDeadline();
    return isMore;
  }

  #startDeadline(): void {
    this.#clearDeadline();
    this.#deadline = this.#deadlines.start(this.#options.timeoutMs, () => {
      this.#hasTimedOut = true;
      this.#connection?.close();
    });
  }

  #clearDeadline(): void {
    if (this.#deadline !== null) this.#deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }
}
