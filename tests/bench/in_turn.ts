/** Loads several servers in turn, round by round, so that a drifting machine affects all alike. */
import { cpuSeconds, isInstalled, type Load, median, printTable, say, wrk } from "./measure.ts";
import type { RunningServer, Starter, Work } from "./servers.ts";

const ROUNDS = 5;
const SECONDS = 3;

interface Round extends Load {
  /** Requests per second of the server's own CPU time. */
  readonly perCpuSecond: number;
}

/** Starts each server for `work`, loads `path` of all in turn, and prints one row per server. */
export async function benchInTurn(
  title: string,
  starts: readonly Starter[],
  { path, work, connections }: {
    readonly path: string;
    readonly work: Work;
    readonly connections: number;
  },
): Promise<void> {
  if (!(await isInstalled("wrk"))) return say(`skipped, wrk is not installed: ${title}`);
  const servers: RunningServer[] = [];
  try {
    for (const start of starts) servers.push(await start(work));
    const rounds = new Map<string, Round[]>(servers.map(({ name }) => [name, []]));
    for (const server of servers) await measured(server, path, 1, connections); // warm
    for (let i = 0; i < ROUNDS; i++) {
      for (const server of servers) {
        rounds.get(server.name)!.push(await measured(server, path, SECONDS, connections));
      }
    }
    report(title, rounds);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function measured(
  { pid, hostname, port, scheme }: RunningServer,
  path: string,
  seconds: number,
  connections: number,
): Promise<Round> {
  const before = cpuSeconds(pid);
  const load = await wrk(`${scheme}://${hostname}:${port}${path}`, seconds, connections);
  return { ...load, perCpuSecond: load.requests / (cpuSeconds(pid) - before) };
}

function report(title: string, rounds: ReadonlyMap<string, readonly Round[]>): void {
  const ours = rounds.get("httpcfg")!;
  const rows = [...rounds].map(([name, all]) => [
    name,
    median(all.map((one) => one.perCpuSecond)).toFixed(0),
    (1e6 / median(all.map((one) => one.perCpuSecond))).toFixed(2),
    median(all.map((one) => one.requests / one.seconds)).toFixed(0),
    median(all.map((one) => one.p50Ms)).toFixed(2),
    median(all.map((one) => one.p99Ms)).toFixed(2),
    median(all.map((one, i) => ours[i]!.perCpuSecond / one.perCpuSecond)).toFixed(2),
    String(all.reduce((sum, one) => sum + one.errors, 0)),
  ]);
  printTable(`${title} (medians of ${ROUNDS} rounds in turn)`, [
    ["server", "req/CPU s", "us/req", "req/s", "p50 ms", "p99 ms", "httpcfg/it", "errors"],
    ...rows,
  ]);
}
