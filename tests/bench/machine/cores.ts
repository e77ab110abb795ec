/**
 * Which cores the servers, their clients and the programs behind proxies run on.
 *
 * @module
 */
import { isInstalled, outputOf } from "./commands.ts";

export interface Cores {
  readonly servers: readonly number[];
  readonly clients: readonly number[];
  /** Of programs behind a reverse proxy. */
  readonly behind: readonly number[];
  /** Whether servers and clients have no core in common. */
  readonly areApart: boolean;
}

/**
 * Divides `available` cores: the first `servers` for servers, the last for programs behind them if
 * there are enough, all others for clients. Where none is left, the clients share all of them.
 */
export function divideCores(available: readonly number[], servers = 1): Cores {
  const own = available.slice(0, servers);
  const rest = available.slice(own.length);
  if (rest.length === 0) {
    return { servers: own, clients: available, behind: available, areApart: false };
  }
  const clients = rest.length === 1 ? rest : rest.slice(0, -1);
  return { servers: own, clients, behind: rest.slice(-1), areApart: true };
}

/** Parses a list of cores as the kernel writes it: `0-2,5`. */
export function parseCores(list: string): number[] {
  return list.trim().split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

let available: readonly number[] | undefined;

/** Returns the cores that this process could use when it began; none if it cannot choose them. */
function availableCores(): readonly number[] {
  if (available !== undefined) return available;
  const status = Deno.readTextFileSync("/proc/self/status");
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? "";
  return available = isInstalled("taskset") ? parseCores(list) : [];
}

export function coresFor(servers: number): Cores {
  return divideCores(availableCores(), servers);
}

/** Returns the beginning of a command that runs on `cores` only. */
export function onCores(cores: readonly number[]): readonly string[] {
  return cores.length === 0 ? [] : ["taskset", "-c", cores.join(",")];
}

/** Moves this process, all its threads, and what it starts without {@linkcode onCores}. */
export function moveTo(which: "clients" | "all"): void {
  const cores = which === "all" ? availableCores() : coresFor(1).clients;
  if (cores.length > 0) outputOf(["taskset", "-a", "-c", "-p", cores.join(","), String(Deno.pid)]);
}

/** Says which cores are whose. */
export function describeCores(): string {
  const { servers, clients, behind, areApart } = coresFor(1);
  if (servers.length === 0) return "taskset is not installed: nothing is pinned";
  if (!areApart) return `one core, ${servers[0]}: servers and clients share it`;
  return `servers on core ${servers}, clients on ${clients}, programs behind proxies on ${behind}`;
}

/** Time of cores so far, in any unit. */
export interface CoreTime {
  readonly busy: number;
  readonly all: number;
}

/** Returns how busy `cores` have been between two times, 0 to 1; NaN if nothing is pinned. */
export function utilisation(before: CoreTime, after: CoreTime): number {
  return (after.busy - before.busy) / (after.all - before.all);
}

export function timeOfCores(cores: readonly number[]): CoreTime {
  return parseCoreTime(Deno.readTextFileSync("/proc/stat"), cores);
}

/** Parses `/proc/stat`: the time of `cores` together. */
export function parseCoreTime(stat: string, cores: readonly number[]): CoreTime {
  let [busy, all] = [0, 0];
  for (const core of cores) {
    const line = new RegExp(`^cpu${core} (.*)$`, "m").exec(stat)?.[1] ?? "";
    // user nice system idle iowait irq softirq steal; what guests used is in user already.
    const times = line.trim().split(/\s+/).slice(0, 8).map(Number);
    const [, , , idle = 0, waiting = 0] = times;
    const sum = times.reduce((total, one) => total + one, 0);
    all += sum;
    busy += sum - idle - waiting;
  }
  return { busy, all };
}
