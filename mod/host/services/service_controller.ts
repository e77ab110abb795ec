/**
 * The service controller: starts and stops services in the order of the service table, one request
 * at a time.
 *
 *     stopped -> starting -> running <-> paused
 *        ^---------------- stopping <------'
 *
 * The work of a service is done by its worker. If a worker fails to start, its service stays
 * stopped and the services that it needs stay running, as on Windows.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import { dependentsOf, type ServiceName, SERVICES, startOrder } from "./service_table.ts";

export type ServiceState = "stopped" | "starting" | "running" | "pausing" | "paused" | "stopping";

export interface ServiceWorker {
  /** Resolves when the service is running. Throws if it cannot start. */
  start(progress?: Progress): Promise<void>;
  /** Resolves when the service has stopped completely. */
  stop(): Promise<void>;
  pause?(): Promise<void>;
  resume?(): Promise<void>;
}

/** Observes the state changes of services. */
type ServiceWatcher = (service: ServiceName, state: ServiceState) => void;

export class Controller {
  readonly #workers: Readonly<Record<ServiceName, ServiceWorker>>;
  readonly #states = new Map<ServiceName, ServiceState>();
  readonly #watch: ServiceWatcher;
  /** The current request; the next one waits for it. */
  #queue: Promise<unknown> = Promise.resolve();
  /** Requests that have not ended. */
  #pending = 0;
  #isShutDown = false;

  constructor(workers: Readonly<Record<ServiceName, ServiceWorker>>, watch: ServiceWatcher) {
    this.#workers = workers;
    this.#watch = watch;
  }

  state(name: ServiceName): ServiceState {
    return this.#states.get(name) ?? "stopped";
  }

  isUp(name: ServiceName): boolean {
    return this.state(name) !== "stopped";
  }

  /** Services that depend on `name` and are not stopped, in the order of stopping. */
  runningDependents(name: ServiceName): ServiceName[] {
    return dependentsOf(name).filter((dependent) => this.isUp(dependent));
  }

  /** Reports whether any service is not stopped. */
  anyUp(): boolean {
    return SERVICES.some((row) => this.isUp(row.name));
  }

  /** Starts `name` and what it needs, unless already running. Throws after a shutdown. */
  start(name: ServiceName, progress?: Progress): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isShutDown) {
        throw new Fault("Cannot start a service: the process is shutting down", {
          hint: "httpcfg net start w3svc",
        });
      }
      for (const step of startOrder(name)) {
        if (this.isUp(step)) continue;
        await this.#transition(
          step,
          "starting",
          "running",
          "stopped",
          () => this.#workers[step].start(progress),
        );
      }
    });
  }

  /** Stops what depends on `name`, then `name`. Calls `step` before and after each service. */
  stop(name: ServiceName, step: ServiceWatcher = () => {}): Promise<void> {
    return this.#enqueue(async () => {
      for (const next of [...this.runningDependents(name), name]) {
        if (!this.isUp(next)) continue;
        step(next, "stopping");
        // A worker that fails to stop has still ended its work: it cannot return to running.
        await this.#transition(
          next,
          "stopping",
          "stopped",
          "stopped",
          () => this.#workers[next].stop(),
        );
        step(next, "stopped");
      }
    });
  }

  pause(name: ServiceName): Promise<void> {
    const worker = this.#workers[name];
    return this.#enqueue(() => {
      return this.#transition(name, "pausing", "paused", "running", () => worker.pause!());
    });
  }

  resume(name: ServiceName): Promise<void> {
    const worker = this.#workers[name];
    return this.#enqueue(() => {
      return this.#transition(name, "starting", "running", "paused", () => worker.resume!());
    });
  }

  /** Stops everything, dependents first, and prevents any further start. */
  async shutDown(): Promise<void> {
    this.#isShutDown = true;
    for (const row of [...SERVICES].reverse()) await this.stop(row.name);
  }

  /** Runs `work` while no start or stop runs: a reload must not meet a half-stopped service. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#enqueue(work);
  }

  /** Runs `work` like {@linkcode Controller.exclusive} unless a request is in progress. */
  async whenIdle(work: () => Promise<unknown>): Promise<void> {
    if (this.#pending === 0) await this.#enqueue(work);
  }

  async #transition(
    name: ServiceName,
    during: ServiceState,
    after: ServiceState,
    onFailure: ServiceState,
    work: () => Promise<void>,
  ): Promise<void> {
    this.#set(name, during);
    try {
      await work();
      this.#set(name, after);
    } catch (error) {
      this.#set(name, onFailure);
      throw error;
    }
  }

  #set(name: ServiceName, state: ServiceState): void {
    this.#states.set(name, state);
    this.#watch(name, state);
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    this.#pending++;
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {}).then(() => this.#pending--);
    return done;
  }
}
