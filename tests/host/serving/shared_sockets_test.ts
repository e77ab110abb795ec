// Goal: a socket is opened alone, then shared, and is never with nobody where that can be avoided.
// Method: real sockets of this process, and workers that the test answers for.
import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { SharedSockets } from "../../../mod/host/serving/shared_sockets.ts";
import type { Machine } from "../../../mod/listen/machine/machine_addresses.ts";
import { readMachine } from "../../../mod/listen/machine/machine_addresses.ts";
import type { PlannedEndpoint } from "../../../mod/listen/plan/plan.ts";
import { ANY_BINDER } from "../../../mod/listen/sockets/endpoint.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import { isRefused, untilRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { type FakeWorker, fakeWorker, usualAnswer } from "../../support/workers/fake_worker.ts";

const IP = "127.0.0.2" as Ip;

function planned(port: number, action: "open" | "keep" = "open", secure = false): PlannedEndpoint {
  const rest = { cause: "", entry: null, holders: [], returns: false } as const;
  return { ip: IP, port, scopeId: 0, secure, action, ...rest };
}

interface Fixture {
  readonly sockets: SharedSockets;
  readonly own: SocketSet;
  readonly workers: FakeWorker[];
}

function fixture(count: number): Fixture {
  const own = new SocketSet(
    { onConnection: (conn) => conn.close(), onExhausted: () => {}, onFailure: () => {} },
    () => Promise.resolve({ owners: [] }),
  );
  const workers = Array.from({ length: count }, (_, i) => fakeWorker(100 + i));
  const sockets = new SharedSockets({
    own,
    binder: ANY_BINDER,
    workers: () => workers.map(({ remote }) => remote),
    exclusive: (work) => work(),
  });
  return { sockets, own, workers };
}

function opened({ asked }: FakeWorker): number[] {
  return asked.flatMap((one) => one.op === "open" ? one.sockets.map(({ port }) => port) : []);
}

Deno.test("SharedSockets keeps sockets without workers, and hands new ones over with some", async () => {
  const alone = fixture(0);
  const port = freePort();
  assertEquals(await alone.sockets.open({ endpoints: [planned(port)] }, 10), []);
  assertEquals([await isRefused(IP, port), alone.own.endpoints().length], [false, 1]);
  await alone.sockets.close([planned(port)]);
  await untilRefused(IP, port);
  assertEquals(alone.sockets.endpoints(), []);

  const { sockets, own, workers } = fixture(2);
  assertEquals(await sockets.open({ endpoints: [planned(port), planned(port, "keep")] }, 10), []);
  assertEquals([own.endpoints(), sockets.endpoints().map((one) => one.port)], [[], [port]]);
  assertEquals(workers.map(opened), [[port], [port]]);
  await sockets.close(sockets.endpoints());
  assertEquals(workers.map(({ asked }) => asked.at(-1)?.op), ["close", "close"]);
  assertEquals(sockets.endpoints(), []);
});

Deno.test("SharedSockets gives a shared socket up only when the workers have it", async () => {
  const { sockets, own, workers } = fixture(1);
  const port = freePort();
  const all = workers.splice(0);
  await own.open({ endpoints: [planned(port)] }, 10, { isShared: true });
  workers.push(...all);
  const held: boolean[] = [];
  all[0]!.answer = async (request) => {
    if (request.op === "open") held.push(!(await isRefused(IP, port)));
    return usualAnswer(request);
  };
  assertEquals(await sockets.handOver(), []);
  assertEquals([held, own.endpoints()], [[true], []]);
  // And back: this process has it before the worker gives it up.
  all[0]!.answer = async (request) => {
    if (request.op === "close") held.push(!(await isRefused(IP, port)));
    return usualAnswer(request);
  };
  assertEquals(await sockets.takeBack(), []);
  assertEquals([held, own.endpoints().length], [[true, true], 1]);
  await own.close(own.endpoints());
});

Deno.test("SharedSockets loses in all workers what one of them cannot open", async () => {
  const { sockets, workers } = fixture(2);
  const [good, bad] = [freePort(), freePort()];
  workers[1]!.answer = (request) => {
    if (request.op !== "open") return usualAnswer(request);
    return request.sockets.filter(({ port }) => port === bad).map(({ ip, port, scopeId }) => {
      return { ip, port, scopeId, code: "EMFILE", message: "too many open files" };
    });
  };
  const failed = await sockets.open({ endpoints: [planned(good), planned(bad)] }, 10);
  assertEquals(failed.map(({ endpoint, fault }) => [endpoint.port, fault.code]), [[bad, "EMFILE"]]);
  assertEquals(sockets.endpoints().map(({ port }) => port), [good]);
  for (const { asked } of workers) {
    const closed = asked.flatMap((one) => one.op === "close" ? one.sockets : []);
    assertEquals(closed.map(({ port }) => port), [bad]);
  }
});

Deno.test("SharedSockets.settle() tells workers what has changed, and nothing of other sockets", async () => {
  const { sockets, workers } = fixture(1);
  const port = freePort();
  const machine: Machine = readMachine();
  sockets.settle({ endpoints: [planned(port, "keep")] }, machine);
  assertEquals(workers[0]!.asked, []);
  await sockets.open({ endpoints: [planned(port)] }, 10);
  sockets.settle({ endpoints: [planned(port, "keep", true), planned(1, "keep")] }, machine);
  await workers[0]!.remote.counts();
  const settled = workers[0]!.asked.flatMap((one) => one.op === "settle" ? one.sockets : []);
  assertEquals(settled, [{ ip: IP, port, scopeId: 0, secure: true }]);
  const [newcomer] = [fakeWorker(200)];
  await sockets.openIn(newcomer!.remote);
  assertEquals(opened(newcomer!), [port]);
  await sockets.closeIn(newcomer!.remote);
  assertEquals(newcomer!.asked.at(-1)?.op, "close");
});
