/** 1,000 sites with 100 bindings each: starting, memory, and requests to the last one. */
import type { Bench, Measure, Row } from "../bench.ts";
import { answerOf } from "../clients/answer.ts";
import { privateBytes } from "../machine/processes.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers } from "../servers/peers.ts";
import type { RunningServer } from "../servers/server.ts";
import { ERRORS, loaded, PER_CPU_SECOND, startFloorLike, wrkClient } from "./load.ts";

const SITES = Array.from({ length: 1000 }, (_, i) => {
  return Array.from({ length: 100 }, (_, j) => `host${j}.site${i}.test`);
});
const LAST = SITES.at(-1)!.at(-1)!;
const LOAD = { request: { path: "/", fields: [`Host: ${LAST}`] }, connections: 64 };

const START: Measure = { measure: "start to a response", unit: "s", better: "less" };
const MEMORY: Measure = { measure: "memory", unit: "MB", better: "less" };

export const MANY_SITES_ROWS: readonly Row[] = [{
  name: "many-sites",
  title: "1,000 sites with 100 bindings each: starting, then a small text of the last one",
  goals: [
    { work: "1,000 sites x 100 bindings", measure: PER_CPU_SECOND.measure, against: "floor" },
    { work: "1,000 sites x 100 bindings", measure: START.measure },
  ],
  needs: ["wrk"],
  run: async (bench) => {
    const peers = installedPeers(bench, ["nginx"]);
    for (let i = 0; i < bench.options.rounds; i++) {
      const ours = await startHttpcfg(bench.scope, { sites: SITES });
      await oneRound(bench, ours);
      const floor = await startFloorLike(bench, {}, ours, LOAD);
      await ours.stop();
      await oneRound(bench, floor);
      await floor.stop();
      for (const start of peers) {
        const peer = await start(bench.scope, { sites: SITES });
        await oneRound(bench, peer);
        await peer.stop();
      }
    }
  },
}];

async function oneRound(bench: Bench, server: RunningServer): Promise<void> {
  await answerOf(server, LOAD.request, undefined);
  const seconds = (Date.now() - server.startedMs) / 1000;
  const bytes = privateBytes(server.pid);
  const client = wrkClient(bench, LOAD);
  await client(server, 1); // warm
  const round = await loaded(server, client, bench.options.seconds);
  bench.add(server.name, PER_CPU_SECOND, round.requests / round.cpuSeconds);
  bench.add(server.name, START, seconds);
  bench.add(server.name, MEMORY, bytes / 1e6);
  bench.add(server.name, ERRORS, round.errors);
}
