/**
 * Reverse proxy to one upstream program on this machine. Requests and responses are streamed.
 *
 * - An upstream that cannot be reached, closes the connection or sends an invalid response: 502.
 *   One that does not respond in time: 504. Once a response has begun, the client's connection is
 *   aborted instead, so that a partial response never looks complete.
 * - Requests in flight are limited, as by the length of a queue of HTTP.sys; one more gets 503
 *   QueueFull. A WebSocket is one only until it is open; after that it counts against a limit of its
 *   client.
 *
 * @module
 */
import type {
  ByteStream,
  Handler,
  HandlerResult,
  HttpRequest,
  Refusal,
} from "../../base/exchange.ts";
import { messageOf } from "../../base/fault.ts";
import type { Limit } from "../../base/limit.ts";
import { LinkedList } from "../../base/linked_list.ts";
import { Deadlines } from "./deadlines.ts";
import { isLoop, wantsWebSocket } from "./request_head.ts";
import { tunnel } from "./tunnel.ts";
import { FaultReports, type ProgramFault } from "./fault_reports.ts";
import type { TunnelLimits } from "./tunnel_limits.ts";
import { UpstreamConnection } from "./upstream_connection.ts";
import { type ExchangeContext, UpstreamExchange } from "./upstream_exchange.ts";
import { UpstreamPool } from "./upstream_pool.ts";

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
  /** Called with the first fault of each kind in a while. */
  readonly onFault: (fault: ProgramFault) => void;
}

const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const QUEUE_FULL: Refusal = { refuse: "QueueFull" };
const TOO_MANY_TUNNELS: Refusal = { refuse: "ConnLimit" };

/** The reverse proxy of one upstream program. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #deadlines = new Deadlines();
  readonly #pool: UpstreamPool;
  readonly #context: ExchangeContext;
  /** The upstream's ends of the open tunnels. */
  readonly #tunnels = new LinkedList<UpstreamConnection>();
  readonly #reports = new FaultReports();

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    const connect = async (): Promise<UpstreamConnection> => {
      return new UpstreamConnection(await options.connect(), options.via, this.#deadlines);
    };
    this.#pool = new UpstreamPool(connect, this.#deadlines, () => {
      const what = "more bytes than the response has: no connection is used twice from now on";
      this.#report({ kind: "excess", what });
    });
    this.#context = {
      pool: this.#pool,
      via: options.via,
      timeoutMs: options.timeoutMs,
      onEnd: () => this.#endRequest(),
      carry: (client, connection) => this.#carry(client, connection),
      onFault: (error) => this.#report({ kind: "request", what: messageOf(error) }),
    };
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
      this.#tunnels.forEach((connection) => connection.close());
    });
  }

  #handle(request: HttpRequest): Promise<HandlerResult> {
    return wantsWebSocket(request) ? this.#openTunnel(request) : this.#forward(request, false);
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
      const result = await this.#forward(request, true);
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

  #forward(request: HttpRequest, isUpgrade: boolean): Promise<HandlerResult> {
    return new UpstreamExchange(request, this.#context, isUpgrade).run();
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

  #report(fault: ProgramFault): void {
    const { program, onFault } = this.#options;
    if (this.#reports.isDue(program, fault, this.#deadlines.nowMs)) onFault(fault);
  }
}
