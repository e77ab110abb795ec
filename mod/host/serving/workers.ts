/**
 * All workers of the service as one: their sockets, what they serve, their connections.
 *
 * @module
 */
import type { Settings } from "../../config/document/settings.ts";
import type { SocketEndpoint } from "../../listen/plan/plan.ts";
import type { SocketSet } from "../../listen/sockets/socket_set.ts";
import type { CachedResponse } from "../control/status.ts";
import type { CacheSelection } from "./cache_view.ts";
import type { Draining } from "./drain_unreached.ts";
import type { LocalWorker } from "./local_worker.ts";
import type { Paused } from "./pauses.ts";
import type { Served, ServedCertificate } from "./served.ts";
import type { ServingCounts, ServingWorker } from "./serving_worker.ts";

/** The workers. */
export class Workers implements ServingWorker {
  readonly #local: LocalWorker;
  /** The listening sockets. */
  readonly sockets: SocketSet;

  constructor(local: LocalWorker, sockets: SocketSet) {
    this.#local = local;
    this.sockets = sockets;
  }

  prepareTls(): Promise<void> {
    return this.#local.prepareTls();
  }

  start(settings: Settings): Promise<void> {
    return this.#local.start(settings);
  }

  stop(): Promise<void> {
    return this.#local.stop();
  }

  serve(served: Served): Promise<void> {
    return this.#local.serve(served);
  }

  renew(certificates: readonly ServedCertificate[]): Promise<void> {
    return this.#local.renew(certificates);
  }

  pause(paused: Paused): Promise<void> {
    return this.#local.pause(paused);
  }

  drain(graceMs: number): Promise<void> {
    return this.#local.drain(graceMs);
  }

  drainUnreached(open: readonly SocketEndpoint[], graceMs: number): Promise<readonly Draining[]> {
    return this.#local.drainUnreached(open, graceMs);
  }

  counts(): Promise<ServingCounts> {
    return this.#local.counts();
  }

  cached(): Promise<readonly CachedResponse[]> {
    return this.#local.cached();
  }

  evict(selection: CacheSelection): Promise<number> {
    return this.#local.evict(selection);
  }
}
