// Goal: what the store reports is what a quorum of etcd has, whatever happens to etcd.
// Method: real clusters, whose members are killed, frozen, emptied and restored.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import type { StoreAddress } from "../../../mod/fleet/etcd/store_address.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import {
  type KeyStore,
  type Observation,
  StoreFault,
} from "../../../mod/fleet/shared/key_store.ts";
import { adding } from "../../support/fleet/documents.ts";
import { ETCD_TOOLS, startEtcd } from "../../support/fleet/etcd.ts";
import { testWith } from "../../support/tools.ts";
import { waitFor } from "../../support/wait.ts";

/** A store that is closed with the test. */
async function open(address: StoreAddress): Promise<KeyStore & Disposable> {
  const store = await openEtcd(address);
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}

/** What an observation has come to: the values, as they are known. */
class Seen implements AsyncDisposable {
  readonly values = new Map<string, string>();
  readonly reports: Observation[] = [];
  readonly #ended = new AbortController();
  readonly #done: Promise<void>;

  constructor(store: KeyStore, prefix: string) {
    this.#done = this.#follow(store, prefix);
  }

  /** Reports of a kind. */
  count(kind: Observation["kind"]): number {
    return this.reports.filter((report) => report.kind === kind).length;
  }

  async until(key: string, value: string | undefined): Promise<void> {
    await waitFor(() => this.values.get(key) === value, `${key} = ${value}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#done;
  }

  async #follow(store: KeyStore, prefix: string): Promise<void> {
    for await (const report of store.observe(prefix, this.#ended.signal)) {
      this.reports.push(report);
      if (report.kind === "lost") continue;
      if (report.kind === "snapshot") this.values.clear();
      const changes = report.kind === "snapshot" ? report.snapshot.values : report.changes;
      for (const { key, value } of changes) {
        if (value === null) this.values.delete(key);
        else this.values.set(key, value);
      }
    }
  }
}

async function put(store: KeyStore, key: string, value: string): Promise<void> {
  await store.commit({ when: [], then: [{ kind: "put", key, value }] });
}

/** Writes until etcd says that it is done: after the death of a leader, a write may fail. */
async function putSurely(store: KeyStore, key: string, value: string): Promise<void> {
  await waitFor(() => put(store, key, value).then(() => true, () => false), `${key} = ${value}`);
}

testWith(ETCD_TOOLS, "any text is a key and a value; what is no text is no accident", async () => {
  await using etcd = await startEtcd();
  using store = await open(etcd.address);
  const values = ["", "\0", "é\u{1f600}\u2028", "\ufeffBOM", "x".repeat(500_000)];
  await using seen = new Seen(store, "/é/");
  await waitFor(() => seen.count("snapshot") === 1, "a snapshot");
  for (const [i, value] of values.entries()) await put(store, `/é/${i}`, value);
  await put(store, "/ê/", "behind the prefix");
  await etcd.ctl("put", "/é/raw", "ok");
  await seen.until("/é/raw", "ok");
  const { values: read } = await store.read({ prefix: "/é/" });
  assertEquals(read.map(({ value }) => value), [...values, "ok"]);
  assertEquals([...seen.values.values()], [...values, "ok"]);
  const range = await store.read({ from: "/é/1", to: "/é/3" });
  assertEquals(range.values.map(({ key }) => key), ["/é/1", "/é/2"]);
  const [url] = etcd.urls;
  const key = new TextEncoder().encode("/é/raw").toBase64();
  const body = JSON.stringify({ key, value: new Uint8Array([0xff, 0xfe, 0]).toBase64() });
  await (await fetch(`${url}/v3/kv/put`, { method: "POST", body })).text();
  await seen.until("/é/raw", "\ufffd\ufffd\0");
});

testWith(ETCD_TOOLS, "transactions, leases, and what etcd refuses", async () => {
  await using etcd = await startEtcd();
  using store = await open(etcd.address);
  const first = await store.commit({
    when: [{ key: "a", changed: 0 }],
    then: [{ kind: "put", key: "a", value: "1" }, { kind: "put", key: "b", value: "1" }],
  });
  assertEquals(first.isDone, true);
  const lost = await store.commit({
    when: [{ key: "a", changed: 0 }],
    then: [{ kind: "delete", range: { prefix: "a" } }],
  });
  assertEquals(lost.isDone, false);
  const won = await store.commit({
    when: [{ key: "a", changed: first.revision }],
    then: [{ kind: "delete", range: { from: "a", to: "b" } }],
  });
  assertEquals(won.isDone, true);
  assertEquals((await store.read({ prefix: "a" })).values, []);
  const lease = await store.grantLease(60);
  const leased = { kind: "put", key: "c", value: "1", lease } as const;
  await store.commit({ when: [], then: [leased] });
  assertEquals(await store.keepAlive(lease), true);
  await store.revoke(lease);
  assertEquals(await store.keepAlive(lease), false);
  assertEquals((await store.read({ key: "c" })).values, []);
  await store.revoke(lease); // once more
  const dead = await assertRejects(() => store.commit({ when: [], then: [leased] }), StoreFault);
  assertEquals([dead.failure, dead.isUncertain], ["rejected", false]);
  const large = await assertRejects(() => put(store, "d", "x".repeat(2_500_000)), StoreFault);
  assertEquals([large.failure, large.isUncertain], ["rejected", false]);
});

testWith(
  ETCD_TOOLS,
  "a member of etcd that ends, dies or is compacted loses no change",
  async () => {
    await using etcd = await startEtcd({ members: 3 });
    using store = await open(etcd.address);
    await using seen = new Seen(store, "/f/");
    await waitFor(() => seen.count("snapshot") === 1, "a snapshot");
    const compact = async (revision: string): Promise<void> => {
      await etcd.ctl("--command-timeout", "3s", "compact", revision).catch((error) => {
        if (!/compacted/.test(String(error))) throw error; // it was done, and then failed
      });
    };
    for (const [i, member] of etcd.members.entries()) {
      if (i === 1) await member.kill();
      else await member.stop();
      using other = await open({ urls: etcd.urls.toSpliced(i, 1) });
      await putSurely(other, "/f/a", `${i}`);
      await putSurely(other, `/f/${i}`, "gone");
      await other.commit({ when: [], then: [{ kind: "delete", range: { key: `/f/${i}` } }] });
      const { revision } = await other.read({ key: "/f/a" });
      // etcdctl may ask the dead one.
      await waitFor(() => compact(`${revision}`).then(() => true, () => false), "a compaction");
      await seen.until("/f/a", `${i}`);
      await member.start();
      await waitFor(() => etcd.ctl("endpoint", "health").then(() => true, () => false), "health");
    }
    await putSurely(store, "/f/end", "1");
    await seen.until("/f/end", "1");
    assertEquals([...seen.values.keys()].sort(), ["/f/a", "/f/end"]);
  },
);

testWith(
  ETCD_TOOLS,
  "without a quorum nothing is read as new, and all is current after",
  async () => {
    await using etcd = await startEtcd({ members: 3 });
    using store = await open(etcd.address);
    await using seen = new Seen(store, "/f/");
    await put(store, "/f/a", "1");
    await seen.until("/f/a", "1");
    for (const member of etcd.members.slice(1)) await member.kill();
    const write = await assertRejects(() => put(store, "/f/a", "2"), StoreFault);
    assertEquals(write.failure, "unavailable");
    await assertRejects(() => store.read({ key: "/f/a" }), StoreFault);
    await waitFor(() => seen.count("lost") > 0, "a report that the store is away");
    assertEquals(seen.values.get("/f/a"), "1", "what was known is kept");
    for (const member of etcd.members.slice(1)) await member.start();
    await putSurely(store, "/f/a", "3");
    await seen.until("/f/a", "3");
    const kinds = seen.reports.map(({ kind }) => kind);
    assertEquals(kinds[kinds.lastIndexOf("lost") + 1], "snapshot");
  },
);

testWith(ETCD_TOOLS, "a member that is frozen answers nothing: another is asked", async () => {
  await using etcd = await startEtcd({ members: 3 });
  const [frozen] = etcd.members;
  using store = await open({ urls: [frozen!.url, etcd.urls[1]!] });
  await put(store, "/f/a", "1");
  frozen!.freeze();
  await putSurely(store, "/f/a", "2");
  assertEquals((await store.read({ key: "/f/a" })).values[0]?.value, "2");
  frozen!.thaw();
});

testWith(ETCD_TOOLS, "all data lost, and a snapshot restored: the view says so", async () => {
  await using etcd = await startEtcd();
  using store = await open(etcd.address);
  const fleet = new FleetStore(store, "/f/");
  const change = { by: "root@web1", what: "a test", at: "2026-11-28T01:00:00.000Z" };
  await fleet.commit({ ...change, edit: adding("::1") });
  const ended = new AbortController();
  const heads: (number | null)[] = [];
  const observed = (async () => {
    for await (const report of fleet.observe(ended.signal)) {
      if (report.kind === "view") heads.push(report.view.head?.revision ?? null);
    }
  })();
  const headIs = (head: number | null): Promise<void> => {
    return waitFor(() => heads.length > 0 && heads.at(-1) === head, `revision ${head}`);
  };
  await headIs(1);
  const saved = etcd.folder.at("saved.db");
  await etcd.ctl("snapshot", "save", saved);
  for (const address of ["::2", "::3"]) await fleet.commit({ ...change, edit: adding(address) });
  await headIs(3);
  await etcd.restore(saved);
  await headIs(1);
  await fleet.commit({ ...change, edit: adding("::4") });
  await headIs(2);
  assertEquals((await fleet.documentOf(2)).ipListen, ["::1", "::4"]);
  await etcd.loseEverything();
  await headIs(null);
  ended.abort();
  await observed;
});

testWith(ETCD_TOOLS, "100 changes by as many programs, on a real store: none is lost", async () => {
  await using etcd = await startEtcd();
  const change = { by: "root@web1", what: "a test", at: "2026-11-28T01:00:00.000Z" };
  using store = await open(etcd.address);
  const fleet = new FleetStore(store, "/f/");
  await fleet.commit({ ...change, edit: adding("::") });
  // Two administrators, each with a connection of its own and 50 commands at the same time.
  using other = await open(etcd.address);
  await Promise.all(Array.from({ length: 100 }, (_, i) => {
    const own = new FleetStore(i % 2 === 0 ? store : other, "/f/");
    return own.commit({ ...change, edit: adding(`10.0.0.${i}`) });
  }));
  const { head } = await fleet.readView();
  assertEquals(head?.revision, 101);
  assertEquals((await new FleetStore(other, "/f/").documentOf(101)).ipListen.length, 101);
});

testWith(ETCD_TOOLS, "a token that is over is renewed, by one login for all who wait", async () => {
  await using etcd = await startEtcd({ flags: ["--auth-token-ttl", "1"] });
  await etcd.ctl("role", "add", "web1");
  await etcd.ctl("role", "grant-permission", "web1", "readwrite", "--prefix", "/f/");
  const address = await etcd.addUser("web1");
  await etcd.enableUsers();
  using store = await open(address);
  using stranger = await open({ urls: etcd.urls });
  await put(store, "/f/a", "0");
  await using seen = new Seen(store, "/f/");
  await seen.until("/f/a", "0");
  const denied = await assertRejects(() => stranger.read({ key: "/f/a" }), StoreFault);
  assertEquals([denied.failure, denied.hint], ["denied", "httpcfg help fleet join"]);
  const isOver = async (): Promise<boolean> => {
    const body = JSON.stringify({ name: "web1", password: "web1-password" });
    const login = await fetch(`${etcd.urls[0]}/v3/auth/authenticate`, { method: "POST", body });
    const { token } = await login.json();
    await waitFor(async () => {
      const headers = { Authorization: token };
      const read = await fetch(`${etcd.urls[0]}/v3/kv/range`, {
        method: "POST",
        headers,
        body: JSON.stringify({ key: btoa("/f/a") }),
      });
      await read.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 2_500)); // use prolongs it
      return read.status === 401;
    }, "the end of a token");
    return true;
  };
  assert(await isOver());
  await Promise.all(Array.from({ length: 20 }, (_, i) => put(store, `/f/${i}`, "1")));
  await seen.until("/f/19", "1");
  const other = await assertRejects(() => put(store, "/other", "1"), StoreFault);
  assertEquals([other.failure, other.isUncertain], ["denied", false]);
  await Deno.writeTextFile(address.passwordFile!, "wrong\n");
  using wrong = await open(address);
  const refused = await assertRejects(() => wrong.read({ key: "/f/a" }), StoreFault);
  assertEquals([refused.failure, refused.hint], ["denied", "etcdctl user get web1"]);
});

testWith(
  ETCD_TOOLS,
  "certificates of the client; without them, or without trust, a reason",
  async () => {
    await using etcd = await startEtcd({ tls: true });
    const { urls, caFile, certFile, keyFile } = etcd.address;
    using store = await open(etcd.address);
    await put(store, "/f/a", "1");
    await using seen = new Seen(store, "/f/");
    await seen.until("/f/a", "1");
    await put(store, "/f/a", "2");
    await seen.until("/f/a", "2");
    using bare = await open({ urls, caFile });
    const demanded = await assertRejects(() => bare.read({ key: "/f/a" }), StoreFault);
    assert(/demands a certificate/.test(demanded.message), demanded.message);
    using trusting = await open({ urls, certFile, keyFile });
    const unknown = await assertRejects(() => trusting.read({ key: "/f/a" }), StoreFault);
    assert(/its certificate is not trusted/.test(unknown.message), unknown.message);
    await Deno.chmod(keyFile!, 0o644);
    await assertRejects(
      () => openEtcd(etcd.address),
      Fault,
      "other users of this machine can read",
    );
  },
);

testWith(ETCD_TOOLS, "a store that is full takes nothing, and says so", async () => {
  await using etcd = await startEtcd({ flags: ["--quota-backend-bytes", `${3 * 1024 * 1024}`] });
  using store = await open(etcd.address);
  let failure: unknown = null;
  await waitFor(async () => {
    failure = await put(store, "/f/a", "x".repeat(400_000)).then(() => null, (error) => error);
    return failure !== null;
  }, "a full store");
  assert(failure instanceof StoreFault);
  assertEquals([failure.failure, failure.isUncertain], ["full", false]);
  assertEquals((await store.read({ key: "/f/a" })).values.length, 1);
});
