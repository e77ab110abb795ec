/** 10,000 listening addresses: the time until all listen, and the memory for each. */
import { median, printTable, privateBytes } from "./measure.ts";
import { type Starter, starters } from "./servers.ts";

const ADDRESSES = 10_000;
const RUNS = 3;

export async function benchListeners(): Promise<void> {
  const rows: string[][] = [];
  for (const start of await starters("nginx")) rows.push(await measure(start));
  printTable(`${ADDRESSES} listening addresses (medians of ${RUNS} starts)`, [
    ["server", "s until all listen", "bytes each"],
    ...rows,
  ]);
}

async function measure(start: Starter): Promise<string[]> {
  const many = Array.from({ length: ADDRESSES }, (_, i) => `127.9.${i >> 8}.${i & 255}`);
  const seconds: number[] = [];
  const bytes: number[] = [];
  let name = "";
  for (let i = 0; i < RUNS; i++) {
    const one = await start({ hostnames: many.slice(0, 1) });
    name = one.name;
    const small = privateBytes(one.pid);
    await one.stop();
    const all = await start({ hostnames: many });
    while (listenersOn(all.port) < ADDRESSES) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    seconds.push((Date.now() - all.startedMs) / 1000);
    bytes.push((privateBytes(all.pid) - small) / ADDRESSES);
    await all.stop();
  }
  return [name, median(seconds).toFixed(2), median(bytes).toFixed(0)];
}

/** Counts the sockets that listen on `port`, according to the kernel. */
function listenersOn(port: number): number {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  return Deno.readTextFileSync("/proc/net/tcp").split(end).length - 1;
}
