/**
 * Attacks on httpcfg, nginx and HAProxy in one run: how long other clients wait meanwhile, how long
 * the event loop was held, and what it costs in memory, also afterwards.
 *
 * The attacker is a process of the lowest priority; its share of a CPU is in the table. HAProxy
 * serves no files: what nobody reads from it comes from an nginx behind it.
 *
 * @module
 */
import { makeSelfSigned } from "../../mod/config/certs/self_signed.ts";
import type { AttackName, Order } from "./attacker.ts";
import { honestClients, type Waits } from "./honest_clients.ts";
import { CLIENT_CORES, cpuSeconds, printTable, residentBytes } from "./measure.ts";
import { type RunningServer, type Starter, starters, type Work } from "./servers.ts";

interface Row {
  readonly title: string;
  readonly attack: AttackName;
  readonly connections: number;
  /** What the server has to do, besides what the attack needs. */
  readonly needs: "nothing" | "files" | "tls" | "program";
}

const ROWS: readonly Row[] = [
  { title: "no attack", attack: "none", connections: 0, needs: "nothing" },
  { title: "2,000 slow heads", attack: "heads", connections: 2000, needs: "nothing" },
  { title: "500 unread answers of 100 MB", attack: "unread", connections: 500, needs: "files" },
  { title: "2,000 half TLS handshakes", attack: "half-tls", connections: 2000, needs: "tls" },
  { title: "1,000 idle tunnels", attack: "tunnels", connections: 1000, needs: "program" },
  { title: "10,000 failed handshakes", attack: "failed-tls", connections: 10_000, needs: "tls" },
  { title: "1,000 stalled uploads", attack: "uploads", connections: 1000, needs: "program" },
];

const WARM_MS = 1000;
/** How long the attack is held after every hostile connection is open. */
const HELD_MS = 3000;
/** An attack that is not complete by then is measured as far as it has come. */
const ATTACK_MS_MAX = 15_000;
/** After the attack: the memory that stays. */
const REST_MS = 2000;
const MEMORY_EVERY_MS = 100;
const LARGE_BYTES = 100 * 1024 * 1024;
const MEGABYTE = 1e6;

interface Measured extends Waits {
  readonly bytesBefore: number;
  readonly bytesPeak: number;
  readonly bytesAfter: number;
  /** Seconds until every hostile connection was open; what went wrong, if it did. */
  readonly attacked: string;
  readonly attackerCpu: number;
}

/** One bench for each attack, and `attack` for the table of all. */
export const ATTACK_BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  "attack": () => benchAttacks(ROWS),
  ...Object.fromEntries(ROWS.map((row) => [`attack:${row.attack}`, () => benchAttacks([row])])),
};

async function benchAttacks(rows: readonly Row[]): Promise<void> {
  await using site = await makeSite();
  const starts = await starters("nginx", "haproxy");
  const lines: string[][] = [];
  const names: string[] = [];
  for (const row of rows) {
    const columns: string[][] = [];
    for (const start of starts) {
      const { name, measured } = await underAttack(start, row, site);
      if (!names.includes(name)) names.push(name);
      columns.push(cellsOf(measured));
    }
    for (const [i, measure] of MEASURES.entries()) {
      lines.push([i === 0 ? row.title : "", measure, ...columns.map((column) => column[i]!)]);
    }
  }
  printTable("Other clients and memory under attack", [["attack", "", ...names], ...lines]);
}

const MEASURES = [
  "p99 on a kept connection, ms",
  "p99 on a new connection, ms",
  "longest stall of the loop, ms",
  "MB before / most / after",
  "requests without a response",
  "attack complete after; CPU of the attacker",
];

function cellsOf(measured: Measured): string[] {
  const { bytesBefore, bytesPeak, bytesAfter } = measured;
  return [
    measured.keepAliveP99.toFixed(1),
    measured.newP99.toFixed(1),
    measured.longestStall.toFixed(1),
    [bytesBefore, bytesPeak, bytesAfter].map((one) => (one / MEGABYTE).toFixed(0)).join(" / "),
    String(measured.errors),
    `${measured.attacked}; ${(100 * measured.attackerCpu).toFixed(0)} %`,
  ];
}

