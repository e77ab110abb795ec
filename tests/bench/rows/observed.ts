/**
 * What it costs to be seen: the same load with a log of JSON and a scrape of the metrics every second,
 * with the log of IIS, and with neither; and what nginx pays for a log of the same lines.
 *
 * The differences are of a few percent, and a second on a virtual machine differs by eight from the
 * next. So the sites of httpcfg are served by one process, and loaded in short turns; a figure is of
 * several turns of a server, and the two that the goal compares have more of them. With 36 figures of
 * each, their ratio is known to about one percent.
 *
 * Each log is emptied before its turn: so its lines get the memory of the turn before. A virtual
 * machine may have given all other free memory back to its host, and then the first write to a page of
 * a log costs several times as much as elsewhere, of nginx as of ours.
 */
import type { Bench, Row } from "../bench.ts";
import { wrkOf } from "../clients/wrk.ts";
import { cpuOfThreads } from "../machine/processes.ts";
import { OURS } from "../report/figures.ts";
import { startLoggedSites } from "../servers/httpcfg.ts";
import { startLoggedNginx } from "../servers/nginx.ts";
import type { LoggedServer, RunningServer, Work } from "../servers/server.ts";
import { makeFiles, SMALL_FILE } from "./files.ts";
import { PER_CPU_SECOND } from "./load.ts";

/** A turn of a server: a second, in which the metrics are scraped once. */
const CLIENT = { seconds: 1, connections: 64, threads: 1 };
/** Figures of a server for each second that any row would load it. */
const FIGURES_PER_SECOND = 2;
/** The turns of a figure, by the places of the servers: the first two in turn. */
const TURNS = [0, 1, 1, 0, 0, 1, 1, 0, 2, 3, 4];
/** What a server does behind its last response is counted, too. */
const SETTLE_MS = 30;
const SILENT = "httpcfg, no log";

interface Observed {
  readonly name: string;
  readonly title: string;
  readonly path: string;
  work(bench: Bench): Work;
}

function observedRow({ name, title, path, work }: Observed): Row {
  return {
    name,
    title: `${title} on 64 connections, with a log of JSON and a scrape each second`,
    needs: ["wrk", "nginx"],
    goals: [{
      work: "JSON log and metrics",
      measure: PER_CPU_SECOND.measure,
      against: SILENT,
      atLeast: 0.97,
    }],
    moreSeconds: 600,
    run: async (bench) => {
      const { scope } = bench;
      const same = work(bench);
      const servers = [
        ...await startLoggedSites(scope, same, [
          { name: OURS, hostname: "127.0.0.2", log: "json" },
          { name: SILENT, hostname: "127.0.0.8", log: null },
          { name: "httpcfg, W3C", hostname: "127.0.0.7", log: "w3c" },
        ]),
        await startLoggedNginx(scope, same, {
          name: "nginx, JSON",
          hostname: "127.0.0.9",
          log: "json",
        }),
        await startLoggedNginx(scope, same, {
          name: "nginx, no log",
          hostname: "127.0.0.10",
          log: "off",
        }),
      ];
      await inShortTurns(bench, path, servers);
    },
  };
}

async function inShortTurns(
  bench: Bench,
  path: string,
  servers: readonly LoggedServer[],
): Promise<void> {
  const { rounds, seconds } = bench.options;
  const load = wrkOf(bench.scope, { path });
  const figures = rounds * seconds * FIGURES_PER_SECOND;
  for (let i = -1; i < figures; i++) { // the first turns warm
    const sums = servers.map(() => ({ requests: 0, used: 0 }));
    for (const place of i % 2 === 0 ? TURNS : TURNS.toReversed()) {
      const server = servers[place]!;
      const sum = sums[place]!;
      const isFirst = i < 0 && sum.requests === 0;
      if (!isFirst && server.logs !== null) emptyLog(server.logs);
      const before = cpuOfThreads(server.pid);
      const [{ requests, errors }] = await Promise.all([
        load(`http://${server.hostname}:${server.port}`, CLIENT),
        server.name === OURS ? scrape(server) : null,
      ]);
      if (errors > 0) throw new Error(`${server.name}: ${errors} responses are errors`);
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      sum.used += cpuOfThreads(server.pid) - before;
      sum.requests += requests;
    }
    if (i < 0) continue;
    sums.forEach(({ requests, used }, place) => {
      bench.add(servers[place]!.name, PER_CPU_SECOND, requests / used);
    });
  }
}

/** Empties a log, which must have lines: without them the row would say something else. */
function emptyLog(folder: string): void {
  let bytes = 0;
  for (const { name } of Deno.readDirSync(folder)) {
    if (!/\.(?:log|ndjson)$/.test(name)) continue;
    bytes += Deno.statSync(`${folder}/${name}`).size;
    Deno.truncateSync(`${folder}/${name}`);
  }
  if (bytes === 0) throw new Error(`no lines in the log in ${folder}`);
}

async function scrape({ hostname, port }: RunningServer): Promise<void> {
  await (await fetch(`http://${hostname}:${port}/metrics`)).text();
}

export const OBSERVED_ROWS: readonly Row[] = [
  observedRow({ name: "observed", title: "A small text", path: "/", work: () => ({}) }),
  observedRow({
    name: "observed-file",
    title: "A file of 4 KiB",
    path: SMALL_FILE,
    work: (bench) => ({ folder: makeFiles(bench) }),
  }),
];
