/** What 2,000 clients that never finish their heads cost other clients: p99 before and during. */
import { median, printTable } from "./measure.ts";
import { type RunningServer, starters } from "./servers.ts";

const SLOW = 2000;
const ROUNDS = 3;
const REQUESTS = 3000;
const BEGUN = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: be");
const REQUEST = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: bench\r\n\r\n");

export async function benchSlowHeads(): Promise<void> {
  const rows: string[][] = [];
  for (const start of await starters("nginx")) {
    const server = await start({});
    try {
      rows.push([server.name, ...await measure(server)]);
    } finally {
      await server.stop();
    }
  }
  printTable(`${SLOW} unfinished heads, p99 of normal requests (medians of ${ROUNDS} rounds)`, [
    ["server", "quiet ms", "attacked ms", "ratio"],
    ...rows,
  ]);
}

async function measure(server: RunningServer): Promise<string[]> {
  await p99(server); // warm
  const pairs: [quiet: number, attacked: number][] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const quiet = await p99(server);
    const slow = await Promise.all(Array.from({ length: SLOW }, () => Deno.connect(server)));
    await Promise.all(slow.map((connection) => connection.write(BEGUN)));
    pairs.push([quiet, await p99(server)]);
    for (const connection of slow) connection.close();
  }
  return [
    median(pairs.map(([quiet]) => quiet)).toFixed(3),
    median(pairs.map(([, attacked]) => attacked)).toFixed(3),
    median(pairs.map(([quiet, attacked]) => attacked / quiet)).toFixed(2),
  ];
}

/** Sends one request after another on one connection: the time of the server, not of a queue. */
async function p99({ hostname, port }: RunningServer): Promise<number> {
  const connection = await Deno.connect({ hostname, port });
  const buffer = new Uint8Array(4096);
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) {
    const start = performance.now();
    await connection.write(REQUEST);
    await connection.read(buffer);
    times.push(performance.now() - start);
  }
  connection.close();
  return times.sort((a, b) => a - b)[Math.floor(REQUESTS * 0.99)]!;
}