/** The files and the certificate of every server. */
interface Site extends AsyncDisposable {
  readonly folder: string;
  readonly tls: { readonly cert: string; readonly key: string };
}

async function makeSite(): Promise<Site> {
  const folder = await Deno.makeTempDir({ prefix: "httpcfg-bench-" });
  await Deno.chmod(folder, 0o755); // nginx's worker is another user if the bench runs as root
  await Deno.mkdir(`${folder}/up`, { mode: 0o755 });
  await Deno.writeFile(`${folder}/small.html`, new Uint8Array(4096).fill(120));
  await Deno.writeFile(`${folder}/up/large.bin`, new Uint8Array(LARGE_BYTES).fill(120));
  const ips = ["127.0.0.2", "127.0.0.3", "127.0.0.4"];
  const tls = await makeSelfSigned({ names: ["bench.test"], ips, days: 30, nowMs: Date.now() });
  return {
    folder,
    tls,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function underAttack(
  start: Starter,
  row: Row,
  site: Site,
): Promise<{ name: string; measured: Measured }> {
  const attacker = await startAttacker(row.attack);
  try {
    const server = await start(workOf(row, site, attacker));
    try {
      return { name: server.name, measured: await measure(server, row, site, attacker) };
    } finally {
      await server.stop();
    }
  } finally {
    await attacker.stop();
  }
}

function workOf({ needs }: Row, { folder, tls }: Site, attacker: Attacker): Work {
  if (needs === "files") return { folder };
  if (needs === "tls") return { tls };
  return needs === "program" ? { programPort: attacker.port } : {};
}

async function measure(
  server: RunningServer,
  { attack, needs, connections }: Row,
  { tls }: Site,
  attacker: Attacker,
): Promise<Measured> {
  const options = {
    path: needs === "files" ? "/small.html" : "/",
    cert: needs === "tls" ? tls.cert : null,
  };
  await honestClients(server, options, after(WARM_MS));
  const bytesBefore = residentBytes(server.pid);
  let bytesPeak = bytesBefore;
  const watch = setInterval(() => {
    bytesPeak = Math.max(bytesPeak, residentBytes(server.pid));
  }, MEMORY_EVERY_MS);
  const start = performance.now();
  const cpuBefore = cpuSeconds(attacker.pid);
  const path = attack === "heads" ? "/" : attack === "unread" ? "/up/large.bin" : "/up/";
  const order = { hostname: server.hostname, port: server.port, connections, path };
  const attacked = attacker.attack(order);
  const waits = await honestClients(server, options, attacked.then(() => after(HELD_MS)));
  const attackerCpu = (cpuSeconds(attacker.pid) - cpuBefore) /
    ((performance.now() - start) / 1000);
  await attacker.stop();
  await after(REST_MS);
  clearInterval(watch);
  const bytesAfter = residentBytes(server.pid);
  return { ...waits, bytesBefore, bytesPeak, bytesAfter, attacked: await attacked, attackerCpu };
}

interface Attacker {
  readonly pid: number;
  /** The port of its program for reverse proxies. */
  readonly port: number;
  /** Resolves to the seconds until the attack was complete, or to what went wrong. */
  attack(order: Order): Promise<string>;
  stop(): Promise<void>;
}

async function startAttacker(name: AttackName): Promise<Attacker> {
  const script = new URL("attacker.ts", import.meta.url).pathname;
  const words = [...CLIENT_CORES, "nice", "-n", "19", Deno.execPath(), "run", "-A", script, name];
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await output.read()).value);
  let isStopped = false;
  return {
    pid: child.pid,
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
      if (isStopped) return;
      isStopped = true;
      await input.close(); // it ends then, with all its connections
      await output.cancel();
      await child.status;
    },
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
