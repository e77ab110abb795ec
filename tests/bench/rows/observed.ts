/**
 * What it costs to be seen: the same load with a log of JSON and a scrape of the metrics every second,
 * with the log of IIS, and with neither; and what nginx pays for a log of the same lines.
 */
import type { Row } from "../bench.ts";
import type { ConfigDocument } from "../../../mod/config/document/document.ts";
import { startMeasured } from "../servers/httpcfg.ts";
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
    const start = (
      name: string,
      hostname: string,
      settings: ConfigDocument["settings"],
    ): Promise<RunningServer> => startMeasured(scope, { name, hostname, settings });
    const observed = await start("httpcfg", "127.0.0.2", { AccessLogFormat: "json" });
    const w3c = await start("httpcfg, W3C", "127.0.0.7", {});
    const silent = await start(SILENT, "127.0.0.8", { LogEnabled: false });
    const wrk = wrkClient(bench, { request: { path: "/" }, connections: 64 });
    const client: Client = async (server, seconds) => {
      if (server !== observed) return await wrk(server, seconds);
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
    await inTurn(bench, [observed, w3c, silent, ...peers], client);
    bench.note(
      "the first writes to memory that the system has not used before cost a virtual machine more " +
        "than the log itself: measure twice, and take the second time",
    );
  },
};

async function scrape({ hostname, port }: RunningServer): Promise<void> {
  await (await fetch(`http://${hostname}:${port}/metrics`)).text();
}

export const OBSERVED_ROWS: readonly Row[] = [row];
