/**
 * Reload with many addresses: the longest time for which a client on a kept connection waited, to an
 * address that stays.
 *
 * @module
 */
import type { Bench, Measure, Row } from "../bench.ts";
import { honestClients } from "../clients/honest_clients.ts";
import { isInstalled } from "../machine/commands.ts";
import type { Scope } from "../machine/scope.ts";
import { documentFor, httpcfg, startHttpcfg, writeDocument } from "../servers/httpcfg.ts";
import { nginxCommand, startNginx, writeNginx } from "../servers/nginx.ts";
import type { RunningServer, Starter, Work } from "../servers/server.ts";
import { addresses, listenersOn } from "./listeners.ts";

/** A server, and how it takes over what is written for it. */
interface Reloading {
  readonly start: Starter;
  reload(scope: Scope, server: RunningServer, work: Work): Promise<void>;
}

const OURS: Reloading = {
  start: startHttpcfg,
  async reload(scope, server, work): Promise<void> {
    writeDocument(server.home, documentFor(server, work));
    await httpcfg(scope, server.home, ["reload"]);
  },
};

const NGINX: Reloading = {
  start: startNginx,
  async reload(scope, server, work): Promise<void> {
    writeNginx(server, work);
    const words = ["nice", "-n", "19", ...nginxCommand(server.home), "-s", "reload"];
    const { success } = await scope.start(words, { stdin: "null", stderr: "null" }).status;
    if (!success) throw new Error("nginx does not reload");
  },
};

/** What changes, and the addresses after it besides that of the clients. */
const CHANGES: readonly { readonly name: string; list(count: number): readonly string[] }[] = [
  { name: "no reload", list: (count) => addresses(9, count) },
  { name: "one more", list: (count) => [...addresses(9, count), "127.10.0.1"] },
  { name: "all others", list: (count) => addresses(11, count) },
];

const ERRORS: Measure = { measure: "no response", unit: "", better: "less" };
const WARM_MS = 1000;
/** The clients go on for this long when everything has been opened and closed. */
const REST_MS = 500;
const GIVE_UP_MS = 60_000;

export const RELOAD_ROWS: readonly Row[] = [1000, 9000].map((count) => ({
  name: `reload-${count}`,
  title: `reload with ${count} addresses: the longest wait of a client on a kept connection`,
  goals: CHANGES.map(({ name }) => ({
    work: `reload with ${count} addresses`,
    ...stallOf(name),
    ...(name === "no reload" ? {} : { atMost: 20 }),
  })),
  run: async (bench) => {
    for (let i = 0; i < bench.options.rounds; i++) {
      for (const one of [OURS, ...(isInstalled("nginx") ? [NGINX] : [])]) {
        await oneRound(bench, one, count);
      }
    }
  },
}));

function stallOf(change: string): Measure {
  return { measure: change, unit: "ms", better: "less" };
}

async function oneRound(bench: Bench, { start, reload }: Reloading, count: number): Promise<void> {
  const { scope } = bench;
  const hostname = start === startHttpcfg ? "127.0.0.2" : "127.0.0.3";
  const work = (others: readonly string[]): Work => ({ hostnames: [hostname, ...others] });
  const server = await start(scope, work(addresses(9, count)));
  await listenOn(server, count + 1);
  const clients = { path: "/", cert: null };
  await honestClients(server, clients, after(WARM_MS));
  let errors = 0;
  for (const { name, list } of CHANGES) {
    const others = list(count);
    const change = async (): Promise<void> => {
      if (name !== "no reload") await reload(scope, server, work(others));
      await listenOn(server, others.length + 1);
      await after(REST_MS);
    };
    const waits = await honestClients(server, clients, change());
    bench.add(server.name, stallOf(name), waits.longestStall);
    errors += waits.errors;
  }
  bench.add(server.name, ERRORS, errors);
  await server.stop();
}

/** Resolves when the server listens on `count` addresses. */
async function listenOn({ name, port }: RunningServer, count: number): Promise<void> {
  const end = Date.now() + GIVE_UP_MS;
  while (listenersOn(port) !== count) {
    if (Date.now() > end) throw new Error(`${name} does not listen on ${count} addresses`);
    await after(50);
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
