// Goal: the service asks a worker as it would ask itself, and waits for none that has ended. Method: a
// worker that the test answers for.
import { assertEquals, assertRejects } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { nothingServed } from "../../../mod/host/serving/served.ts";
import { fakeWorker } from "../../support/workers/fake_worker.ts";

const ENDPOINT = { ip: "127.0.0.2" as Ip, port: 80, scopeId: 0 };
const SOCKET = { ...ENDPOINT, secure: false };

Deno.test("RemoteWorker passes on questions and answers", async () => {
  const fake = fakeWorker(7);
  const { remote } = fake;
  fake.answer = ({ op }) => {
    if (op === "counts") return { connections: 3, tunnels: 1, tunnelsOf: [[5, 1]] };
    if (op === "evict") return 2;
    if (op === "flush") return 99;
    if (op === "open") return [{ ...ENDPOINT, code: "EADDRINUSE", message: "in use" }];
    return op === "cached" ? [] : null;
  };
  await remote.start(DEFAULT_SETTINGS);
  await remote.serve(nothingServed(DEFAULT_SETTINGS, "us"));
  await remote.renew([]);
  await remote.pause({ all: true, sites: [] });
  assertEquals(await remote.counts(), { connections: 3, tunnels: 1, tunnelsOf: new Map([[5, 1]]) });
  assertEquals(await remote.cached(), []);
  assertEquals(await remote.evict({ url: null, recursive: false }), 2);
  assertEquals(await remote.flush(), 99);
  assertEquals(await remote.open([SOCKET], 10), [
    { endpoint: ENDPOINT, code: "EADDRINUSE", message: "in use" },
  ]);
  await remote.settle([SOCKET], { addresses: [], names: null, dualStack: true });
  await remote.closeSockets([ENDPOINT]);
  await remote.drain(5);
  await remote.retire();
  await remote.stop();
  assertEquals(
    fake.asked.map(({ op }) => op).join(" "),
    "start serve renew pause counts cached evict flush open settle close drain retire stop",
  );
  fake.answer = () => {
    throw new Error("it cannot");
  };
  await assertRejects(() => remote.drain(5), Error, "it cannot");
  fake.end();
});

Deno.test("RemoteWorker answers for one that has ended, and at once", async () => {
  const fake = fakeWorker(7);
  const { remote } = fake;
  fake.isSilent = true;
  const waiting = [remote.counts(), remote.flush(), remote.open([SOCKET], 1), remote.stop()];
  assertEquals(remote.hasEnded, false);
  fake.end();
  const none = { connections: 0, tunnels: 0, tunnelsOf: new Map() };
  assertEquals(await Promise.all(waiting), [none, Infinity, [], undefined]);
  await remote.ended;
  assertEquals(remote.hasEnded, true);
  assertEquals([await remote.counts(), await remote.cached()], [none, []]);
  assertEquals(await remote.evict({ url: null, recursive: false }), 0);
  assertEquals(await remote.drainUnreached([], 5), []);
});

Deno.test("RemoteWorker tells when an endpoint is drained, in whatever order it hears of it", async () => {
  const fake = fakeWorker(7);
  const { remote } = fake;
  let id = 0;
  fake.answer = ({ op }) => {
    if (op !== "drainUnreached") return null;
    // The first has no connection any more before the answer arrives.
    void fake.tell({ event: "drained", id: ++id, index: 0 });
    return [1, 2].map((port) => ({ endpoint: { ip: "127.0.0.2", port }, connections: port }));
  };
  const [first, second] = await remote.drainUnreached([], 5);
  assertEquals([first?.connections, second?.endpoint.port], [1, 2]);
  await first!.done;
  let isDone = false;
  void second!.done.then(() => isDone = true);
  await fake.tell({ event: "drained", id: 77, index: 1 }); // of no request
  assertEquals(isDone, false);
  fake.end(); // its connections end with it
  await second!.done;
});

Deno.test("RemoteWorker passes on what happens, and ends with one that sends nonsense", async () => {
  const seen: unknown[] = [];
  const fake = fakeWorker(7, {
    onLog: ({ second, parts }) => void seen.push([second, parts.length]),
    onLine: (line) => void seen.push(line),
    onProgramFault: (program, { what }) => void seen.push([program, what]),
  });
  await fake.tell({ event: "log", generation: 0, second: 5, parts: [] });
  await fake.tell({ event: "line", line: "text" });
  await fake.tell({ event: "programFault", program: 3, fault: { kind: "request", what: "slow" } });
  await fake.tell({ event: "ask", id: 1, question: "listening" });
  await fake.tell({ nonsense: true });
  await fake.remote.ended;
  assertEquals(seen, [[5, 0], "text", [3, "slow"]]);
});
