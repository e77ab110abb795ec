/**
 * What it costs to be seen: the same load with a log of JSON and a scrape of the metrics every second,
 * with the log of IIS, and with neither; and what nginx pays for a log of the same lines.
 */
import type { Row } from "../bench.ts";
import { startLoggedSites } from "../servers/httpcfg.ts";
import { startLoggedNginx } from "../servers/nginx.ts";
import type { RunningServer } from "../servers/server.ts";
import { type Client, inTurn, PER_CPU_SECOND, wrkClient } from "./load.ts";

const SCRAPE_MS = 1000;
const SILENT = "httpcfg, no log";

const row: Row = {
  name: "observed",
  title: "A small text on 64 kept connections, with a log of JSON and a scrape each second",
  needs: ["wrk", "nginx"],
  goals: [{
    work: "JSON log and metrics",
    measure: PER_CPU_SECOND.measure,
    against: SILENT,
    atLeast: 0.97,
  }],
  run: async (bench) => {
    const { scope } = bench;
    const ours = await startLoggedSites(scope, [
      { name: "httpcfg", hostname: "127.0.0.2", log: "json" },
      { name: SILENT, hostname: "127.0.0.8", log: null },
      { name: "httpcfg, W3C", hostname: "127.0.0.7", log: "w3c" },
    ]);
    const wrk = wrkClient(bench, { request: { path: "/" }, connections: 64 });
    const client: Client = async (server, seconds) => {
      if (server !== ours[0]) return await wrk(server, seconds);
      const scrapes = setInterval(() => void scrape(server), SCRAPE_MS);
      try {
        return await wrk(server, seconds);
      } finally {
        clearInterval(scrapes);
      }
    };
    const peers = [
      await startLoggedNginx(scope, { name: "nginx, JSON", hostname: "127.0.0.9", log: "json" }),
      await startLoggedNginx(scope, { name: "nginx, no log", hostname: "127.0.0.10", log: "off" }),
    ];
    await inTurn(bench, [...ours, ...peers], client);
    bench.note(
      "rounds of one process differ by 10 % on a virtual machine: a few percent show in the median of " +
        "some 100 (--rounds 100 --seconds 1), the second time, as the first writes to memory that was " +
        "not used before cost more than the log itself",
    );
  },
};

async function scrape({ hostname, port }: RunningServer): Promise<void> {
  await (await fetch(`http://${hostname}:${port}/metrics`)).text();
}

export const OBSERVED_ROWS: readonly Row[] = [row];
