/**
 * The worker in this process: its sockets, the TLS handshakes, the HTTP engine and the handler of
 * requests.
 *
 * @module
 */
import { type Endpoint, formatEndpoint } from "../../base/address.ts";
import type { Handler, RefusedRecord, ServedRecord } from "../../base/exchange.ts";
import { stackOf } from "../../base/fault.ts";
import { inSlices } from "../../base/work/slices.ts";
import { atOnce } from "../../base/work/steps.ts";
import { invariant } from "../../base/invariant.ts";
import { blocksOf } from "../../config/document/address_block.ts";
import type { Settings } from "../../config/document/settings.ts";
import { ConnectionLimits } from "../../http/connection_limits.ts";
import { HttpServer } from "../../http/server.ts";
import { tableOf } from "../../listen/machine/address_table.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { ProxyGate } from "../../listen/proxy_protocol/proxy_gate.ts";
import type { SocketEvents } from "../../listen/sockets/socket_set.ts";
import type { SiteUpstreamState } from "../../site/proxy/proxies.ts";
import { ProcessMeter } from "../../telemetry/metrics/process_meter.ts";
import { RequestCounters } from "../../telemetry/metrics/request_counters.ts";
import type { WorkerCounts, WorkerReport } from "../../telemetry/metrics/worker_counts.ts";
import type { CachedResponse } from "../control/status.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import type { Tracing } from "../../telemetry/traces/tracing.ts";
import { type Draining, drainUnreached } from "./drain_unreached.ts";
import type { Paused } from "./pauses.ts";
import type { RequestHandler } from "./request_handler.ts";
import { machineOfZones, type Served, type ServedCertificate } from "./served.ts";
import { LIMIT } from "./service_limits.ts";
import type { ServingCounts, ServingWorker } from "./serving_worker.ts";
import { TlsFront } from "./tls_front.ts";

/** The environment of a worker. */
interface LocalWorkerOptions {
  readonly requests: RequestHandler;
  /** Returns the listening socket of this process for who connects to `local`; null for none. */
  listenerOf(local: Endpoint): Endpoint | null;
  /** Called once for each completed exchange; the record is reused. */
  served(record: ServedRecord): void;
  refused(record: RefusedRecord): void;
  /** What traces the requests; absent or null if nothing does. */
  readonly tracing?: Tracing | null;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Handles every request while no site is running. */
const NO_SITE: Handler = () => ({ refuse: "Hostname" });
/** Handshakes at the same time, unless a setting says something else: they are anybody's. */
const HANDSHAKES_MAX = 1024;
/**
 * Connections that are closed when the file table is full: room for a burst, not for all. Idle ones
 * come first; a handshake is aborted only if they do not suffice.
 */
const ROOM_CONNECTIONS = 32;
/** Milliseconds in which what a new client has sent may wait for its turn to be read. */
const UNREAD_MS = 1000;

export class LocalWorker implements ServingWorker {
  readonly #options: LocalWorkerOptions;
  readonly #tls: TlsFront;
  readonly #counters: RequestCounters;
  readonly #tlsFailures = new Map<string, number>();
  readonly #meter = new ProcessMeter();
  #handshakes = 0;
  #exhausted = 0;
  /** The connections of servers that have ended. */
  #acceptedBefore = 0;
  /** Null as long as no peer has ever been told to send PROXY headers. */
  #proxies: ProxyGate | null = null;
  #settings: Settings | null = null;
  #server: HttpServer | null = null;
  #served: Served | null = null;

