/** One worker and two: how much more two cores serve. */
import type { Bench, Measure, Row } from "../bench.ts";
import { coresFor } from "../machine/cores.ts";
import { isInstalled } from "../machine/commands.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { startNginx } from "../servers/nginx.ts";
import type { RunningServer } from "../servers/server.ts";
import { ERRORS, loaded, type Round, startFloorLike, wrkClient } from "./load.ts";

const LOAD = { request: { path: "/" }, connections: 64 };
const WORKERS = 2;

/**
 * What two workers can do by one, whatever the clients leave them of their cores: two cores, at what
 * a request costs with all processes of the server. It is true as long as no process has much more
 * to do than the others: the share of the busiest, half of the whole if they are even, tells.
 */
const CAPACITY: Measure = { measure: "capacity, 2 by 1", unit: "x", better: "more" };
const BUSIEST: Measure = { measure: "busiest of 2 workers", unit: "% of CPU", better: "less" };
const PER_SECOND: Measure = { measure: "req/s, 2 by 1", unit: "x", better: "more" };
const ONE: Measure = { measure: "1 worker", unit: "req/s", better: "more" };
const TWO: Measure = { measure: "2 workers", unit: "req/s", better: "more" };
const CORES: Measure = { measure: "server cores, 2 workers", unit: "%", better: "none" };

export const WORKER_ROWS: readonly Row[] = [{
  name: "workers",
  title: "A small text on 64 kept connections: one worker, and two on two cores",
  goals: [
    { work: "two cores", measure: CAPACITY.measure, atLeast: 1.8 },
    { work: "two cores", measure: CAPACITY.measure, against: "nginx" },
    { work: "two cores", measure: BUSIEST.measure, atMost: 60 },
  ],
  needs: ["wrk"],
  run: async (bench) => {
    const pairs = await startPairs(bench);
    const { rounds } = bench.options;
    for (let i = -1; i < rounds; i++) { // the first round is to warm up
      for (const [one, two] of pairs) await oneRound(bench, one, two, i < 0);
    }
    if (!coresFor(WORKERS).areApart) {
      bench.note("the clients share the cores of two workers: req/s is less than these can do");
    }
  },
}];

type Pair = readonly [one: RunningServer, two: RunningServer];

async function startPairs(bench: Bench): Promise<Pair[]> {
  const { scope } = bench;
  const two = { workers: WORKERS };
  const pairs: Pair[] = [];
  let ours: RunningServer;
  try {
    ours = await startHttpcfg(scope, { workers: 1 });
    pairs.push([ours, await startHttpcfg(scope, two)]);
  } catch (error) {
    if (!String(error).includes("Workers")) throw error;
    bench.note("httpcfg: the setting Workers is not known to this program");
    ours = await startHttpcfg(scope, {});
  }
  const floor = await startFloorLike(bench, {}, ours, LOAD);
  pairs.push([floor, await startFloorLike(bench, two, ours, LOAD)]);
  if (isInstalled("nginx")) {
    pairs.push([await startNginx(scope, { workers: 1 }), await startNginx(scope, two)]);
  }
  return pairs;
}

async function oneRound(
  bench: Bench,
  one: RunningServer,
  two: RunningServer,
  isWarm: boolean,
): Promise<void> {
  const seconds = isWarm ? 1 : bench.options.seconds;
  const single = await loaded(one, wrkClient(bench, LOAD), seconds);
  const double = await loaded(two, wrkClient(bench, LOAD, WORKERS), seconds, WORKERS);
  if (isWarm) return;
  const perSecond = (round: Round): number => round.requests / round.seconds;
  const by = (value: (round: Round) => number): number => value(double) / value(single);
  bench.add(one.name, CAPACITY, WORKERS * by((round) => round.requests / round.cpuSeconds));
  bench.add(one.name, BUSIEST, 100 * double.busiestSeconds / double.cpuSeconds);
  bench.add(one.name, PER_SECOND, by(perSecond));
  bench.add(one.name, ONE, perSecond(single));
  bench.add(one.name, TWO, perSecond(double));
  bench.add(one.name, ERRORS, single.errors + double.errors);
  bench.add(one.name, CORES, 100 * double.serverCore);
}
