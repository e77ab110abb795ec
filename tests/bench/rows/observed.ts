/**
 * What it costs to be seen: the same load with a log of JSON and a scrape of the metrics every second,
 * with the log of IIS, and with neither; and what nginx pays for a log of the same lines.
 *
 * The differences are of a few percent, so that the sites of httpcfg are served by one process, and
 * loaded in short turns on connections that stay open.
 */
import type { Bench, Row } from "../bench.ts";
import { KeptConnections } from "../clients/kept_connections.ts";
import { cpuOfThreads } from "../machine/processes.ts";
import { OURS } from "../report/figures.ts";
import { startLoggedSites } from "../servers/httpcfg.ts";
import { startLoggedNginx } from "../servers/nginx.ts";
import type { RunningServer } from "../servers/server.ts";
import { PER_CPU_SECOND } from "./load.ts";

const CONNECTIONS = 64;
const TURN_MS = 300;
/** Turns of a server for each second that any row would load it. */
const TURNS_PER_SECOND = 12;
/** What a server does behind its last response is counted, too. */
const SETTLE_MS = 30;
const SCRAPE_MS = 1000;
const SILENT = "httpcfg, no log";

const row: Row = {
  name: "observed",
  title: "A small text on 64 kept connections, with a log of JSON and a scrape each second",
  needs: ["nginx"],
  goals: [{
    work: "JSON log and metrics",
    measure: PER_CPU_SECOND.measure,
    against: SILENT,
    atLeast: 0.97,
  }],
  moreSeconds: 600,
  run: async (bench) => {
    const { scope } = bench;
    const servers = [
      ...await startLoggedSites(scope, [
        { name: OURS, hostname: "127.0.0.2", log: "json" },
        { name: SILENT, hostname: "127.0.0.8", log: null },
        { name: "httpcfg, W3C", hostname: "127.0.0.7", log: "w3c" },
      ]),
      await startLoggedNginx(scope, { name: "nginx, JSON", hostname: "127.0.0.9", log: "json" }),
      await startLoggedNginx(scope, { name: "nginx, no log", hostname: "127.0.0.10", log: "off" }),
    ];
    await inShortTurns(bench, servers);
    bench.note(
      "the client is the limit: what it leaves of the core of a server is not in these figures",
    );
    bench.note(
      "memory that the system has not used before, or has given back to its host, costs more than " +
        "the log at its first use: measure with a full page cache, as that of most servers is",
    );
  },
};

async function inShortTurns(bench: Bench, servers: readonly RunningServer[]): Promise<void> {
  using opened = new DisposableStack();
  const all = [];
  for (const server of servers) {
    const connections = opened.use(await KeptConnections.open(server, CONNECTIONS));
    await connections.load(1000); // warm
    all.push({ server, connections, nextScrapeMs: 0, loadedMs: 0 });
  }
  const { rounds, seconds } = bench.options;
  for (let i = 0; i < rounds * seconds * TURNS_PER_SECOND; i++) {
    for (const one of all) {
      const { server, connections } = one;
      const isScraped = server.name === OURS && one.loadedMs >= one.nextScrapeMs;
      if (isScraped) one.nextScrapeMs += SCRAPE_MS;
      const before = cpuOfThreads(server.pid);
      const [requests] = await Promise.all([
        connections.load(TURN_MS),
        isScraped ? scrape(server) : null,
      ]);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      bench.add(server.name, PER_CPU_SECOND, requests / (cpuOfThreads(server.pid) - before));
      one.loadedMs += TURN_MS;
    }
  }
}

async function scrape({ hostname, port }: RunningServer): Promise<void> {
  await (await fetch(`http://${hostname}:${port}/metrics`)).text();
}

export const OBSERVED_ROWS: readonly Row[] = [row];
