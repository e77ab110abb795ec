/**
 * The listening sockets of the service, whoever has them: this process alone, or all workers, which
 * share each address (SO_REUSEPORT).
 *
 * The option lets every process of this user listen beside them, so that a port that is taken looks
 * free. Therefore this process opens a socket first, alone, which proves that nobody has the port,
 * and then hands it over.
 *
 * @module
 */
import { inSlices } from "../../base/work/slices.ts";
import { forEach } from "../../base/work/steps.ts";
import { type Binder, bindFault } from "../../listen/machine/bind_fault.ts";
import type { Machine } from "../../listen/machine/machine_addresses.ts";
import type { FailedBind, Plan } from "../../listen/plan/make_plan.ts";
import { EndpointMap } from "../../listen/plan/endpoint_map.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { SocketSet } from "../../listen/sockets/socket_set.ts";
import type { RemoteWorker, SocketFailure } from "./remote_worker.ts";
import { zonesOf } from "./served.ts";
import { plannedSocket, type SentSocket } from "./worker_protocol.ts";

/** Sockets that are handed over at once: nobody listens on them for as long as that takes. */
const HANDED_OVER = 64;

interface SharedSocketsOptions {
  /** The sockets of this process. */
  readonly own: SocketSet;
  readonly binder: Binder;
  /** The workers that have sockets. */
  workers(): readonly RemoteWorker[];
  /** Runs `work` while no worker comes or goes. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export class SharedSockets {
  readonly #own: SocketSet;
  readonly #binder: Binder;
  readonly #workers: SharedSocketsOptions["workers"];
  readonly #exclusive: SharedSocketsOptions["exclusive"];
  /** What all workers have open. */
  #shared = new EndpointMap<SentSocket>();
  #tcpBacklog = 0;
  /** How many sockets were opened, and how many attempts failed. */
  opened = 0;
  failed = 0;

  constructor({ own, binder, workers, exclusive }: SharedSocketsOptions) {
    this.#own = own;
    this.#binder = binder;
    this.#workers = workers;
    this.#exclusive = exclusive;
  }

  /** Returns the endpoints of the sockets that now listen. */
  endpoints(): SocketEndpoint[] {
    const shared = [...this.#shared.values()].map(({ ip, port, scopeId }) => {
      return { ip, port, scopeId };
    });
    return [...this.#own.endpoints(), ...shared];
  }

  /**
   * Opens what the plan says to open. Returns the failures; the other sockets stay open. Who connects
   * to a new one waits until {@linkcode acceptAll}.
   */
  open(plan: Pick<Plan, "endpoints">, tcpBacklog: number): Promise<FailedBind[]> {
    return this.#exclusive(async () => {
      this.#tcpBacklog = tcpBacklog;
      const failed = await this.#own.open(plan, tcpBacklog);
      const wanted = plan.endpoints.filter(({ action }) => action === "open").length;
      this.opened += wanted - failed.length;
      this.failed += failed.length;
      if (this.#workers().length === 0) return failed;
      return [...failed, ...await this.#handOver()];
    });
  }

  /** Accepts on every open socket from now on: what its clients will be served with is in force. */
  acceptAll(): Promise<void> {
    return this.#exclusive(() => this.#acceptAll());
  }

