/**
 * Edge: all workers of the service as one: their sockets, what they serve, their connections.
 *
 * One process serves alone, that of the service. With more, it leaves that to worker processes and
 * only looks after them: one that ends is replaced, and if none is left, it serves itself until there
 * are others. What a change of their number leaves without a socket keeps its connections: each ends
 * after its next response.
 *
 *     1 worker    this process has the sockets
 *     n workers   each worker has all sockets; this process has none
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { OneByOne } from "../../base/work/one_by_one.ts";
import type { Settings } from "../../config/document/settings.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { Binder } from "../../listen/machine/bind_fault.ts";
import type { FailedBind } from "../../listen/plan/make_plan.ts";
import type { findListeners } from "../../listen/machine/port_owners.ts";
import { SocketSet } from "../../listen/sockets/socket_set.ts";
import type { ServiceSource } from "../../site/about/service_source.ts";
import type { ProgramFault } from "../../site/proxy/fault_reports.ts";
import type { SiteUpstreamState } from "../../site/proxy/proxies.ts";
import { type NewEvent, workersChanged } from "../../telemetry/events/event.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import { type ReportedTotals, WorkerReports } from "../metrics/worker_reports.ts";
import type { ExportState } from "../../telemetry/traces/span_exporter.ts";
import type { Tracing } from "../../telemetry/traces/tracing.ts";
import type { CachedResponse, ServiceProblem, WorkerStatus } from "../control/status.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import type { Draining } from "./drain_unreached.ts";
import { LimitPool } from "./limit_pool.ts";
import { LocalWorker } from "./local_worker.ts";
import type { RequestHandler } from "./request_handler.ts";
import type { Paused } from "./pauses.ts";
import type { RemoteWorker, RemoteWorkerEvents } from "./remote_worker.ts";
import type { LogSettings, Served, ServedCertificate, ServedProgram } from "./served.ts";
import { serviceLimits } from "./service_limits.ts";
import type { ServingCounts, ServingWorker } from "./serving_worker.ts";
import { SharedSockets } from "./shared_sockets.ts";
import type { StartedWorker } from "./start_worker.ts";
import { spreadsConnections, workerCount, type WorkerMachine } from "./worker_count.ts";
import { within } from "../../base/work/time_limit.ts";
import { mergeStates, type UpstreamReport } from "./upstream_reports.ts";
import { WorkerPool } from "./worker_pool.ts";

/** The environment of the workers. */
interface WorkersOptions {
  /** Handles the requests of this process. */
  readonly requests: RequestHandler;
  /** Finds out who has a port that is taken. */
  readonly findListeners: typeof findListeners;
  readonly binder: Binder;
  readonly machine: WorkerMachine;
  /** Starts a worker process. Throws if it cannot. */
  start(events: RemoteWorkerEvents): Promise<StartedWorker>;
  /** What sites that show the service ask. */
  readonly service: ServiceSource;
  /** Called with what a program did wrong to a worker process. */
  onProgramFault(program: ServedProgram, fault: ProgramFault): void;
  /** Called with what has happened to an upstream of a site, in a worker process. */
  onUpstream(report: UpstreamReport): void;
  readonly logs: Pick<ServiceLogs, "served" | "refused" | "append">;
  /** What traces the requests of this process; absent or null if nothing does. */
  readonly tracing?: Tracing | null;
  /** Called when the spans of a worker process begin or cease to arrive; null when it has ended. */
  onTraces?(worker: object, state: ExportState | null): void;
  event(event: NewEvent): void;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Milliseconds for an answer of a worker that does not depend on a client. */
const ANSWER_MS = 1000;

/** The workers. */
export class Workers implements ServingWorker {
  readonly #options: WorkersOptions;
  readonly #local: LocalWorker;
  readonly #pool: WorkerPool;
  readonly #limits = new LimitPool();
  /** The listening sockets. */
  readonly sockets: SharedSockets;
  readonly #reports = new WorkerReports<RemoteWorker>();
  readonly #lastCounts = new WeakMap<ServingWorker, ServingCounts>();
  #settings: Settings | null = null;
  #served: Served | null = null;
  #paused: Paused = { all: false, sites: [] };
  #challenges: Challenges = [];
  readonly #changes = new OneByOne();

