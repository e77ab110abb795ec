/**
 * Reverse proxy to one upstream or several. Requests and responses are streamed.
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
import { Balancer } from "./balance.ts";
import { Deadlines } from "./deadlines.ts";
import { FaultReports, type ProgramFault } from "./fault_reports.ts";
import { HealthChecks } from "./health_checks.ts";
import type { ProxyRules } from "../proxied/proxy_rules.ts";
import { isLoop, wantsWebSocket } from "./request_head.ts";
import { tunnel } from "./tunnel.ts";
import type { TunnelLimits } from "./tunnel_limits.ts";
import { Upstream, type UpstreamRoute, type UpstreamState } from "./upstream.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import { type ExchangeContext, type MovedRequest, UpstreamExchange } from "./upstream_exchange.ts";

/** What has happened to an upstream, as it is told. */
export type UpstreamNews =
  | ProgramFault
  | { readonly kind: "down"; readonly what: string }
  | { readonly kind: "up"; readonly what: "" };

/** The environment of a proxy. */
interface ReverseProxyOptions extends ProxyRules {
  readonly upstreams: readonly UpstreamRoute[];
  /** Our name in Via; a request that already carries it is a loop. */
  readonly via: string;
  readonly tunnelLimits: TunnelLimits;
  /** The limit of requests in flight, with the key of each upstream. */
  readonly requestLimit: Limit;
  /** Called with the first fault of each kind in a while, and when an upstream goes down or is known to be up. */
  readonly onNews: (upstream: string, news: UpstreamNews) => void;
  /** Tests have their own. */
  readonly deadlines?: Deadlines;
}

const BAD_GATEWAY: Refusal = { refuse: "BadGateway" };
const BAD_PATH: Refusal = { refuse: "URL" };
/** A place is mostly free again a moment later. */
const QUEUE_FULL: Refusal = { refuse: "QueueFull", headers: [["Retry-After", "1"]] };
const TOO_MANY_TUNNELS: Refusal = { refuse: "ConnLimit" };

/** The reverse proxy of one site or one registered program. */
export class ReverseProxy {
  readonly #options: ReverseProxyOptions;
  readonly #deadlines: Deadlines;
  readonly #upstreams: readonly Upstream[];
  /** The only one of them; null if there are several. */
  readonly #single: Upstream | null;
  /** One that gets another path than the client has sent, if there is one: all refuse the same. */
  readonly #pathful: Upstream;
  readonly #balancer: Balancer;
  readonly #checks: readonly HealthChecks[];
  readonly #context: ExchangeContext;
  readonly #reports = new FaultReports();

