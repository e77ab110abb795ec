/**
 * Edge: the worker processes: started, replaced when they end, and let go. What they have in common
 * is the business of `workers.ts`, which brings each new one up to date.
 *
 * @module
 */
import { messageOf } from "../../base/fault.ts";
import { type NewEvent, workerEnded, workerFailed } from "../../telemetry/events/event.ts";
import type { RefusedRecord, ServedRecord } from "../../base/exchange.ts";
import { effectiveSettings, type Settings } from "../../config/document/settings.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import { CollectedLines, type LogBatch } from "../../telemetry/logs/collected_lines.ts";
import { LineClock } from "../../telemetry/logs/line_clock.ts";
import { LogOrder } from "../../telemetry/logs/log_order.ts";
import type { ExportState } from "../../telemetry/traces/span_exporter.ts";
import type { LimitReport } from "./limit_shares.ts";
import type { RemoteWorker, RemoteWorkerEvents } from "./remote_worker.ts";
import type { LogSettings } from "./served.ts";
import type { StartedWorker } from "./start_worker.ts";
import { within } from "../../base/work/time_limit.ts";

/** What the pool needs, and whom it notifies. */
interface WorkerPoolOptions
  extends Pick<RemoteWorkerEvents, "service" | "onProgramFault" | "onUpstream"> {
  onLimits(worker: RemoteWorker, report: LimitReport): void;
  /** Called before a worker is ended that still responds. */
  onLeaving(worker: RemoteWorker): Promise<void>;
  /** Called when the spans of a worker begin or cease to arrive. */
  onTraces(worker: RemoteWorker, state: ExportState): void;
  /** Called when a worker has ended, for whatever reason, with all its connections. */
  onEnded(worker: RemoteWorker): void;
  /** Starts a worker process. Throws if it cannot. */
  start(events: RemoteWorkerEvents): Promise<StartedWorker>;
  /** Makes a new worker serve what the others serve. Throws if it cannot. */
  bringUpToDate(worker: RemoteWorker): Promise<void>;
  /** Called when a worker has ended by itself and the system has released all it had. */
  onLost(): Promise<void>;
  /** Called at each look at the workers. */
  onLook(): void;
  /** Called when one has been replaced, while nothing else changes. */
  onReplaced(): Promise<void>;
  /** Runs `work` while nothing else changes what workers do. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** The logs; lines that a worker has formatted are appended in order. */
  readonly logs: Pick<ServiceLogs, "served" | "refused" | "append">;
  event(event: NewEvent): void;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
  /** Milliseconds between two looks at the workers. */
  readonly lookMs?: number;
}

interface Member extends StartedWorker {
  readonly startedMs: number;
  /** Looks at which it had not answered the question of an earlier one. */
  silentLooks: number;
}

/** A worker that has not lived for so long is no reason to start another at once. */
const SHORT_LIFE_MS = 1000;
/** Milliseconds before another attempt to start a worker, doubled after each failure. */
const RETRY_MS = { min: 100, max: 10_000 } as const;
const LOOK_MS = 2000;
/**
 * Looks without an answer after which a worker is taken for dead: 20 s, less than the watchdog of the
 * units has patience with a service whose connection to itself that worker has. They are counted, so
 * that a machine that slept, and the process of the service with it, has not been silent.
 */
const SILENT_LOOKS_MAX = 9;
/** Looks without an answer that are worth a word in the status. */
const SILENT_LOOKS_TOLD = 3;
/** Milliseconds for a worker to send the lines of its logs. */
const FLUSH_MS = 2000;

