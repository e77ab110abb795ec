/** Idle connections, each after one request: the memory of the server for each. */
import type { Bench, Measure, Row } from "../bench.ts";
import { privateBytes } from "../machine/processes.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers } from "../servers/peers.ts";
import type { RunningServer, Work } from "../servers/server.ts";
import { makeCertificate } from "./certificate.ts";
import { startFloorLike } from "./load.ts";

const BYTES: Measure = { measure: "each connection", unit: "bytes", better: "less" };
const AT_ONCE = 100;
const WARM = 200;
/** Rounds are slow, and the figures of one server hardly differ. */
const ROUNDS_MAX = 3;

export const IDLE_ROWS: readonly Row[] = [
  idleRow("idle-http", "http", 10_000, 6500),
  idleRow("idle-https", "https", 2000, 16_000),
];

function idleRow(name: string, scheme: "http" | "https", count: number, atMost: number): Row {
  return {
    name,
    title: `${count.toLocaleString("en-US")} idle ${scheme} connections, each after one request`,
    goals: [
      { work: `idle connection: ${scheme}`, measure: BYTES.measure, atMost },
      { work: `idle connection: ${scheme}`, measure: BYTES.measure, against: "nginx" },
    ],
    run: async (bench) => {
      const work = scheme === "http" ? {} : { tls: await makeCertificate() };
      for (let i = 0; i < Math.min(bench.options.rounds, ROUNDS_MAX); i++) {
        await oneRound(bench, work, count);
      }
    },
  };
}

async function oneRound(bench: Bench, work: Work, count: number): Promise<void> {
  const { scope } = bench;
  const ours = await startHttpcfg(scope, work);
  const floor = await startFloorLike(bench, work, ours, { request: { path: "/" } });
  const others = installedPeers(bench, ["nginx", "haproxy", "caddy"]);
  const starts = [() => Promise.resolve(ours), () => Promise.resolve(floor)];
  for (const start of [...starts, ...others.map((peer) => () => peer(scope, work))]) {
    const server = await start();
    bench.add(server.name, BYTES, await bytesEach(server, work, count));
    await server.stop();
  }
}

async function bytesEach(server: RunningServer, work: Work, count: number): Promise<number> {
  for (const warm of await connect(server, work, WARM)) warm.close();
  await settled(server.pid);
  const before = privateBytes(server.pid);
  const connections = await connect(server, work, count);
  await settled(server.pid);
  const bytes = (privateBytes(server.pid) - before) / count;
  for (const connection of connections) connection.close();
  return bytes;
}

/** Opens connections that have received one response each. */
async function connect(
  { hostname, port }: RunningServer,
  { tls }: Work,
  count: number,
): Promise<Deno.Conn[]> {
  const all: Deno.Conn[] = [];
  const request = new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  const one = async (): Promise<void> => {
    const connection = tls === undefined
      ? await Deno.connect({ hostname, port })
      : await Deno.connectTls({ hostname, port, caCerts: [tls.cert] });
    all.push(connection);
    await connection.write(request);
    await connection.read(new Uint8Array(1024));
  };
  while (all.length < count) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - all.length) }, one));
  }
  return all;
}

/** Waits until the memory is stable, because garbage collectors have run by themselves. */
async function settled(pid: number): Promise<void> {
  let last = -1;
  for (let i = 0; i < 20 && privateBytes(pid) !== last; i++) {
    last = privateBytes(pid);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
