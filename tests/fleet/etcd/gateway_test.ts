// Goal: a request goes where it can be answered, and a write is never done twice.
// Method: endpoints that are away, or answer as they are told.
import { assertEquals, assertRejects } from "@std/assert";
import { openEtcd } from "../../../mod/fleet/etcd/etcd_store.ts";
import { Gateway } from "../../../mod/fleet/etcd/gateway.ts";
import { StoreFault } from "../../../mod/fleet/shared/key_store.ts";
import { fakeEtcd, rangeAnswer } from "../../support/fleet/fake_etcd.ts";
import { freePort } from "../../support/ports.ts";

function failing(status: number, code: number, message: string): () => Response {
  return () => Response.json({ error: message, message, code }, { status });
}

function gatewayTo(...urls: readonly string[]): Gateway & Disposable {
  const gateway = new Gateway(urls, { tls: {}, login: null }, 0);
  return Object.assign(gateway, { [Symbol.dispose]: () => gateway.close() });
}

const TIMED_OUT = failing(503, 14, "etcdserver: request timed out");
const NO_LEADER = failing(503, 14, "etcdserver: no leader");
const DENIED = failing(403, 7, "etcdserver: permission denied");
const READ = { path: "kv/range", body: {} };
const WRITE = { path: "kv/txn", body: {}, isWrite: true };

Deno.test("reads go on to the next endpoint; writes only if they were not done", async () => {
  const table = [
    { answers: TIMED_OUT, read: true, write: "uncertain" },
    { answers: NO_LEADER, read: true, write: "done" },
    { answers: DENIED, read: false, write: "refused" },
    { answers: () => new Response("bad gateway", { status: 502 }), read: true, write: "uncertain" },
    { answers: () => new Response("not found", { status: 404 }), read: true, write: "done" },
  ] as const;
  for (const { answers, read, write } of table) {
    await using bad = fakeEtcd(answers);
    await using good = fakeEtcd(() => rangeAnswer(8, 0, 0));
    const attempt = async (call: Parameters<Gateway["call"]>[0]): Promise<string> => {
      using gateway = gatewayTo(bad.url, good.url);
      return await gateway.call(call).then(() => "done", (error: StoreFault) => {
        return error.isUncertain ? "uncertain" : "refused";
      });
    };
    assertEquals([await attempt(READ), await attempt(WRITE)], [read ? "done" : "refused", write]);
  }
});

Deno.test("an endpoint that is away is left, and the next one kept", async () => {
  await using good = fakeEtcd(() => rangeAnswer(8, 0, 0));
  using gateway = gatewayTo(`http://127.0.0.1:${freePort()}`, good.url);
  for (const call of [WRITE, READ]) await gateway.call(call);
  assertEquals([gateway.endpoint, good.asked.length], [good.url, 2]);
  using alone = gatewayTo(`http://127.0.0.1:${freePort()}`);
  const fault = await assertRejects(() => alone.call(WRITE), StoreFault, "connection refused");
  assertEquals([fault.failure, fault.isUncertain], ["unavailable", false]);
});

Deno.test("an answer that is none of etcd is no empty store", async () => {
  const answers = ["{}", "[]", "null", '{"header":{}}', "<html>", "", '{"kvs":[]}'];
  for (const answer of answers) {
    await using etcd = fakeEtcd(() => new Response(answer));
    const store = await openEtcd({ urls: [etcd.url] });
    await assertRejects(() => store.read({ prefix: "/f/" }), StoreFault, undefined, answer);
    store.close();
  }
});

Deno.test("all who need a token wait for one login; one that is over is renewed once", async () => {
  let [logins, under] = [0, 0];
  const release = Promise.withResolvers<void>();
  await using etcd = fakeEtcd(async (path) => {
    if (path !== "auth/authenticate") {
      return under < 3 && ++under > 0
        ? failing(401, 16, "etcdserver: invalid auth token")()
        : rangeAnswer(8, 0, 0);
    }
    logins++;
    await release.promise;
    return Response.json({ token: `token ${logins}` });
  });
  const login = { name: "web1", password: "x" };
  const gateway = new Gateway([etcd.url], { tls: {}, login }, 0);
  const calls = Promise.all([READ, READ, READ].map((call) => gateway.call(call)));
  release.resolve();
  await calls;
  assertEquals(logins, 2);
  gateway.close();
});

Deno.test("a request that is given up, or whose store is closed, ends", async () => {
  await using etcd = fakeEtcd(() => new Promise(() => {}));
  for (const how of ["signal", "close"] as const) {
    const gateway = new Gateway([etcd.url], { tls: {}, login: null }, 0);
    const ended = new AbortController();
    const call = gateway.call({ ...READ, signal: ended.signal });
    if (how === "signal") ended.abort();
    else gateway.close();
    await assertRejects(() => call, StoreFault, "given up");
    if (how === "signal") gateway.close();
  }
});