export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #order: LogOrder<RemoteWorker | "own">;
  /** The lines of this process, while there are others to be put in order with them. */
  readonly #clock = new LineClock();
  readonly #own: CollectedLines;
  /** Of the lines that are written now; those of the next one wait. */
  #generation = 0;
  readonly #later: [RemoteWorker, LogBatch][] = [];
  #members: Member[] = [];
  /** Those that end with their last connection. */
  readonly #retiring = new Set<Member>();
  #wanted = 0;
  #replacing: Promise<void> | null = null;
  /** Milliseconds to wait before the next attempt to start one. */
  #retryMs = 0;
  #problem: string | null = null;
  #looks: ReturnType<typeof setInterval> | undefined;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#order = new LogOrder({
      write: (part) => options.logs.append(part),
      ask: (source) => {
        if (source === "own") return this.#order.passed(source, this.#own.flush());
        void source.flush().then((second) => this.#order.passed(source, second)).catch(() => {});
      },
    });
    this.#own = new CollectedLines({
      computerName: Deno.hostname(),
      lineEnd: Deno.build.os === "windows" ? "\r\n" : "\n",
      clock: this.#clock,
      ship: (batch) => this.#order.add("own", batch),
    }, effectiveSettings({}));
  }

  /** The workers that have the sockets. */
  get active(): readonly RemoteWorker[] {
    return this.#members.map(({ worker }) => worker);
  }

  /** Those that have no sockets any more, but still connections. */
  get retiring(): readonly RemoteWorker[] {
    return [...this.#retiring].map(({ worker }) => worker);
  }

  /** Logs a request that this process has served. */
  served(record: ServedRecord): void {
    if (this.#isEmpty) return this.#options.logs.served(record);
    this.#own.served(record);
    this.#own.flush(); // rare: those who have come before the workers
  }

  /** Logs a request that this process has refused. */
  refused(record: RefusedRecord): void {
    if (this.#isEmpty) return this.#options.logs.refused(record);
    this.#own.refused(record);
    this.#own.flush();
  }

  /** Formats the lines of this process as `settings` say from now on. */
  reconfigureOwnLogs(settings: Settings): void {
    this.#own.reconfigure(settings);
  }

  /**
   * Formats all lines as `settings` say from now on, and calls `reconfigure` when those in the former
   * format have been written: none stands below the fields of the other.
   */
  async reconfigureLogs(settings: LogSettings, reconfigure: () => Promise<void>): Promise<void> {
    const generation = this.#generation + 1;
    await Promise.all([...this.active, ...this.retiring].map((worker) => {
      return within(FLUSH_MS, worker.reconfigureLogs(settings, generation), () => {});
    }));
    this.#own.reconfigure(settings);
    this.#order.flush();
    await reconfigure();
    this.#generation = generation;
    for (const [worker, batch] of this.#later.splice(0)) this.#order.add(worker, batch);
  }

  /** The number of workers that there should be. */
  get wanted(): number {
    return this.#wanted;
  }

  /** Why workers are missing; null if none are. */
  get problem(): string | null {
    return this.#problem;
  }

  /** The workers that have not responded for some seconds. */
  get silent(): readonly number[] {
    return this.#members.filter(({ silentLooks }) => silentLooks >= SILENT_LOOKS_TOLD)
      .map(({ worker }) => worker.pid);
  }

  /** Starts workers until there are `wanted`: all of them or, with an error, none. */
  async grow(wanted: number): Promise<void> {
    const before = this.#wanted;
    this.#wanted = wanted;
    const count = Math.max(0, wanted - this.#members.length);
    const started = await Promise.allSettled(Array.from({ length: count }, () => this.#start()));
    const members = started.flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
    const failed = started.find((one) => one.status === "rejected");
    try {
      if (failed !== undefined) throw failed.reason;
      for (const member of members) await this.#bringUpToDate(member);
    } catch (error) {
      this.#wanted = before;
      await Promise.all(members.map((member) => this.#kill(member)));
      throw error;
    }
    this.#members.push(...members);
  }

  /** Serves with fewer workers, because of `error`, and goes on trying to start `wanted`. */
  retry(wanted: number, error: unknown): void {
    this.#wanted = wanted;
    this.#cannotStart(error);
    this.#replacing ??= this.#replace().finally(() => this.#replacing = null);
  }

  /**
   * Lets workers go until there are `wanted`. They keep their connections, and have to give up their
   * sockets before {@linkcode WorkerPool.retire}.
   */
  shrink(wanted: number): readonly RemoteWorker[] {
    this.#wanted = wanted;
    const surplus = this.#members.slice(wanted);
    this.#members = this.#members.slice(0, wanted);
    for (const member of surplus) this.#retiring.add(member);
    return surplus.map(({ worker }) => worker);
  }

  /** Makes the next response of each connection of `workers` its last one; they end with the last. */
  retire(workers: readonly RemoteWorker[]): void {
    for (const member of this.#retiring) {
      if (!workers.includes(member.worker)) continue;
      void member.worker.retire().catch(() => {}).then(() => this.#kill(member));
    }
  }

  /** Receives all lines that workers have for the logs. */
  async flushLogs(): Promise<void> {
    const workers = [...this.active, ...this.retiring];
    await Promise.all(workers.map(async (worker) => {
      const second = await within(FLUSH_MS, worker.flush(), () => null);
      if (second !== null) this.#order.passed(worker, second);
    }));
    this.#order.flush();
  }

  /** Ends all workers at once. */
  async end(): Promise<void> {
    await this.flushLogs();
    this.#wanted = 0;
    this.#problem = null;
    clearInterval(this.#looks);
    this.#looks = undefined;
    const members = [...this.#members.splice(0), ...this.#retiring];
    await Promise.all(members.map((member) => this.#kill(member)));
  }

  /** Asks each worker whether it still responds, and ends one that has not for too long. */
  #look(): void {
    this.#options.onLook();
    for (const member of [...this.#members, ...this.#retiring]) {
      if (++member.silentLooks > SILENT_LOOKS_MAX) member.worker.close();
      else void member.worker.counts().then(() => member.silentLooks = 0).catch(() => {});
    }
  }

  get #isEmpty(): boolean {
    return this.#members.length + this.#retiring.size === 0;
  }

  async #start(): Promise<Member> {
    const { start, ...options } = this.#options;
    let worker: RemoteWorker | null = null;
    const started = await start({
      onLog: (batch, generation) => {
        if (worker === null) return;
        if (generation > this.#generation) this.#later.push([worker, batch]);
        else this.#order.add(worker, batch);
      },
      onLine: (line) => options.log(line),
      onProgramFault: (program, fault) => options.onProgramFault(program, fault),
      onUpstream: (report) => options.onUpstream(report),
      onLimits: (report) => {
        if (worker !== null) options.onLimits(worker, report);
      },
      service: (question) => options.service(question),
      onTraces: (state) => {
        if (worker !== null) options.onTraces(worker, state);
      },
    });
    worker = started.worker;
    const second = Math.floor(this.#clock.renew() / 1000);
    this.#order.join(worker, second);
    this.#order.join("own", second);
    const member: Member = { ...started, startedMs: Date.now(), silentLooks: 0 };
    void started.worker.ended.then(() => this.#ended(member));
    this.#looks ??= setInterval(() => this.#look(), this.#options.lookMs ?? LOOK_MS);
    return member;
  }

  async #bringUpToDate({ worker }: Member): Promise<void> {
    await this.#options.bringUpToDate(worker);
    if (worker.hasEnded) throw new Error("it has ended at once");
  }

  async #kill(member: Member): Promise<void> {
    await within(FLUSH_MS, this.#options.onLeaving(member.worker), () => {});
    member.worker.close();
    await member.end().catch(() => {}); // without the shell, it ends because of the connection
  }

  /** Handles the end of a worker, whatever the reason. */
  async #ended(member: Member): Promise<void> {
    await member.end().catch(() => {}); // the shell has ended, and the worker with it
    this.#options.onEnded(member.worker);
    this.#order.leave(member.worker);
    this.#retiring.delete(member);
    if (!this.#members.includes(member)) return;
    this.#members = this.#members.filter((one) => one !== member);
    this.#options.event(workerEnded(member.worker.pid));
    if (Date.now() - member.startedMs >= SHORT_LIFE_MS) this.#retryMs = 0;
    else this.#waitLonger();
    await this.#options.onLost();
    this.#replacing ??= this.#replace().finally(() => this.#replacing = null);
  }

  /** Starts workers until there are enough. */
  async #replace(): Promise<void> {
    while (this.#members.length < this.#wanted) {
      if (this.#retryMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#retryMs));
      const member = await this.#start().catch((error) => this.#cannotStart(error));
      if (member === null) continue;
      const isUsed = await this.#options.exclusive(async () => {
        if (this.#members.length >= this.#wanted) return false;
        await this.#bringUpToDate(member);
        this.#members.push(member);
        await this.#options.onReplaced();
        return true;
      }).catch((error) => this.#cannotStart(error));
      if (isUsed) this.#problem = null;
      else await this.#kill(member);
    }
  }

  /** Reports a failure, once. */
  #cannotStart(error: unknown): null {
    const reason = messageOf(error);
    if (this.#problem !== reason) this.#options.event(workerFailed(reason));
    this.#problem = reason;
    this.#waitLonger();
    return null;
  }

  #waitLonger(): void {
    this.#retryMs = Math.min(RETRY_MS.max, Math.max(RETRY_MS.min, 2 * this.#retryMs));
  }
}