  constructor(options: ReverseProxyOptions) {
    this.#options = options;
    const { via, timeouts, health, responseEdits, requestEdits, checks, onNews } = options;
    const deadlines = this.#deadlines = options.deadlines ?? new Deadlines();
    const upstreams = this.#upstreams = options.upstreams.map((route) => {
      return new Upstream(route, {
        via,
        deadlines,
        connectMs: timeouts.connectMs,
        health,
        responseEdits,
        onSurplus: (upstream) => {
          const what = "more bytes than the response has: no connection is used twice from now on";
          this.#report(upstream, { kind: "excess", what });
        },
        onChange: ({ route: { name } }, kind, cause) => {
          onNews(name, kind === "up" ? { kind, what: "" } : { kind, what: cause ?? "" });
        },
      });
    });
    this.#single = upstreams.length === 1 ? upstreams[0]! : null;
    this.#pathful = upstreams.find((one) => !one.isPathUnchanged) ?? upstreams[0]!;
    this.#balancer = new Balancer(options.balance);
    this.#checks = checks === null
      ? []
      : upstreams.map((upstream) => new HealthChecks(upstream, checks, deadlines));
    this.#context = {
      via,
      timeouts,
      requestEdits,
      moveOn: (from, request) => this.#moveOn(from, request),
      onEnd: (upstream, isTunnel) => this.#endRequest(upstream, isTunnel),
      carry: (client, connection, upstream) => this.#carry(client, connection, upstream),
      onFault: (upstream, error) =>
        this.#report(upstream, { kind: "request", what: messageOf(error) }),
    };
  }

  /** The number of open tunnels. */
  get tunnels(): number {
    return this.#upstreams.reduce((sum, { tunnels }) => sum + tunnels.size, 0);
  }

  /** Returns the state of each upstream at `nowMs` since 1970. */
  states(nowMs: number): UpstreamState[] {
    return this.#upstreams.map((upstream) => upstream.state(nowMs));
  }

  /** The upstream `name` has other addresses than before. */
  renew(name: string): void {
    for (const { route, pool } of this.#upstreams) if (route.name === name) pool.renew();
  }

  /** Handler that responds with the response of an upstream. */
  readonly handle: Handler = (request) => {
    if (isLoop(request, this.#options.via)) return BAD_GATEWAY;
    if (this.#pathful.pathFor(request.rawPath) === null) return BAD_PATH;
    const single = this.#single;
    if (single === null) return this.#handleBalanced(request);
    const isAdmitted = this.#admit(single);
    if (isAdmitted === true) return this.#handle(request, single, 0);
    if (isAdmitted === false) return QUEUE_FULL;
    return isAdmitted.then((is) => is ? this.#handle(request, single, 0) : QUEUE_FULL);
  };

  /** Closes the idle connections. Exchanges in progress are completed, tunnels after `graceMs`. */
  close(graceMs: number): void {
    for (const checks of this.#checks) checks.close();
    for (const { pool } of this.#upstreams) pool.close();
    if (this.tunnels === 0) return;
    this.#deadlines.start(graceMs, () => {
      for (const { tunnels } of this.#upstreams) {
        tunnels.forEach((connection) => connection.close());
      }
    });
  }

  #handleBalanced(request: HttpRequest): HandlerResult | Promise<HandlerResult> {
    const nowMs = this.#deadlines.nowMs;
    const chosen = this.#balancer.choose(this.#upstreams, nowMs, all);
    const isAdmitted = this.#admit(chosen!);
    return isAdmitted === true
      ? this.#handle(request, chosen!, nowMs)
      : this.#handleFull(request, chosen!, isAdmitted);
  }

  /** Looks for an upstream with a free place, because `first` may have none. */
  async #handleFull(
    request: HttpRequest,
    first: Upstream,
    isAdmitted: boolean | Promise<boolean>,
  ): Promise<HandlerResult> {
    const nowMs = this.#deadlines.nowMs;
    const full: Upstream[] = [];
    let chosen = first;
    for (let isFree = isAdmitted; !await isFree; isFree = this.#admit(chosen)) {
      full.push(chosen);
      const next = this.#balancer.choose(this.#upstreams, nowMs, (one) => !full.includes(one));
      if (next === null) return QUEUE_FULL;
      chosen = next;
    }
    return await this.#handle(request, chosen, nowMs);
  }

  #admit({ route: { limitKey } }: Upstream): boolean | Promise<boolean> {
    return this.#options.requestLimit.admit(limitKey);
  }

  #handle(request: HttpRequest, upstream: Upstream, startedMs: number): Promise<HandlerResult> {
    upstream.begin();
    return wantsWebSocket(request)
      ? this.#openTunnel(request, upstream, startedMs)
      : new UpstreamExchange(request, this.#context, { upstream, isUpgrade: false, startedMs })
        .run();
  }

  /** An upstream without a free place is no help for a request that is under way. */
  #moveOn(from: Upstream, { tried, isStale, startedMs }: MovedRequest): Upstream | null {
    if (this.#single !== null) return null;
    const nowMs = this.#deadlines.nowMs;
    if (nowMs - startedMs >= this.#options.timeouts.firstByteMs) return null;
    const full: Upstream[] = [];
    for (;;) {
      const next = this.#balancer.choose(this.#upstreams, nowMs, (one) => {
        return !tried.includes(one) && !full.includes(one) && (!isStale || one.isEligible(nowMs));
      });
      if (next === null) return null;
      const isAdmitted = this.#admit(next);
      if (isAdmitted === true) {
        this.#endRequest(from, false);
        next.begin();
        return next;
      }
      if (isAdmitted !== false) void isAdmitted.then((is) => is && this.#release(next));
      full.push(next);
    }
  }

  /** A tunnel is no request any more, but still a connection that its upstream has. */
  #endRequest(upstream: Upstream, isTunnel: boolean): void {
    this.#release(upstream);
    if (!isTunnel) upstream.end();
  }

  #release({ route: { limitKey } }: Upstream): void {
    this.#options.requestLimit.release(limitKey);
  }

  async #openTunnel(
    request: HttpRequest,
    upstream: Upstream,
    startedMs: number,
  ): Promise<HandlerResult> {
    const { tunnelLimits } = this.#options;
    const { ip } = request.remote;
    if (!await tunnelLimits.admit(ip)) {
      this.#endRequest(upstream, false);
      return TOO_MANY_TUNNELS;
    }
    let isOpen = false;
    try {
      const exchange = new UpstreamExchange(request, this.#context, {
        upstream,
        isUpgrade: true,
        startedMs,
      });
      const result = await exchange.run();
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

  async #carry(
    client: ByteStream,
    connection: UpstreamConnection,
    upstream: Upstream,
  ): Promise<void> {
    upstream.tunnels.add(connection);
    try {
      const stallMs = this.#options.timeouts.idleMs;
      await tunnel(client, connection, { deadlines: this.#deadlines, stallMs });
    } finally {
      upstream.tunnels.delete(connection);
      upstream.end();
    }
  }

  #report({ route: { name } }: Upstream, fault: ProgramFault): void {
    if (this.#reports.isDue(name, fault, this.#deadlines.nowMs)) this.#options.onNews(name, fault);
  }
}

function all(): boolean {
  return true;
}
