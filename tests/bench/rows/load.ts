/**
 * Rows that load servers with requests: each server in turn, round by round, so that a machine that
 * drifts affects all alike.
 *
 * @module
 */
import type { Bench, Measure, Row } from "../bench.ts";
import { answerOf } from "../clients/answer.ts";
import { type Load, type Request, wrkOf } from "../clients/wrk.ts";
import { coresFor, timeOfCores, utilisation } from "../machine/cores.ts";
import { cpuOfTree } from "../machine/processes.ts";
import { type Figure, findFigure, median, ratios } from "../report/figures.ts";
import type { Goal } from "../report/goals.ts";
import { type Loop, startFloor } from "../servers/floor.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers, type PeerName } from "../servers/peers.ts";
import type { RunningServer, Work } from "../servers/server.ts";

/** Requests for each second of CPU time of the server, with all its processes. */
export const PER_CPU_SECOND: Measure = { measure: "req/CPU s", unit: "", better: "more" };
export const P99: Measure = { measure: "p99", unit: "ms", better: "less" };

const PER_SECOND: Measure = { measure: "req/s", unit: "", better: "more" };
const P50: Measure = { measure: "p50", unit: "ms", better: "less" };
export const ERRORS: Measure = { measure: "errors", unit: "", better: "less" };
const SERVER_CORE: Measure = { measure: "server core", unit: "%", better: "none" };
const CLIENT_CORE: Measure = { measure: "client core", unit: "%", better: "none" };

/** A server that used less of its core, in percent, could have done more: its client was the limit. */
const SATURATED = 90;
/** More than this share of the core of a server, in percent, was used by others than the server. */
const DISTURBED = 20;

/** Sends requests to a server for so many seconds. */
export type Client = (server: RunningServer, seconds: number) => Promise<Load>;

export interface LoadRow {
  readonly name: string;
  readonly title: string;
  readonly goals?: readonly Goal[];
  readonly needs?: readonly string[];
  readonly peers: readonly PeerName[];
  readonly request: Request;
  readonly connections: number;
  /** What every server has to do; by default, to respond with the small text. */
  work?(bench: Bench): Promise<Work>;
  /** How the floor differs from one answer for each request. */
  readonly loop?: Loop;
  /** By default wrk. */
  client?(bench: Bench): Client;
}

/** Makes the row of such a load. */
export function loadRow(load: LoadRow): Row {
  const { name, title, goals = [], needs = [], client } = load;
  return {
    name,
    title,
    goals,
    needs: [...(client === undefined ? ["wrk"] : []), ...needs],
    run: async (bench) => {
      const work = await load.work?.(bench) ?? {};
      const ours = await startHttpcfg(bench.scope, work);
      const floor = await startFloorLike(bench, work, ours, load);
      const servers = [ours, floor];
      for (const start of installedPeers(bench, load.peers)) {
        servers.push(await start(bench.scope, work));
      }
      await inTurn(bench, servers, client?.(bench) ?? wrkClient(bench, load));
    },
  };
}

/** Starts the floor that answers as a server does. */
export async function startFloorLike(
  { scope }: Bench,
  work: Work,
  ours: RunningServer,
  { request, loop = {} }: Pick<LoadRow, "request" | "loop">,
): Promise<RunningServer> {
  const answer = await answerOf(ours, request, work.tls?.cert);
  const bufferBytes = request.bodyBytes !== undefined ? 65_536 : 16_384;
  const isLarge = request.bodyBytes !== undefined || request.pipelined !== undefined;
  return await startFloor(scope, work, {
    ...(loop.forwards ? {} : { answer }),
    ...(isLarge || loop.forwards ? { bufferBytes } : {}),
    ...loop,
  });
}

/** Returns wrk as the client. */
export function wrkClient(
  { scope }: Bench,
  { request, connections }: Pick<LoadRow, "request" | "connections">,
  threads = 1,
): Client {
  const wrk = wrkOf(scope, request);
  return ({ scheme, hostname, port }, seconds) => {
    return wrk(`${scheme}://${hostname}:${port}`, { seconds, connections, threads });
  };
}

/** Loads each server in turn, round by round. */
export async function inTurn(
  bench: Bench,
  servers: readonly RunningServer[],
  client: Client,
): Promise<void> {
  const { rounds, seconds } = bench.options;
  for (const server of servers) await client(server, 1); // warm
  for (let i = 0; i < rounds; i++) {
    for (const server of servers) {
      const round = await loaded(server, client, seconds);
      addRound(bench, server.name, round);
    }
  }
  noteCores(bench);
}

/** Notes what makes figures say less than they seem to: an idle core, or one that others used. */
function noteCores(bench: Bench): void {
  const unsaturated: string[] = [];
  const disturbed: string[] = [];
  for (const core of bench.figures.filter(({ measure }) => measure === SERVER_CORE.measure)) {
    const { row, server, rounds } = core;
    const find = ({ measure }: Measure): Figure => findFigure(bench.figures, row, server, measure)!;
    const own = 100 * median(ratios(find(PER_SECOND), find(PER_CPU_SECOND)));
    const all = median(rounds);
    if (all < SATURATED) unsaturated.push(`${server} (${all.toFixed(0)} % of its core)`);
    if (all - own > DISTURBED) disturbed.push(`${server} (it used ${own.toFixed(0)} %)`);
  }
  if (unsaturated.length > 0) {
    const whom = unsaturated.join(", ");
    bench.note(`not saturated, so that req/s and times are the client's too: ${whom}`);
  }
  if (disturbed.length > 0) {
    bench.note(
      `other processes used the core of the server, measure again: ${disturbed.join(", ")}`,
    );
  }
}

export interface Round extends Load {
  readonly cpuSeconds: number;
  /** CPU seconds of the process of the server that used most. */
  readonly busiestSeconds: number;
  readonly serverCore: number;
  readonly clientCore: number;
}

/** Loads a server once. */
export async function loaded(
  server: RunningServer,
  client: Client,
  seconds: number,
  workers = 1,
): Promise<Round> {
  const cores = coresFor(workers);
  const others = [...cores.clients, ...cores.behind].filter((core, i, all) => {
    return all.indexOf(core) === i;
  });
  const before = {
    cpu: cpuOfTree(server.pid),
    own: timeOfCores(cores.servers),
    others: timeOfCores(others),
  };
  const load = await client(server, seconds);
  const after = {
    cpu: cpuOfTree(server.pid),
    own: timeOfCores(cores.servers),
    others: timeOfCores(others),
  };
  const each = [...after.cpu.each].map(([pid, cpu]) => cpu - (before.cpu.each.get(pid) ?? 0));
  return {
    ...load,
    cpuSeconds: after.cpu.all - before.cpu.all,
    busiestSeconds: Math.max(...each),
    serverCore: utilisation(before.own, after.own),
    clientCore: utilisation(before.others, after.others),
  };
}

function addRound(bench: Bench, name: string, round: Round): void {
  bench.add(name, PER_CPU_SECOND, round.requests / round.cpuSeconds);
  bench.add(name, PER_SECOND, round.requests / round.seconds);
  // Not every client measures times.
  if (!Number.isNaN(round.p50Ms)) bench.add(name, P50, round.p50Ms);
  if (!Number.isNaN(round.p99Ms)) bench.add(name, P99, round.p99Ms);
  bench.add(name, ERRORS, round.errors);
  bench.add(name, SERVER_CORE, 100 * round.serverCore);
  bench.add(name, CLIENT_CORE, 100 * round.clientCore);
}
