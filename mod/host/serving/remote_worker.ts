/**
 * The service's side of a worker in a process of its own.
 *
 * Whatever it is asked ends at once if the process ends: its connections are gone, and a worker that
 * does not exist any more does what it is told. Only its sockets matter then, which another has.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import * as v from "valibot";
import { messageOf } from "../../base/fault.ts";
import type { Ip } from "../../base/address.ts";
import type { Settings } from "../../config/document/settings.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { ServiceQuestion, ServiceSource } from "../../site/about/service_source.ts";
import type { ProgramFault } from "../../site/proxy/fault_reports.ts";
import type { SiteUpstreamState } from "../../site/proxy/proxies.ts";
import type { LogBatch } from "../../telemetry/logs/collected_lines.ts";
import type { WorkerReport } from "../../telemetry/metrics/worker_counts.ts";
import type { ExportState } from "../../telemetry/traces/span_exporter.ts";
import type { CachedResponse } from "../control/status.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Challenges } from "../../site/challenge_answers.ts";
import type { Draining } from "./drain_unreached.ts";
import type { LimitParty } from "./limit_pool.ts";
import type { LimitOrder, LimitReport } from "./limit_shares.ts";
import type { MessageLink } from "./message_link.ts";
import type { Paused } from "./pauses.ts";
import type { LogSettings, Served, ServedCertificate } from "./served.ts";
import type { ServingCounts, ServingWorker } from "./serving_worker.ts";
import type { UpstreamReport } from "./upstream_reports.ts";
import {
  ANSWERS,
  type FromWorker,
  parseFromWorker,
  sentCertificates,
  sentServed,
  type SentSocket,
  type WorkerRequest,
} from "./worker_protocol.ts";

/** What happens in a worker. None of these may throw. */
export interface RemoteWorkerEvents {
  onLog(batch: LogBatch, generation: number): void;
  onLine(line: string): void;
  onProgramFault(program: number, fault: ProgramFault): void;
  onUpstream(report: UpstreamReport): void;
  onLimits(report: LimitReport): void;
  readonly service: ServiceSource;
  onTraces(state: ExportState): void;
}

/** A socket that a worker could not open. */
export interface SocketFailure {
  readonly endpoint: SocketEndpoint;
  /** As the system reports it: its code, or "" if it has none. */
  readonly code: string;
  readonly message: string;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Endpoints whose connections end. */
interface Drain {
  readonly ends: PromiseWithResolvers<void>[];
}

/** The answer of a worker that has ended. */
const ENDED = Symbol("ended");

export class RemoteWorker implements ServingWorker, LimitParty {
  readonly pid: number;
  readonly #link: MessageLink;
  readonly #events: RemoteWorkerEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #drains = new Map<number, Drain>();
  readonly #ended = Promise.withResolvers<void>();
  #lastId = 0;
  #hasEnded = false;

