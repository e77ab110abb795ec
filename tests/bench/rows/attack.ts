/**
 * Attacks on httpcfg, nginx and HAProxy: how long other clients wait meanwhile, how long the event
 * loop was held, and what it costs in memory, also afterwards.
 *
 * The attacker is a process of the lowest priority. HAProxy serves no files: what nobody reads from
 * it comes from an nginx behind it.
 *
 * @module
 */
import type { Bench, Measure, Row } from "../bench.ts";
import type { AttackName, Order } from "../clients/attacker.ts";
import { honestClients } from "../clients/honest_clients.ts";
import { residentBytes } from "../machine/processes.ts";
import type { Scope } from "../machine/scope.ts";
import { startHttpcfg } from "../servers/httpcfg.ts";
import { installedPeers } from "../servers/peers.ts";
import type { RunningServer, Work } from "../servers/server.ts";
import { makeCertificate } from "./certificate.ts";
import { makeFiles, SMALL_FILE } from "./files.ts";

interface Attack {
  readonly title: string;
  readonly attack: AttackName;
  readonly connections: number;
  /** What the server has to do, besides what the attack needs. */
  readonly needs: "nothing" | "files" | "tls" | "program";
}

const ATTACKS: readonly Attack[] = [
  { title: "no attack", attack: "none", connections: 0, needs: "nothing" },
  { title: "2,000 slow heads", attack: "heads", connections: 2000, needs: "nothing" },
  { title: "500 unread answers of 100 MB", attack: "unread", connections: 500, needs: "files" },
  { title: "2,000 half TLS handshakes", attack: "half-tls", connections: 2000, needs: "tls" },
  { title: "1,000 idle tunnels", attack: "tunnels", connections: 1000, needs: "program" },
  { title: "10,000 failed handshakes", attack: "failed-tls", connections: 10_000, needs: "tls" },
  { title: "1,000 stalled uploads", attack: "uploads", connections: 1000, needs: "program" },
];

const STALL: Measure = { measure: "longest stall of the loop", unit: "ms", better: "less" };
const KEPT: Measure = { measure: "p99 on a kept connection", unit: "ms", better: "less" };
const NEW: Measure = { measure: "p99 on a new one", unit: "ms", better: "less" };
const ERRORS: Measure = { measure: "no response", unit: "", better: "less" };
const BEFORE: Measure = { measure: "before", unit: "MB", better: "less" };
const MOST: Measure = { measure: "most", unit: "MB", better: "less" };
const AFTER: Measure = { measure: "after", unit: "MB", better: "less" };

const WARM_MS = 1000;
/** How long the attack is held after every hostile connection is open. */
const HELD_MS = 3000;
/** An attack that is not complete by then is measured as far as it has come. */
const ATTACK_MS_MAX = 15_000;
/** After the attack: the memory that stays. */
const REST_MS = 2000;
const MEMORY_EVERY_MS = 100;
const LARGE_BYTES = 100 * 1024 * 1024;
const UNREAD_FILE = "/up/unread.bin";
const MEGABYTE = 1e6;
/** An attack takes ten seconds and is hardly affected by others on the machine. */
const ROUNDS_MAX = 1;

export const ATTACK_ROWS: readonly Row[] = ATTACKS.map((attack) => ({
  name: `attack-${attack.attack}`,
  title: `Other clients and memory: ${attack.title}`,
  run: (bench) => benchAttack(bench, attack),
}));

async function benchAttack(bench: Bench, attack: Attack): Promise<void> {
  const work: Work = attack.needs === "tls" ? { tls: await makeCertificate() } : {};
  const folder = attack.needs === "files" ? makeUnread(bench) : null;
  const peers = installedPeers(bench, ["nginx", "haproxy"]);
  for (let i = 0; i < Math.min(bench.options.rounds, ROUNDS_MAX); i++) {
    for (const start of [startHttpcfg, ...peers]) {
      const attacker = await startAttacker(bench.scope, attack.attack);
      const server = await start(bench.scope, {
        ...work,
        ...(folder === null ? {} : { folder }),
        ...(attack.needs === "program" ? { programPort: attacker.port } : {}),
      });
      await underAttack(bench, server, attack, { work, attacker });
      await server.stop();
    }
  }
}

function makeUnread(bench: Bench): string {
  const folder = makeFiles(bench);
  Deno.writeFileSync(`${folder}${UNREAD_FILE}`, new Uint8Array(LARGE_BYTES).fill(120));
  return folder;
}

async function underAttack(
  bench: Bench,
  server: RunningServer,
  { attack, needs, connections }: Attack,
  { work, attacker }: { readonly work: Work; readonly attacker: Attacker },
): Promise<void> {
  const options = { path: needs === "files" ? SMALL_FILE : "/", cert: work.tls?.cert ?? null };
  await honestClients(server, options, after(WARM_MS));
  const before = residentBytes(server.pid);
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, residentBytes(server.pid));
  }, MEMORY_EVERY_MS);
  const path = attack === "heads" ? "/" : attack === "unread" ? UNREAD_FILE : "/up/";
  const order = { hostname: server.hostname, port: server.port, connections, path };
  const attacked = attacker.attack(order);
  const waits = await honestClients(server, options, attacked.then(() => after(HELD_MS)));
  await attacker.stop();
  await after(REST_MS);
  clearInterval(watch);
  bench.add(server.name, STALL, waits.longestStall);
  bench.add(server.name, KEPT, waits.keepAliveP99);
  bench.add(server.name, NEW, waits.newP99);
  bench.add(server.name, ERRORS, waits.errors);
  bench.add(server.name, BEFORE, before / MEGABYTE);
  bench.add(server.name, MOST, most / MEGABYTE);
  bench.add(server.name, AFTER, residentBytes(server.pid) / MEGABYTE);
  bench.note(`${server.name}: all hostile connections were open after ${await attacked}`);
}

interface Attacker {
  /** The port of its program for reverse proxies. */
  readonly port: number;
  /** Resolves to the seconds until the attack was complete, or to what went wrong. */
  attack(order: Order): Promise<string>;
  stop(): Promise<void>;
}

async function startAttacker(scope: Scope, name: AttackName): Promise<Attacker> {
  const script = `${import.meta.dirname}/../clients/attacker.ts`;
  const words = ["nice", "-n", "19", Deno.execPath(), "run", "-A", script, name];
  const child = scope.start(words, { stdin: "piped", stdout: "piped" });
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await output.read()).value);
  return {
    port,
    async attack(order): Promise<string> {
      const start = performance.now();
      await input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
      const said = await Promise.race([
        output.read().then(({ value = "it ended" }) => value.trim()),
        after(ATTACK_MS_MAX).then(() => "not complete"),
      ]);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      return said === "ready" ? `${seconds} s` : said;
    },
    async stop(): Promise<void> {
      await input.close(); // it ends then, with all its connections
      await output.cancel();
      await child.status;
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
