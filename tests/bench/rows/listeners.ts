/** 10,000 listening addresses: the time until all listen, and the memory for each. */
import type { Bench, Measure, Row } from "../bench.ts";
import { privateBytes } from "../machine/processes.ts";
import { startFloor } from "../servers/floor.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers } from "../servers/peers.ts";
import type { Starter } from "../servers/server.ts";

const ADDRESSES = 10_000;
const ALL_LISTEN: Measure = { measure: "until all listen", unit: "s", better: "less" };
const BYTES: Measure = { measure: "each listener", unit: "bytes", better: "less" };

export const LISTENER_ROWS: readonly Row[] = [{
  name: "listeners",
  title: `${ADDRESSES.toLocaleString("en-US")} listening addresses, from the start of the program`,
  goals: [
    { work: "10,000 listeners", measure: ALL_LISTEN.measure, against: "floor", atMost: 1.1 },
    { work: "10,000 listeners", measure: ALL_LISTEN.measure, against: "nginx" },
    { work: "10,000 listeners", measure: BYTES.measure, atMost: 4600 },
  ],
  run: async (bench) => {
    const floor: Starter = (scope, work) => startFloor(scope, work, {});
    const starts = [startHttpcfg, floor, ...installedPeers(bench, ["nginx"])];
    for (let i = 0; i < bench.options.rounds; i++) {
      for (const start of starts) await oneRound(bench, start);
    }
  },
}];

async function oneRound(bench: Bench, start: Starter): Promise<void> {
  const many = addresses(9, ADDRESSES);
  const one = await start(bench.scope, { hostnames: many.slice(0, 1) });
  const small = privateBytes(one.pid);
  await one.stop();
  const all = await start(bench.scope, { hostnames: many });
  while (listenersOn(all.port) < ADDRESSES) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  bench.add(all.name, ALL_LISTEN, (Date.now() - all.startedMs) / 1000);
  bench.add(all.name, BYTES, (privateBytes(all.pid) - small) / ADDRESSES);
  await all.stop();
}

/** Returns addresses of the loopback interface, `127.BLOCK.0.0` and following. */
export function addresses(block: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `127.${block}.${i >> 8}.${i & 255}`);
}

/** Counts the sockets that listen on `port`, according to the kernel. */
export function listenersOn(port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  return Deno.readTextFileSync("/proc/net/tcp").split(end).length - 1;
}
