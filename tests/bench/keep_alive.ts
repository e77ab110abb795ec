/** Keep-alive requests per CPU second: a fixed text, 64 connections, site look-up and log on. */
import { cpuSeconds, isInstalled, type Load, median, printTable, say, wrk } from "./measure.ts";
import { type RunningServer, startNginx, startOurs } from "./servers.ts";

const ROUNDS = 5;
const SECONDS = 3;

interface Round extends Load {
  /** Requests a second of the server's own CPU. */
  readonly perCpuSecond: number;
}

/** Measures all servers in turn, round by round, so that a drifting machine drifts for all. */
export async function benchKeepAlive(): Promise<void> {
  const starts = [startOurs];
  if (await isInstalled("nginx")) starts.push(startNginx);
  else say("nginx is not installed: no peer to compare with");
  if (!(await isInstalled("wrk"))) return say("wrk is not installed: keep-alive is not measured");
  const servers: RunningServer[] = [];
  try {
    for (const start of starts) servers.push(await start());
    const rounds = new Map<string, Round[]>(servers.map(({ name }) => [name, []]));
    for (const server of servers) await measured(server, 1); // warm
    for (let i = 0; i < ROUNDS; i++) {
      for (const server of servers) rounds.get(server.name)!.push(await measured(server, SECONDS));
    }
    report(rounds);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function measured(server: RunningServer, seconds: number): Promise<Round> {
  const before = cpuSeconds(server.pid);
  const load = await wrk(`http://${server.hostname}:${server.port}/`, seconds);
  return { ...load, perCpuSecond: load.requests / (cpuSeconds(server.pid) - before) };
}

function report(rounds: ReadonlyMap<string, readonly Round[]>): void {
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
  printTable("Keep-alive, 64 connections, a fixed text, log on (medians of rounds in turn)", [
    ["server", "req/CPU s", "us/req", "req/s", "p50 ms", "p99 ms", "httpcfg/it", "errors"],
    ...rows,
  ]);
}
