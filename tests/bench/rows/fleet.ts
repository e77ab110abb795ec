/**
 * A fleet on a real etcd: members without sockets in one process, each with connections, a lease and a
 * document of its own. How fast a change reaches them, what it costs etcd, and how they come back after
 * etcd was away.
 *
 * @module
 */
import { nodeState } from "../../support/fleet/samples.ts";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { NodeState } from "../../../mod/fleet/shared/records.ts";
import type { SharedDocument } from "../../../mod/fleet/shared/shared_document.ts";
import { sharedDocument } from "../../support/fleet/documents.ts";
import { freePort } from "../../support/ports.ts";
import type { Bench, Measure, Row } from "../bench.ts";
import { cpuOfTree } from "../machine/processes.ts";

const CHANGES = 200;
const SITES = 100;
/** Members begin within so many milliseconds for each of them, and so many do at least. */
const START_MS = 10;
/** As members do: how often they say how they are at most, and that they still are. */
const STATE_MS = 2_000;
const KEEP_ALIVE_MS = 10_000;
const LEASE_SECONDS = 30;
/** Milliseconds for which etcd is away. */
const AWAY_MS = 5_000;
/** Milliseconds between two readings of what etcd has counted. */
const READING_MS = 500;
const AT = "2026-11-28T01:00:00.000Z";

const P50: Measure = { measure: "to a member, p50", unit: "ms", better: "less" };
const P99: Measure = { measure: "to a member, p99", unit: "ms", better: "less" };
const LAST: Measure = { measure: "to the last, p99", unit: "ms", better: "less" };
const CPU: Measure = { measure: "CPU of etcd per change", unit: "ms", better: "less" };
const BYTES: Measure = { measure: "sent by etcd per change", unit: "kB", better: "less" };
const SIZE: Measure = { measure: "size of the store", unit: "MB", better: "less" };
const BACK: Measure = { measure: "all current after a restart", unit: "s", better: "less" };
const PEAK: Measure = { measure: "requests then, at most", unit: "1/s", better: "less" };

export const FLEET_ROWS: readonly Row[] = [50, 1000].map((count) => ({
  name: `fleet-${count}`,
  title: `${count} members on one etcd, ${CHANGES} changes of one of ${SITES} sites`,
  needs: ["etcd"],
  moreSeconds: count,
  run: (bench) => measureFleet(bench, count),
}));

/** A running etcd. */
interface Etcd {
  readonly url: string;
  readonly child: Deno.ChildProcess;
}

/** One simulated member. */
class Member {
  readonly #name: string;
  readonly #fleet: FleetStore;
  readonly #signal: AbortSignal;
  /** Called when it has made the document of a revision. */
  readonly #onApplied: (revision: number) => void;
  #document: SharedDocument | null = null;
  #applied = 0;
  #reported = 0;
  #lease: string | null = null;

  constructor(
    name: string,
    fleet: FleetStore,
    signal: AbortSignal,
    onApplied: (revision: number) => void,
  ) {
    this.#name = name;
    this.#fleet = fleet;
    this.#signal = signal;
    this.#onApplied = onApplied;
  }

