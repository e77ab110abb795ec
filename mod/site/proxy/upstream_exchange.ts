/**
 * One request and its response, on a connection to the upstream.
 *
 * - A request is retried only if that is safe: on a reused connection, if nothing was written, or
 *   if the method is idempotent, there is no body, and not a single byte of a response came.
 * - A response may arrive before the request body has been sent; the rest of the body is then not
 *   sent. A client that disconnects while its response is sent, or while its body is read, ends the
 *   exchange.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import {
  BodyError,
  type ByteStream,
  type HandlerResult,
  type HeaderField,
  type HttpRequest,
  type HttpResponse,
  type Refusal,
  SourceRefusal,
} from "../../base/exchange.ts";
import { WEBSOCKET, writeRequestHead } from "./request_head.ts";
import { RequestPump } from "./request_pump.ts";
import { BODY, HEAD_BYTES_MAX, isBodyless, UpstreamFault } from "./response_head.ts";
import { UpstreamBody } from "./upstream_body.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import { ConnectTimeout, type UpstreamPool } from "./upstream_pool.ts";

/** What an exchange needs of its proxy. */
export interface ExchangeContext {
  readonly pool: UpstreamPool;
  /** Our name in Via. */
  readonly via: string;
  /** Time-out for the head of a response, and between two pieces of its body. */
  readonly timeoutMs: number;
  /** Called once, when it is over or has become a tunnel. */
  onEnd(): void;
  /** Carries the tunnel between `client` and the upstream at the end of `connection`. */
  carry(client: ByteStream, connection: UpstreamConnection): Promise<void>;
  /** Called with what the upstream did wrong. */
  onFault(error: unknown): void;
}

/** Interim responses (100, 102, 103) before the final one; more are an invalid response. */
const INTERIM_MAX = 16;
const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const TIMED_OUT: Refusal = { refuse: "GatewayTimeout" };
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
  #connection: UpstreamConnection | null = null;
  #awaitsHead = true;
  /** Interim responses so far. */
  #interim = 0;
  #keepsAlive = false;
  #hadBody = false;
  #hasEnded = false;

  constructor(request: HttpRequest, context: ExchangeContext, isUpgrade: boolean) {
    this.#request = request;
    this.#client = request.peer;
    this.#context = context;
    this.#isUpgrade = isUpgrade;
    this.#pump = request.body.exists ? new RequestPump(request.body, this) : null;
  }

  /** Returns the response, or the refusal if there is none. Throws the error of a request body. */
  async run(): Promise<HandlerResult> {
    const { pool } = this.#context;
    let connection = this.#isUpgrade ? null : pool.acquireIdle(this.#client);
    for (;;) {
      try {
        connection = this.#connection = connection ?? await pool.open();
        const head = this.#writeHead(connection);
        this.#setDeadline();
        await connection.send(head);
        this.#startBody(connection);
        while (!this.#readsHead(connection)) {
          if (await connection.fill()) continue;
          throw connection.failure ?? new UpstreamFault("connection closed before a response");
        }
        return this.#respond(connection);
      } catch (error) {
        connection?.close();
        if (connection === null || !this.#canRepeat(connection, error)) return this.#refuse(error);
        connection = null;
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
    this.#setDeadline();
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
    const cause = hasTimedOut ? new ResponseTimeout("no more of a response in time") : error;
    if (!this.#hasEnded) this.#context.onFault(cause); // otherwise the client has gone
    return new SourceRefusal(hasTimedOut ? "GatewayTimeout" : "BadGateway", { cause });
  }

  /** Returns the head for the upstream, with what has arrived of the body if it is small. */
  #writeHead(connection: UpstreamConnection): Uint8Array {
    const { output } = connection;
    const isUpgrade = this.#isUpgrade;
    writeRequestHead(output, this.#request, { via: this.#context.via, isUpgrade });
    this.#pump?.join(output);
    return output.take();
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
    connection.start += head.length;
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
    this.#context.onEnd();
    const encoded = connection.head.copyFields();
    const upgrade = (client: ByteStream): Promise<void> => this.#context.carry(client, connection);
    return { status: 101, headers: UPGRADE_FIELDS, encoded, body: null, upgrade };
  }

  /**
   * Reports whether `connection` was stale, and sending the request again cannot make the upstream
   * act twice: it got nothing, or the method is idempotent.
   */
  #canRepeat(connection: UpstreamConnection, error: unknown): boolean {
    if (connection.hasTimedOut || error instanceof BodyError || this.#pump?.bodyError) return false;
    if (!connection.isReused || connection.end > 0 || this.#interim > 0) return false;
    return !connection.wasUsed || (this.#pump === null && IDEMPOTENT.has(this.#request.method));
  }

  /** Ends the exchange without a response. */
  #refuse(error: unknown): Refusal {
    this.#end(false);
    if (this.#pump?.bodyError) throw this.#pump.bodyError; // the engine has decided the response
    if (error instanceof BodyError) throw error;
    const hasTimedOut = this.#connection?.hasTimedOut === true;
    this.#context.onFault(hasTimedOut ? new ResponseTimeout("no response in time") : error);
    return hasTimedOut || error instanceof ConnectTimeout ? TIMED_OUT : BAD_GATEWAY;
  }

  /** Ends the exchange; `isWhole` means that the response was read to its end. */
  #end(isWhole: boolean): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#context.onEnd();
    const connection = this.#connection;
    if (connection === null) return;
    connection.deadline.clear();
    const isReusable = isWhole && this.#keepsAlive && (this.#pump?.isSent ?? true);
    if (!isReusable) return connection.close();
    const { keepAliveSeconds } = connection.head;
    const client = this.#hadBody ? this.#client : null;
    this.#context.pool.release(connection, { client, keepAliveSeconds });
  }

  #setDeadline(): void {
    this.#connection!.deadline.set(this.#context.timeoutMs);
  }

  #clearDeadline(): void {
    this.#connection!.deadline.clear();
  }
}