  constructor(options: WorkersOptions) {
    this.#options = options;
    const own = new SocketSet(
      {
        onConnection: (conn, isSecure) => this.#local.events.onConnection(conn, isSecure),
        onExhausted: () => this.#local.events.onExhausted(),
        onFailure: (endpoint, error) => this.#local.events.onFailure(endpoint, error),
        onChanged: () => this.#local.events.onChanged?.(),
      },
      options.findListeners,
      options.binder,
    );
    this.#local = new LocalWorker({
      requests: options.requests,
      served: (record) => this.#pool.served(record),
      refused: (record) => this.#pool.refused(record),
      listenerOf: (local) => own.listenerOf(local),
      tracing: options.tracing ?? null,
      log: (line) => options.log(line),
    });
    const { limits } = options.requests;
    const party = { order: limits.receive.bind(limits) };
    limits.report = (report) => this.#limits.receive(party, report);
    void this.#limits.join(party); // it may always have connections
    const exclusive = <T>(work: () => Promise<T>): Promise<T> => this.#changes.run(work);
    const pool = this.#pool = new WorkerPool({
      ...options,
      exclusive,
      bringUpToDate: (worker) => this.#bringUpToDate(worker),
      onLimits: (worker, report) => this.#limits.receive(worker, report),
      onLeaving: async (worker) => this.#reports.learned(worker, await worker.report()),
      onEnded: (worker) => {
        this.#reports.left(worker);
        void this.#limits.leave(worker);
        options.onTraces?.(worker, null);
      },
      onTraces: (worker, state) => options.onTraces?.(worker, state),
      onLook: () => this.#limits.look(),
      onLost: () => exclusive(() => this.#serveAlone()),
      onReplaced: () => this.#handOver(),
      onProgramFault: (id, fault) => this.programFault(id, fault),
    });
    this.sockets = new SharedSockets({
      own,
      binder: options.binder,
      workers: () => pool.active,
      exclusive,
    });
  }

  /** Loads what TLS needs. */
  prepareTls(): Promise<void> {
    return this.#local.prepareTls();
  }

  /** Begins to serve connections; with as many workers as can be started. */
  async start(settings: Settings): Promise<void> {
    await this.#limits.configure(serviceLimits({ settings, sites: [] }));
    await this.#local.start(settings);
    this.#settings = settings;
    this.#pool.reconfigureOwnLogs(settings);
    const count = workerCount(settings.Workers, this.#options.machine);
    await this.#changes.run(() => this.#resize(count)).catch((error) => {
      this.#pool.retry(count, error);
    });
  }

  /**
   * Changes the number of workers to what `settings` say, and returns it; null if it is so already.
   * Throws a Fault, after everything has been restored, if they cannot be started.
   */
  async resize({ Workers: value }: Pick<Settings, "Workers">): Promise<number | null> {
    const count = workerCount(value, this.#options.machine);
    try {
      return await this.#changes.run(() => this.#resize(count)) ? count : null;
    } catch (error) {
      throw new Fault(`Cannot serve with ${count} workers: ${messageOf(error)}`, {
        hint: "httpcfg settings reset Workers",
        cause: error,
      });
    }
  }

  /** Formats the logs as `settings` say, and calls `reconfigure` when all former lines are written. */
  async reconfigureLogs(settings: LogSettings, reconfigure: () => Promise<void>): Promise<void> {
    await this.#changes.run(() => this.#pool.reconfigureLogs(settings, reconfigure));
  }

  async stop(): Promise<void> {
    await this.#all((worker) => worker.stop());
    await this.#changes.run(async () => {
      this.#settings = this.#served = null;
      await this.#pool.end();
    });
  }

  async serve(served: Served): Promise<void> {
    await this.#changes.run(async () => {
      this.#settings = served.settings;
      this.#served = served;
      if (served.siteIds !== null) this.#reports.retain(new Set(served.siteIds));
      await this.#limits.configure(serviceLimits(served));
      await this.#all((worker) => worker.serve(served));
      if (this.#pool.active.length > 0) void this.#local.retire();
    });
  }

  async renew(certificates: readonly ServedCertificate[]): Promise<void> {
    await this.#changes.run(async () => {
      if (this.#served !== null) this.#served = { ...this.#served, certificates };
      await this.#all((worker) => worker.renew(certificates));
    });
  }

  async pause(paused: Paused): Promise<void> {
    await this.#changes.run(async () => {
      this.#paused = paused;
      await this.#all((worker) => worker.pause(paused));
    });
  }

  async challenge(challenges: Challenges): Promise<void> {
    await this.#changes.run(async () => {
      this.#challenges = challenges;
      await this.#all((worker) => worker.challenge(challenges));
    });
  }

  async drain(graceMs: number): Promise<void> {
    this.#served = null;
    await this.#all((worker) => worker.drain(graceMs));
  }

  async drainUnreached(
    open: readonly SocketEndpoint[],
    graceMs: number,
  ): Promise<readonly Draining[]> {
    return merged(await this.#all((worker) => worker.drainUnreached(open, graceMs)));
  }

  async counts(): Promise<ServingCounts> {
    return (await this.status()).counts;
  }

  /** Returns what all processes have counted; what a silent one has counted is what it said last. */
  async totals(): Promise<ReportedTotals> {
    const { active, retiring } = this.#pool;
    await Promise.all([...active, ...retiring].map(async (worker) => {
      const report = await within(ANSWER_MS, worker.report().catch(() => null), () => null);
      if (report !== null && !worker.hasEnded) this.#reports.learned(worker, report);
    }));
    return this.#reports.totals(Deno.pid, await this.#local.report());
  }

  async hasClient(client: Endpoint): Promise<boolean> {
    const all = await this.#all((worker) => {
      return within(ANSWER_MS, worker.hasClient(client), () => false);
    });
    return all.includes(true);
  }

  async upstreams(): Promise<readonly SiteUpstreamState[]> {
    return mergeStates(
      await this.#all((worker) => within(ANSWER_MS, worker.upstreams(), () => [])),
    );
  }

  async cached(): Promise<readonly CachedResponse[]> {
    const all = (await this.#all((worker) => worker.cached())).flat();
    // What several workers have cached is one response of the service.
    const key = ({ url, contentEncoding }: CachedResponse): string => `${url} ${contentEncoding}`;
    return [...new Map(all.map((one) => [key(one), one])).values()];
  }

  async evict(selection: CacheSelection): Promise<number> {
    const cached = (await this.cached()).length;
    const evicted = await this.#all((worker) => worker.evict(selection));
    const [only] = evicted;
    return evicted.length === 1 ? only! : cached - (await this.cached()).length;
  }

  /** Receives all lines that workers have for the logs. */
  flushLogs(): Promise<void> {
    return this.#pool.flushLogs();
  }

  /** Ends the workers that do not respond, so that nothing waits for them any more. */
  async endSilent(): Promise<void> {
    await Promise.all([...this.#pool.active, ...this.#pool.retiring].map(async (worker) => {
      const isSilent = await within(ANSWER_MS, worker.counts().then(() => false), () => true);
      if (isSilent) worker.close();
    }));
  }

  /** All connections, and the processes that serve: this process too where it has connections. */
  async status(): Promise<{
    readonly counts: ServingCounts;
    readonly workers: readonly WorkerStatus[];
  }> {
    const { active, retiring } = this.#pool;
    const asked = [
      { pid: Deno.pid, worker: this.#local, isServing: active.length === 0 },
      ...active.map((worker) => ({ pid: worker.pid, worker, isServing: true })),
      ...retiring.map((worker) => ({ pid: worker.pid, worker, isServing: false })),
    ];
    const counts = await Promise.all(asked.map(({ worker }) => this.#countsOf(worker)));
    const workers = asked.map(({ pid, isServing }, i): WorkerStatus => {
      const { connections } = counts[i]!;
      return { pid, state: isServing ? "serving" : "retiring", connections };
    });
    return {
      counts: summed(counts),
      workers: workers.filter(({ state, connections }) => state === "serving" || connections > 0),
    };
  }

  /** What is wrong with the number of workers. */
  get problems(): readonly ServiceProblem[] {
    const { machine: { os } } = this.#options;
    const { problem, silent } = this.#pool;
    const value = this.#settings?.Workers;
    if (problem !== null) {
      return [{ text: `workers are missing: ${problem}`, hint: "httpcfg events" }];
    }
    if (silent.length > 0) {
      return silent.map((pid) => {
        return {
          text: `worker ${pid} does not respond`,
          hint: `ps -o pid,stat,wchan,args -p ${pid}`,
        };
      });
    }
    if (spreadsConnections(os) || value === undefined || value === 1 || value === "default") {
      return [];
    }
    return [{
      text: `Workers is ${value}, and one process serves: only Linux spreads connections`,
      hint: "httpcfg settings reset Workers; httpcfg reload",
    }];
  }

  /**
   * Has `count` workers from now on, to be called while nothing else changes. Returns false if it is
   * so already.
   */
  async #resize(count: number): Promise<boolean> {
    const wanted = count === 1 ? 0 : count;
    const before = this.#pool.wanted;
    if (wanted === before) return false;
    if (wanted > before) {
      await this.#pool.grow(wanted);
      await this.#handOver();
    } else {
      if (wanted === 0) {
        this.#report(await this.sockets.takeBack());
        if (this.#served !== null) await this.#local.serve(this.#served);
      }
      const surplus = this.#pool.shrink(wanted);
      if (wanted > 0) await Promise.all(surplus.map((worker) => this.sockets.closeIn(worker)));
      this.#pool.retire(surplus);
    }
    this.#options.event(workersChanged(count));
    return true;
  }

  async #bringUpToDate(worker: RemoteWorker): Promise<void> {
    const [settings, served] = [this.#settings, this.#served];
    if (settings === null) throw new Error("the service has stopped");
    await worker.start(settings);
    await this.#limits.join(worker);
    await worker.pause(this.#paused);
    if (this.#challenges.length > 0) await worker.challenge(this.#challenges);
    if (served !== null) await worker.serve(served);
    const [failed] = await this.sockets.openIn(worker);
    if (failed !== undefined) throw new Error(failed.message);
  }

  /** Gives the workers the sockets of this process, if it has any. */
  async #handOver(): Promise<void> {
    this.#report(await this.sockets.handOver());
    void this.#local.retire();
  }

  /** Serves in this process if no worker is left. */
  async #serveAlone(): Promise<void> {
    if (this.#pool.active.length > 0 || this.#served === null) return;
    this.#report(await this.sockets.takeBack());
    await this.#local.serve(this.#served);
  }

  #report(lost: readonly FailedBind[]): void {
    for (const { fault } of lost) this.#options.log(fault.message);
  }

  /** Returns the connections of a worker; those that it had last, if it does not respond. */
  async #countsOf(worker: ServingWorker): Promise<ServingCounts> {
    const none = { connections: 0, tunnels: 0, tunnelsOf: new Map() };
    const last = (): ServingCounts => this.#lastCounts.get(worker) ?? none;
    const counts = await within(ANSWER_MS, worker.counts(), last);
    this.#lastCounts.set(worker, counts);
    return counts;
  }

  /** Called with what the program with this id did wrong, in any process. */
  programFault(id: number, fault: ProgramFault): void {
    const program = this.#served?.programs.find((one) => one.id === id);
    if (program !== undefined) this.#options.onProgramFault(program, fault);
  }

  #all<T>(ask: (worker: ServingWorker) => Promise<T>): Promise<T[]> {
    const { active, retiring } = this.#pool;
    return Promise.all([this.#local, ...active, ...retiring].map(ask));
  }
}

function summed(all: readonly ServingCounts[]): ServingCounts {
  const tunnelsOf = new Map<number, number>();
  for (const [id, count] of all.flatMap((one) => [...one.tunnelsOf])) {
    tunnelsOf.set(id, (tunnelsOf.get(id) ?? 0) + count);
  }
  const sum = (key: "connections" | "tunnels"): number => {
    return all.reduce((total, one) => total + one[key], 0);
  };
  return { connections: sum("connections"), tunnels: sum("tunnels"), tunnelsOf };
}

/** Returns each endpoint that is drained once, with the connections of all workers. */
function merged(all: readonly (readonly Draining[])[]): Draining[] {
  const byEndpoint = Map.groupBy(all.flat(), ({ endpoint: { ip, port } }) => `${ip} ${port}`);
  return [...byEndpoint.values()].map((some) => ({
    endpoint: some[0]!.endpoint,
    connections: some.reduce((sum, { connections }) => sum + connections, 0),
    done: Promise.all(some.map(({ done }) => done)).then(() => {}),
  }));
}