  async run(): Promise<void> {
    const reporting = this.#report();
    for await (const report of this.#fleet.observe(this.#signal)) {
      const head = report.kind === "view" ? report.view.head : null;
      if (head === null || head.revision === this.#applied) continue;
      this.#document = await this.#fleet.documentOf(head.revision, this.#signal);
      if (this.#document.sites.length !== SITES) throw new Error("not the document");
      this.#applied = head.revision;
      this.#onApplied(head.revision);
    }
    await reporting;
    this.#fleet.keys.close();
  }

  /** Keeps its lease alive and says what it has, as often as members do. */
  async #report(): Promise<void> {
    let kept = performance.now() - Math.random() * KEEP_ALIVE_MS;
    while (!this.#signal.aborted) {
      await after(STATE_MS * (0.75 + Math.random() / 2));
      try {
        this.#lease ??= await this.#fleet.keys.grantLease(LEASE_SECONDS, this.#signal);
        if (performance.now() - kept > KEEP_ALIVE_MS) {
          kept = performance.now();
          if (!await this.#fleet.keys.keepAlive(this.#lease, this.#signal)) {
            this.#lease = null;
            this.#reported = 0;
            continue;
          }
        }
        if (this.#reported === this.#applied) continue;
        const applied = this.#applied;
        await this.#fleet.putState(this.#name, stateOf(applied), this.#lease);
        this.#reported = applied;
      } catch {
        this.#lease = null; // etcd is away
        this.#reported = 0;
      }
    }
  }
}

/** When each member has a revision. */
class Arrivals {
  /** Milliseconds from the begin of a change to each member. */
  readonly times: number[] = [];
  /** Milliseconds from the begin of a change to the last member. */
  readonly last: number[] = [];
  readonly #count: number;
  #expected = 1;
  #missing: number;
  #begun = performance.now();
  #all = Promise.withResolvers<void>();

  constructor(count: number) {
    this.#count = this.#missing = count;
  }

  /** Resolves when all have the revision that is expected. */
  get all(): Promise<void> {
    return this.#all.promise;
  }

  note(revision: number): void {
    if (revision !== this.#expected) return;
    this.times.push(performance.now() - this.#begun);
    if (--this.#missing > 0) return;
    this.last.push(performance.now() - this.#begun);
    this.#all.resolve();
  }

  /** Makes the next revision with `change`, and returns when all have it. */
  async next(change: () => Promise<void>): Promise<void> {
    this.#expected++;
    this.#missing = this.#count;
    this.#all = Promise.withResolvers();
    this.#begun = performance.now();
    await change();
    await this.all;
  }

  forget(): void {
    this.times.length = this.last.length = 0;
  }
}

async function measureFleet(bench: Bench, count: number): Promise<void> {
  const home = bench.scope.folder();
  const ports = [freePort(), freePort()] as const;
  const etcd = await startEtcd(bench, home, ports);
  const ended = new AbortController();
  let isAway = false;
  // Members would look for ever for an etcd that has gone with a row that failed.
  void etcd.child.status.then(() => isAway || ended.abort());
  const admin = new FleetStore(await openEtcd({ urls: [etcd.url] }), "/httpcfg/");
  await change(admin, 0);
  const arrivals = new Arrivals(count);
  const members = await Promise.all(Array.from({ length: count }, async (_, i) => {
    await after(Math.random() * count * START_MS);
    const fleet = new FleetStore(await openEtcd({ urls: [etcd.url] }), "/httpcfg/");
    const onApplied = (revision: number): void => arrivals.note(revision);
    return { done: new Member(`web${i}`, fleet, ended.signal, onApplied).run() };
  }));
  await arrivals.all;
  await measureChanges(bench, etcd, arrivals, admin);
  isAway = true;
  await bench.scope.end(etcd.child);
  await after(AWAY_MS);
  const again = await startEtcd(bench, home, ports);
  void again.child.status.then(() => ended.abort());
  const began = performance.now();
  const peak = peakRate(again);
  await arrivals.next(() => change(admin, CHANGES + 1));
  bench.add("etcd", BACK, (performance.now() - began) / 1000);
  bench.add("etcd", PEAK, await peak.end());
  ended.abort();
  await Promise.all(members.map(({ done }) => done));
  admin.keys.close();
  bench.note("members and etcd share the cores; the states that members write are in the figures");
}

async function measureChanges(
  bench: Bench,
  etcd: Etcd,
  arrivals: Arrivals,
  admin: FleetStore,
): Promise<void> {
  arrivals.forget();
  const [cpu, { sent }] = [cpuOfTree(etcd.child.pid).all, await countsOf(etcd)];
  for (let i = 1; i <= CHANGES; i++) await arrivals.next(() => change(admin, i));
  const counts = await countsOf(etcd);
  bench.add("etcd", P50, quantile(arrivals.times, 0.5));
  bench.add("etcd", P99, quantile(arrivals.times, 0.99));
  bench.add("etcd", LAST, quantile(arrivals.last, 0.99));
  bench.add("etcd", CPU, (cpuOfTree(etcd.child.pid).all - cpu) * 1000 / CHANGES);
  bench.add("etcd", BYTES, (counts.sent - sent) / CHANGES / 1000);
  bench.add("etcd", SIZE, counts.size / 1e6);
}

async function startEtcd(
  { scope }: Bench,
  home: string,
  [port, peerPort]: readonly [number, number],
): Promise<Etcd> {
  const [url, peerUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
  const child = scope.start([
    ...["etcd", "--data-dir", `${home}/etcd`, "--name", "m0"],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
    ...["--initial-cluster", `m0=${peerUrl}`],
  ], { stdin: "null", stdout: "null", stderr: "null" });
  const etcd = { url, child };
  for (;;) {
    const isHealthy = await fetch(`${url}/health`).then((response) => response.text())
      .then((text) => text.includes('"true"'), () => false);
    if (isHealthy) return etcd;
    await after(50);
  }
}

/** Changes one site, or writes the first document. */
async function change(fleet: FleetStore, number: number): Promise<void> {
  const edit = (before: SharedDocument | null): SharedDocument => {
    if (before === null) return firstDocument();
    const changed = number % SITES;
    const sites = before.sites.map((site, i) => {
      return i === changed ? { ...site, maxConnections: number + 1 } : site;
    });
    return { ...before, sites };
  };
  const what = `change ${number}`;
  const { changed } = await fleet.commit({ edit, by: "root@bench", what, at: AT });
  if (!changed) throw new Error("nothing was changed");
}

function firstDocument(): SharedDocument {
  const [site] = sharedDocument([]).sites;
  const sites = Array.from({ length: SITES }, (_, i) => ({
    ...site!,
    id: i + 1,
    name: `site ${i + 1}`,
    bindings: [`10.0.0.${i}:80:site${i + 1}.example`],
  }));
  return sharedDocument(sites.map((_, i) => `10.0.0.${i}`), { sites });
}

function stateOf(applied: number): NodeState {
  return nodeState({
    applied,
    wanted: applied,
    endpoints: Array.from({ length: 10 }, (_, i) => {
      return { endpoint: `10.0.0.${i}:80`, state: "open" };
    }),
    endpointCount: 10,
  });
}

/** What etcd has counted since its start. */
interface Counts {
  readonly sent: number;
  readonly size: number;
  readonly requests: number;
}

async function countsOf({ url }: Pick<Etcd, "url">): Promise<Counts> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  const sum = (name: string): number => {
    return lines.filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)))
      .reduce((all, line) => all + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
  };
  return {
    sent: sum("etcd_network_client_grpc_sent_bytes_total"),
    size: sum("etcd_mvcc_db_total_size_in_bytes"),
    requests: sum("grpc_server_started_total"),
  };
}

/** Reads how many requests etcd gets, until it is ended; returns the highest rate then. */
function peakRate(etcd: Etcd): { end(): Promise<number> } {
  let [isOver, most] = [false, 0];
  const reading = (async () => {
    let [then, { requests }] = [performance.now(), await countsOf(etcd)];
    while (!isOver) {
      await after(READING_MS);
      const counts = await countsOf(etcd);
      const now = performance.now();
      most = Math.max(most, (counts.requests - requests) * 1000 / (now - then));
      [then, requests] = [now, counts.requests];
    }
  })();
  return {
    async end(): Promise<number> {
      isOver = true;
      await reading;
      return most;
    },
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