  constructor(options: LocalWorkerOptions) {
    this.#options = options;
    this.#counters = new RequestCounters((local) => options.listenerOf(local));
    this.#tls = new TlsFront({
      handshakeTimeoutMs: () => this.#headerWaitMs(),
      handshakesMax: () => this.#settings?.SslThrottle || HANDSHAKES_MAX,
      onConnection: (stream, tls) => {
        if (tls) this.#handshakes++;
        this.#server?.serve(stream, { tls });
      },
      refused: (record) => this.#refused(record),
      failed: (reason) => {
        this.#tlsFailures.set(reason, (this.#tlsFailures.get(reason) ?? 0) + 1);
      },
    });
  }

  /** Where the sockets of this process pass on what they accept. */
  readonly events: SocketEvents = {
    onConnection: (conn, isSecure) => {
      const proxies = this.#proxies;
      if (proxies !== null && proxies.expects(conn)) proxies.admit(conn, isSecure);
      else if (isSecure) this.#tls.admit(conn);
      else if (this.#server === null) conn.close();
      else this.#server.serve(conn, { tls: false });
    },
    onExhausted: () => {
      this.#exhausted++;
      let wanted = ROOM_CONNECTIONS;
      wanted -= this.#server?.makeRoom(wanted) ?? 0;
      wanted -= this.#proxies?.waiting.makeRoom(wanted, UNREAD_MS) ?? 0;
      this.#tls.makeRoom(wanted, UNREAD_MS);
    },
    onChanged: () => this.#counters.addressesChanged(),
    onFailure: (endpoint, error) => {
      this.#options.log(`accept on ${formatEndpoint(endpoint)}: ${stackOf(error)}`);
    },
  };

  /** Loads what TLS needs. */
  prepareTls(): Promise<void> {
    return this.#tls.prepare();
  }

  start(settings: Settings): Promise<void> {
    const { requests, served, log, tracing } = this.#options;
    const { limits } = requests;
    this.#settings = settings;
    this.#meter.start();
    this.#server = new HttpServer({
      settings,
      handler: NO_SITE,
      limits: new ConnectionLimits(
        limits.of(LIMIT.connections),
        limits.of(LIMIT.connectionsPerAddress),
      ),
      refusalPage: (reason, request) => requests.refusalPage(reason, request),
      onServed: (record) => {
        this.#counters.served(record);
        served(record);
      },
      onRefused: (record) => this.#refused(record),
      onError: (error) => log(stackOf(error)),
      onClosed: (remote) => requests.closed(remote),
      tracer: tracing?.spans ?? null,
    });
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#meter.stop();
    await server?.drain(0);
    this.#acceptedBefore += server?.counts().accepted ?? 0;
    this.#clear();
    await this.#options.tracing?.flush();
  }

  async serve(served: Served): Promise<void> {
    const { settings, certificates } = served;
    const peers = blocksOf(settings.ProxyProtocol);
    if (!peers.isEmpty) this.#proxies ??= await this.#makeProxyGate();
    const server = this.#running();
    this.#proxies?.use(peers);
    this.#served = served;
    this.#settings = settings;
    this.#tls.use(certificates);
    this.#counters.addressesChanged(boundLoopback(served));
    if (served.siteIds !== null) this.#counters.retain(new Set(served.siteIds));
    this.#options.tracing?.nameSites(served.sites);
    server.reconfigure({ settings, handler: this.#options.requests.handlerFor(served) });
    server.resume();
  }

  /** Loads the code for PROXY headers, which few need. */
  async #makeProxyGate(): Promise<ProxyGate> {
    const { ProxyGate } = await import("../../listen/proxy_protocol/proxy_gate.ts");
    const { acceptedStream } = await import("../../listen/proxy_protocol/named_client.ts");
    return new ProxyGate({
      headerWaitMs: () => this.#headerWaitMs(),
      onNamed: (conn, named, isSecure) => {
        if (isSecure) this.#tls.admit(conn, named);
        else if (this.#server === null) conn.close();
        else this.#server.serve(acceptedStream(conn, named.early, named), { tls: false });
      },
      refused: (record) => this.#refused(record),
    });
  }

  #headerWaitMs(): number {
    return (this.#settings?.HeaderWaitTimeout ?? 0) * 1000;
  }

  renew(certificates: readonly ServedCertificate[]): Promise<void> {
    this.#tls.use(certificates);
    return Promise.resolve();
  }

  pause(paused: Paused): Promise<void> {
    this.#options.requests.pauses.value = paused;
    return Promise.resolve();
  }

  challenge(challenges: Challenges): Promise<void> {
    this.#options.requests.challenges.value = challenges;
    return Promise.resolve();
  }

  async drain(graceMs: number): Promise<void> {
    const server = this.#running();
    this.#proxies?.waiting.clear();
    this.#tls.clear();
    await server.drain(graceMs);
    server.reconfigure({ handler: NO_SITE });
    this.#clear();
  }

  /**
   * Makes the next response of each connection its last one, until something is served anew; resolves
   * when there is no connection any more, and no handshake or PROXY header that would become one.
   */
  async retire(): Promise<void> {
    const open = this.#server?.retire(); // at once, whatever handshakes take
    await this.#proxies?.waiting.settled();
    await this.#tls.settled();
    await open;
    await this.#server?.retire(); // what has come of them
    await this.#options.tracing?.flush();
  }

  drainUnreached(open: readonly SocketEndpoint[], graceMs: number): Promise<readonly Draining[]> {
    const served = this.#served;
    invariant(served !== null, "what is drained was served");
    const table = atOnce(tableOf(machineOfZones(served.zones)));
    return inSlices(drainUnreached(open, this.#running(), { graceMs, table }));
  }

  counts(): Promise<ServingCounts> {
    const { connections, tunnels } = this.#server?.counts() ?? { connections: 0, tunnels: 0 };
    return Promise.resolve({ connections, tunnels, tunnelsOf: this.#options.requests.tunnels });
  }

  /** Returns what it has counted since it began to serve. */
  report(): Promise<WorkerReport> {
    const none = { accepted: 0, connections: 0, idle: 0, tunnels: 0 };
    const { accepted, connections: open, idle, tunnels } = this.#server?.counts() ?? none;
    const { hits, misses } = this.#options.requests.cacheCounts;
    const counts: WorkerCounts = {
      ...this.#counters.counts(),
      accepted: this.#acceptedBefore + accepted,
      exhausted: this.#exhausted,
      handshakes: this.#handshakes,
      tlsFailures: [...this.#tlsFailures],
      cacheHits: hits,
      cacheMisses: misses,
    };
    return Promise.resolve({ counts, use: this.#meter.use(), open, idle, tunnels });
  }

  hasClient(client: Endpoint): Promise<boolean> {
    const isWaiting = this.#tls.has(client) || (this.#proxies?.waiting.has(client) ?? false);
    return Promise.resolve(isWaiting || (this.#server?.hasClient(client) ?? false));
  }

  upstreams(): Promise<readonly SiteUpstreamState[]> {
    return Promise.resolve(this.#options.requests.upstreams);
  }

  cached(): Promise<readonly CachedResponse[]> {
    return Promise.resolve(this.#options.requests.cached?.list() ?? []);
  }

  evict(selection: CacheSelection): Promise<number> {
    return Promise.resolve(this.#options.requests.cached?.evict(selection) ?? 0);
  }

  #refused(record: RefusedRecord): void {
    this.#counters.refused(record);
    this.#options.refused(record);
  }

  #running(): HttpServer {
    invariant(this.#server !== null, "a worker serves after its start");
    return this.#server;
  }

  #clear(): void {
    this.#options.requests.clear();
    this.#served = null;
  }
}

/** Returns the loopback addresses that bindings of sites name, besides the usual ones. */
function boundLoopback({ sites }: Pick<Served, "sites">): ReadonlySet<string> {
  const all = sites.flatMap(({ bindings, secureBindings }) => [...bindings, ...secureBindings]);
  return new Set(
    all.filter((text) => text.startsWith("127.")).map((text) => text.split(":", 1)[0]!),
  );
}