  constructor(pid: number, link: MessageLink, events: RemoteWorkerEvents) {
    this.pid = pid;
    this.#link = link;
    this.#events = events;
    void link.receive((message, bytes) => this.#receive(message, bytes)).then(() => this.#end());
  }

  /** Resolves when the process has closed its connection, which it does when it ends. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Makes the process end, whatever it does. */
  close(): void {
    this.#link.close();
  }

  async start(settings: Settings): Promise<void> {
    await this.#ask({ op: "start", settings });
  }

  async stop(): Promise<void> {
    await this.#ask({ op: "stop" });
  }

  async serve(served: Served): Promise<void> {
    await this.#ask({ op: "serve", served: sentServed(served) });
  }

  async renew(certificates: readonly ServedCertificate[]): Promise<void> {
    await this.#ask({ op: "renew", certificates: sentCertificates(certificates) });
  }

  async pause(paused: Paused): Promise<void> {
    await this.#ask({ op: "pause", paused });
  }

  async challenge(challenges: Challenges): Promise<void> {
    await this.#ask({ op: "challenge", challenges });
  }

  /** Formats the lines of its logs as `settings` say from now on: they are of `generation`. */
  async reconfigureLogs(settings: LogSettings, generation: number): Promise<void> {
    await this.#ask({ op: "logs", settings, generation });
  }

  async drain(graceMs: number): Promise<void> {
    await this.#ask({ op: "drain", graceMs });
  }

  /** Ends each connection after its next response; the process ends with the last of them. */
  async retire(): Promise<void> {
    await this.#ask({ op: "retire" });
  }

  async drainUnreached(
    open: readonly SocketEndpoint[],
    graceMs: number,
  ): Promise<readonly Draining[]> {
    const id = this.#lastId + 1;
    const drain: Drain = { ends: [] };
    this.#drains.set(id, drain);
    const answer = await this.#ask({ op: "drainUnreached", open, graceMs });
    const found = answer === ENDED ? [] : v.parse(ANSWERS.drainUnreached, answer);
    const draining = found.map(({ endpoint: { ip, port }, connections }, i) => {
      return { endpoint: { ip: ip as Ip, port }, connections, done: endOf(drain, i).promise };
    });
    if (this.#hasEnded) { for (const { resolve } of drain.ends) resolve(); }
    void Promise.all(draining.map(({ done }) => done)).then(() => this.#drains.delete(id));
    return draining;
  }

  async counts(): Promise<ServingCounts> {
    const answer = await this.#ask({ op: "counts" });
    if (answer === ENDED) return { connections: 0, tunnels: 0, tunnelsOf: new Map() };
    const { connections, tunnels, tunnelsOf } = v.parse(ANSWERS.counts, answer);
    return { connections, tunnels, tunnelsOf: new Map(tunnelsOf) };
  }

  /** Returns what it has counted since it began to serve. */
  async report(): Promise<WorkerReport> {
    const answer = await this.#ask({ op: "report" });
    if (answer === ENDED) throw new Error("the worker has ended");
    return v.parse(ANSWERS.report, answer) as WorkerReport;
  }

  async hasClient(client: Endpoint): Promise<boolean> {
    const answer = await this.#ask({ op: "hasClient", client });
    return answer !== ENDED && v.parse(ANSWERS.hasClient, answer);
  }

  async upstreams(): Promise<readonly SiteUpstreamState[]> {
    const answer = await this.#ask({ op: "upstreams" });
    return answer === ENDED ? [] : v.parse(ANSWERS.upstreams, answer);
  }

  async cached(): Promise<readonly CachedResponse[]> {
    const answer = await this.#ask({ op: "cached" });
    return answer === ENDED ? [] : v.parse(ANSWERS.cached, answer);
  }

  async evict(selection: CacheSelection): Promise<number> {
    const answer = await this.#ask({ op: "evict", selection });
    return answer === ENDED ? 0 : v.parse(ANSWERS.evict, answer);
  }

  /** Sends the lines of its logs; returns the second before which none are missing. */
  async flush(): Promise<number> {
    const answer = await this.#ask({ op: "flush" });
    return answer === ENDED ? Infinity : v.parse(ANSWERS.flush, answer);
  }

  /**
   * Opens sockets that it shares with the other workers, and does not accept yet; returns those that
   * it cannot open.
   */
  async open(
    sockets: readonly SentSocket[],
    tcpBacklog: number,
  ): Promise<readonly SocketFailure[]> {
    const answer = await this.#ask({ op: "open", sockets, tcpBacklog });
    if (answer === ENDED) return [];
    return v.parse(ANSWERS.open, answer).map(({ ip, port, scopeId, code, message }) => {
      return { endpoint: { ip: ip as Ip, port, scopeId }, code, message };
    });
  }

  /** Accepts on every open socket from now on. */
  async acceptAll(): Promise<void> {
    await this.#ask({ op: "accept" });
  }

  /** Sets what has changed about open sockets. */
  async settle(sockets: readonly SentSocket[], zones: Served["zones"]): Promise<void> {
    await this.#ask({ op: "settle", sockets, zones });
  }

  /** Closes sockets, after the connections that wait for them have been accepted. */
  async closeSockets(sockets: readonly SocketEndpoint[]): Promise<void> {
    await this.#ask({ op: "close", sockets });
  }

  /** Tells it what it may use of the limits of the service. */
  order(limits: LimitOrder): void {
    void this.#link.send({ limits });
  }

  #ask(request: WorkerRequest): Promise<unknown> {
    if (this.#hasEnded) return Promise.resolve(ENDED);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { resolve, reject });
    void this.#link.send({ ...request, id });
    return promise;
  }

  #receive(value: unknown, bytes: Uint8Array): void {
    const message = parseFromWorker(value);
    if (!("event" in message)) return this.#settle(message);
    switch (message.event) {
      case "log":
        return this.#events.onLog(logBatch(message, bytes), message.generation);
      case "line":
        return this.#events.onLine(message.line);
      case "programFault":
        return this.#events.onProgramFault(message.program, message.fault);
      case "upstream":
        return this.#events.onUpstream(message.report);
      case "limits":
        return this.#events.onLimits(message.report);
      case "traces":
        return this.#events.onTraces(message.state);
      case "drained": {
        const drain = this.#drains.get(message.id);
        if (drain !== undefined) endOf(drain, message.index).resolve();
        return;
      }
      case "ask":
        return void this.#answer(message.id, message.question);
    }
  }

  async #answer(answer: number, question: ServiceQuestion): Promise<void> {
    try {
      await this.#link.send({ answer, value: await this.#events.service(question) });
    } catch (error) {
      await this.#link.send({ answer, fault: messageOf(error) });
    }
  }

  #settle(message: Extract<FromWorker, { id: number }>): void {
    if ("event" in message) return;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("fault" in message) pending?.reject(new Error(message.fault));
    else pending?.resolve(message.value);
  }

  #end(): void {
    this.#hasEnded = true;
    for (const { resolve } of this.#pending.values()) resolve(ENDED);
    for (const { ends } of this.#drains.values()) for (const { resolve } of ends) resolve();
    this.#pending.clear();
    this.#drains.clear();
    this.#ended.resolve();
  }
}

/** Returns the lines of a message with their bytes, which are behind it. */
function logBatch(
  { second, parts }: Extract<FromWorker, { event: "log" }>,
  bytes: Uint8Array,
): LogBatch {
  let start = 0;
  return {
    second,
    parts: parts.map(({ site, day, length, count }) => {
      return { site, day, second, count, bytes: bytes.subarray(start, start += length) };
    }),
  };
}

/** Returns the end of the endpoint `index`, which may be told before it is asked for. */
function endOf({ ends }: Drain, index: number): PromiseWithResolvers<void> {
  return ends[index] ??= Promise.withResolvers<void>();
}