  /** Sets what the plan says of the sockets that stay open. */
  async settle(plan: Pick<Plan, "endpoints">, machine: Machine): Promise<void> {
    await this.#own.settle(plan, machine);
    if (this.#shared.size === 0) return;
    const changed: SentSocket[] = [];
    await inSlices(forEach(plan.endpoints, (planned) => {
      const found = planned.action === "keep" ? this.#shared.get(planned) : undefined;
      if (found === undefined || isSame(found, planned)) return;
      const socket = sentSocket(planned);
      this.#shared.set(planned, socket);
      changed.push(socket);
    }));
    const zones = zonesOf(machine);
    await Promise.all(this.#workers().map((worker) => worker.settle(changed, zones)));
  }

  /** Closes the sockets of `endpoints`; connections that they have accepted continue. */
  close(endpoints: readonly SocketEndpoint[]): Promise<void> {
    return this.#exclusive(async () => {
      const shared = endpoints.filter((endpoint) => this.#shared.has(endpoint));
      for (const endpoint of shared) this.#shared.delete(endpoint);
      await Promise.all([
        this.#own.close(endpoints),
        ...this.#workers().map((worker) => worker.closeSockets(shared)),
      ]);
    });
  }

  /** Opens in `worker`, which has none yet, what the others have open; returns its failures. */
  async openIn(worker: RemoteWorker): Promise<readonly SocketFailure[]> {
    const failures = await worker.open([...this.#shared.values()], this.#tcpBacklog);
    await worker.acceptAll();
    return failures;
  }

  /**
   * Hands the sockets of this process over to the workers. Returns those that are lost. Like what
   * follows, to be called while nothing else changes.
   */
  async handOver(): Promise<FailedBind[]> {
    const lost = await this.#handOver();
    await this.#acceptAll();
    return lost;
  }

  async #handOver(): Promise<FailedBind[]> {
    // Workers can listen beside a shared one, so that there is no moment without a socket.
    const shared = this.#own.socketsOf("shared");
    const failed = await this.#openShared(shared);
    await this.#own.close(shared);
    const exclusive = this.#own.socketsOf("exclusive");
    for (let i = 0; i < exclusive.length; i += HANDED_OVER) {
      const some = exclusive.slice(i, i + HANDED_OVER);
      await this.#own.close(some);
      failed.push(...await this.#openShared(some));
    }
    return failed;
  }

  /**
   * Opens in this process what the workers have open, beside them, and closes it there: shared also if
   * there are none any more, because others may come. Returns what cannot be opened.
   */
  async takeBack(): Promise<FailedBind[]> {
    const sockets = [...this.#shared.values()];
    const workers = this.#workers();
    const endpoints = sockets.map((socket) => plannedSocket(socket, "open"));
    const failed = await this.#own.open({ endpoints }, this.#tcpBacklog, { isShared: true });
    await this.#own.acceptAll();
    await Promise.all(workers.map((worker) => worker.closeSockets(sockets)));
    this.#shared = new EndpointMap();
    return failed;
  }

  /** Closes in `worker` what the others have open. */
  closeIn(worker: RemoteWorker): Promise<void> {
    return worker.closeSockets([...this.#shared.values()]);
  }

  async #acceptAll(): Promise<void> {
    await Promise.all([
      this.#own.acceptAll(),
      ...this.#workers().map((worker) => worker.acceptAll()),
    ]);
  }

  async #openShared(sockets: readonly SentSocket[]): Promise<FailedBind[]> {
    if (sockets.length === 0) return [];
    const workers = this.#workers();
    const failures = await Promise.all(workers.map((worker) => {
      return worker.open(sockets, this.#tcpBacklog);
    }));
    const failed = new EndpointMap<SocketFailure>();
    for (const one of failures.flat()) failed.set(one.endpoint, one);
    const lost = sockets.filter((socket) => failed.has(socket));
    if (lost.length > 0) {
      await Promise.all(workers.map((worker) => worker.closeSockets(lost)));
    }
    for (const socket of sockets) {
      if (!failed.has(socket)) this.#shared.set(socket, socket);
    }
    return [...failed.values()].map(({ endpoint, code, message }) => {
      const error = Object.assign(new Error(message), code === "" ? {} : { code });
      return { endpoint, fault: bindFault(endpoint, error, [], this.#binder) };
    });
  }
}

function isSame(a: SentSocket, b: SentSocket): boolean {
  return a.ip === b.ip && a.secure === b.secure;
}

function sentSocket({ ip, port, scopeId, secure }: SentSocket): SentSocket {
  return { ip, port, scopeId, secure };
}
