/**
 * How many processes serve: what the setting Workers means on this machine. Pure.
 *
 * @module
 */
import type { Settings } from "../../config/document/settings.ts";

/** The machine, as far as the number of workers depends on it. */
export interface WorkerMachine {
  readonly os: string;
  /** The cores that this process may use. */
  readonly cores: number;
}

/**
 * Below this number of cores one process serves by default: a second one costs as much memory, and
 * leaves a small machine no core for anything else.
 */
const DEFAULT_CORES = 8;

/** Returns the number of processes that serve clients; 1 for the process of the service itself. */
export function workerCount(value: Settings["Workers"], { os, cores }: WorkerMachine): number {
  if (!spreadsConnections(os)) return 1;
  if (typeof value === "number") return value;
  return value === "default" && cores < DEFAULT_CORES ? 1 : cores;
}

/**
 * Reports whether the kernel spreads the connections of one address over the processes that listen
 * on it (SO_REUSEPORT). Elsewhere the option exists, but gives all of them to one.
 */
export function spreadsConnections(os: string): boolean {
  return os === "linux";
}
