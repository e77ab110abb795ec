/**
 * Reverse proxy to one upstream program on this machine. Requests and responses are streamed.
 *
 * - An upstream that cannot be reached, closes the connection or sends an invalid response: 502.
 *   One that does not respond in time: 504. Once a response has begun, the client's connection is
 *   aborted instead, so that a partial response never looks complete.
 * - A request is retried only if that is safe: an idempotent method, no body, a reused connection,
 *   and not a single byte of a response.
 * - A response may arrive before the request body has been sent; the rest of the body is then not
 *   sent. A client that disconnects while its response is sent, or while its body is read, ends the
 *   upstream exchange.
 * - At most 1,000 requests are in flight (the length of HTTP.sys's queues), then 503 QueueFull.
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
} from "../../base/exchange.ts";
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
import { ConnectTimeout, UpstreamPool } from "./upstream_pool.ts";

interface ReverseProxyOptions {
  /** Opens a connection to the upstream program. */
  readonly connect: () => Promise<ByteStream>;
  /** Our name in Via; a request that already carries it is a loop. */
  readonly via: string;
  /** Time-out for the head of a response, and between two pieces of its body. */
  readonly timeoutMs: number;
}

const IN_FLIGHT_MAX = 1000;
/** Interim responses (100, 102, 103) before the final one; more are an invalid response. */
const INTERIM_MAX = 16;
/** A complete body up to this size is sent in one piece with its head. */
const SMALL_BYTES_MAX = 16_384;

const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const TIMED_OUT: Refusal = { refuse: "GatewayTimeout" };
const QUEUE_FULL: Refusal = { refuse: "QueueFull" };
const IDEMPOTENT: ReadonlySet<string> = new Set("GET HEAD OPTIONS TRACE PUT DELETE".split(" "));

/** The reverse proxy of one upstream program. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #deadlines = new Deadlines();
  readonly #pool: UpstreamPool;
  #inFlight = 0;

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    this.#pool = new UpstreamPool(options.connect, this.#deadlines);
  }

  /** Handler that responds with the response of the upstream program. */
  readonly handle: Handler = (request) => {
    if (this.#inFlight >= IN_FLIGHT_MAX) return QUEUE_FULL;
    if (isLoop(request, this.#options.via)) return BAD_GATEWAY;
    return this.#forward(request);
  };

  /** Closes the idle connections. Exchanges in progress are completed. */
  close(): void {
    this.#pool.close();
  }

  async #forward(request: HttpRequest): Promise<HandlerResult> {
    const head = latin1Bytes(upstreamRequestHead(request, this.#options.via));
    const canRetry = IDEMPOTENT.has(request.method) && !request.body.exists;
    this.#inFlight++;
    const exchange = new Exchange(request, this.#options, this.#deadlines, (connection) => {
      this.#inFlight--;
      if (connection !== null) this.#pool.release(connection);
    });
    try {
      const idle = wantsWebSocket(request) ? null : this.#pool.acquireIdle();
      if (idle !== null) {
        const result = await exchange.run(idle, head, canRetry);
        if (result !== null) return result;
      }
      return await exchange.run(await this.#pool.open(), head, false) ?? BAD_GATEWAY;
    } catch (error) {
      exchange.end(false);
      if (error instanceof BodyError) throw error; // the engine has decided the response
      return exchange.hasTimedOut || error instanceof ConnectTimeout ? TIMED_OUT : BAD_GATEWAY;
    }
  }
}

/** One request and its response. */
class Exchange {
  hasTimedOut = false;

  readonly #request: HttpRequest;
  readonly #options: ReverseProxyOptions;
  readonly #deadlines: Deadlines;
  readonly #onEnd: (reusable: UpstreamConnection | null) => void;
  #connection: UpstreamConnection | null = null;
  #pump: RequestPump | null = null;
  #deadline: Deadline | null = null;
  #awaitsHead = true;
  #keepsAlive = false;
  #hasEnded = false;

  constructor(
    request: HttpRequest,
    options: ReverseProxyOptions,
    deadlines: Deadlines,
    onEnd: (reusable: UpstreamConnection | null) => void,
  ) {
    this.#request = request;
    this.#options = options;
    this.#deadlines = deadlines;
    this.#onEnd = onEnd;
  }

  /** Runs the exchange on `connection`; null if the connection was stale and a retry is allowed. */
  async run(
    connection: UpstreamConnection,
    head: Uint8Array,
    canRetry: boolean,
  ): Promise<HandlerResult | null> {
    this.#connection = connection;
    try {
      const response = await this.#sendRequest(connection, head);
      return this.#respond(connection, response);
    } catch (error) {
      connection.close();
      this.#clearDeadline();
      if (this.#pump?.bodyError) throw this.#pump.bodyError;
      const isStale = connection.isReused && connection.end === 0 && !this.hasTimedOut;
      if (isStale && canRetry) return null;
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
    this.#onEnd(isReusable ? connection : null);
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
    });
    return { status, headers, body };
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
    this.#startDeadline(); // in case the client is gone and the upgrade never happens
    const upgrade = async (stream: ByteStream): Promise<void> => {
      this.#clearDeadline();
      await tunnel(stream, connection);
      this.end(false);
    };
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
      this.hasTimedOut = true;
      this.#connection?.close();
    });
  }

  #clearDeadline(): void {
    if (this.#deadline !== null) this.#deadlines.cancel(this.#deadline);
    this.#deadline = null;
  }
}
