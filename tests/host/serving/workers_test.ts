// Goal: the workers are one to the service, whatever their number, and somebody always has the
// sockets. Method: real sockets of this process, and workers that the test answers for.
import { assertEquals, assertRejects } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { RequestHandler } from "../../../mod/host/serving/request_handler.ts";
import { nothingServed } from "../../../mod/host/serving/served.ts";
import { Workers } from "../../../mod/host/serving/workers.ts";
import type { WorkerRequest } from "../../../mod/host/serving/worker_protocol.ts";
import type { PlannedEndpoint } from "../../../mod/listen/plan/plan.ts";
import { ANY_BINDER } from "../../../mod/listen/sockets/endpoint.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { type FakeWorker, fakeWorker, usualAnswer } from "../../support/workers/fake_worker.ts";
import { isRefused, untilRefused } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { waitFor } from "../../support/wait.ts";
import { noService } from "../../support/about/service_source.ts";

const IP = "127.0.0.2" as Ip;
const siteHandler = await loadSiteHandlers();

interface Fixture extends AsyncDisposable {
  readonly workers: Workers;
  readonly started: FakeWorker[];
  readonly events: string[];
  /** What a worker answers; null for the usual. */
  answer(answer: ((request: WorkerRequest) => unknown) | null): void;
  fail(reason: string | null): void;
  resize(count: number | string): Promise<number | null>;
}

async function fixture(): Promise<Fixture> {
  const started: FakeWorker[] = [];
  const events: string[] = [];
  let failure: string | null = null;
  let answer: (request: WorkerRequest) => unknown = usualAnswer;
  const workers = new Workers({
    requests: new RequestHandler({
      siteHandler,
      service: noService,
      onProgramFault: () => {},
      onUpstream: () => {},
    }),
    onProgramFault: () => {},
    onUpstream: () => {},
    findListeners: () => Promise.resolve({ owners: [], unseen: null }),
    binder: ANY_BINDER,
    machine: { os: "linux", cores: 2 },
    start: (on) => {
      if (failure !== null) return Promise.reject(new Error(failure));
      const fake = fakeWorker(100 + started.length, on);
      fake.answer = (request) => answer(request);
      started.push(fake);
      return Promise.resolve({ worker: fake.remote, end: () => Promise.resolve(fake.end()) });
    },
    service: noService,
    logs: { served: () => {}, refused: () => {}, append: () => {} },
    event: ({ text }) => void events.push(text),
    log: () => {},
  });
  await workers.start({ ...DEFAULT_SETTINGS, Workers: 1 });
  await workers.serve(nothingServed(DEFAULT_SETTINGS, "us"));
  return {
    workers,
    started,
    events,
    answer: (next) => void (answer = next ?? usualAnswer),
    fail: (reason) => void (failure = reason),
    resize: (count) => workers.resize({ Workers: count }),
    async [Symbol.asyncDispose](): Promise<void> {
      await workers.sockets.close(workers.sockets.endpoints());
      await workers.stop();
    },
  };
}

function planned(port: number): PlannedEndpoint {
  const rest = { cause: "", entry: null, holders: [], returns: false } as const;
  return { ip: IP, port, scopeId: 0, secure: false, action: "open", ...rest };
}

function opsOf({ asked }: FakeWorker): string {
  return asked.map(({ op }) => op).filter((op) => !["counts", "accept", "report"].includes(op))
    .join(" ");
}

Deno.test("Workers hands sockets over, and takes them back before a worker gives them up", async () => {
  await using at = await fixture();
  const { workers, started } = at;
  const port = freePort();
  assertEquals(await workers.sockets.open({ endpoints: [planned(port)] }, 10), []);
  assertEquals(await isRefused(IP, port), false);
  assertEquals(await at.resize(2), 2);
  // The made-up workers have no socket: this process has given its own away.
  await untilRefused(IP, port);
  assertEquals(workers.sockets.endpoints(), [{ ip: IP, port, scopeId: 0 }]);
  assertEquals(started.map(opsOf), Array(2).fill("start pause serve open open"));
  assertEquals(await at.resize(2), null);
  assertEquals(await at.resize("auto"), null); // two cores
  let hadSocket: boolean | null = null;
  at.answer(async (request) => {
    if (request.op === "close") hadSocket = !(await isRefused(IP, port));
    return usualAnswer(request);
  });
  assertEquals(await at.resize(1), 1);
  assertEquals([hadSocket, await isRefused(IP, port)], [true, false]);
  assertEquals(started.map(opsOf), Array(2).fill("start pause serve open open close retire"));
  assertEquals(at.events, [
    "2 worker processes serve.",
    "The process of the service serves alone.",
  ]);
});

Deno.test("Workers opens alone first, which proves that nobody has the port", async () => {
  await using at = await fixture();
  const { workers, started } = at;
  await at.resize(2);
  const port = freePort();
  const other = Deno.listen({ hostname: IP, port });
  const [failed] = await workers.sockets.open({ endpoints: [planned(port)] }, 10);
  assertEquals([failed?.endpoint.port, failed?.fault.code], [port, "EADDRINUSE"]);
  assertEquals(started.map(opsOf), Array(2).fill("start pause serve open"), "none was asked to");
  other.close();
  at.answer((request) => {
    if (request.op !== "open") return usualAnswer(request);
    return request.sockets.map(({ ip, port, scopeId }) => {
      return { ip, port, scopeId, code: "EMFILE", message: "too many open files" };
    });
  });
  const [lost] = await workers.sockets.open({ endpoints: [planned(port)] }, 10);
  assertEquals(lost?.fault.code, "EMFILE");
  assertEquals(workers.sockets.endpoints(), []);
  assertEquals(started.map((fake) => opsOf(fake).split(" ").at(-1)), ["close", "close"]);
});

Deno.test("Workers serves itself when none is left, and gives the sockets to those that come", async () => {
  await using at = await fixture();
  const { workers, started } = at;
  const port = freePort();
  await workers.sockets.open({ endpoints: [planned(port)] }, 10);
  await at.resize(2);
  at.fail("no memory");
  started[0]!.end();
  started[1]!.end();
  await waitFor(async () => !(await isRefused(IP, port)), "a socket of this process");
  assertEquals((await workers.status()).workers.map(({ pid, state }) => [pid, state]), [
    [Deno.pid, "serving"],
  ]);
  await waitFor(() => workers.problems.length === 1, "the problem");
  assertEquals(workers.problems[0]!.text, "workers are missing: no memory");
  at.fail(null);
  await waitFor(async () => (await workers.status()).workers.length === 2, "both");
  await untilRefused(IP, port);
  assertEquals(workers.problems, []);
  for (const fake of started.slice(2)) {
    const opened = fake.asked.flatMap((request) => request.op === "open" ? request.sockets : []);
    assertEquals(opened.map((socket) => socket.port), [port], `worker ${fake.remote.pid}`);
  }
});

Deno.test("Workers.resize() restores everything if workers cannot be started", async () => {
  await using at = await fixture();
  const { workers } = at;
  const port = freePort();
  await workers.sockets.open({ endpoints: [planned(port)] }, 10);
  at.fail("no memory");
  const fault = await assertRejects(() => at.resize(3), Fault);
  assertEquals(fault.message, "Cannot serve with 3 workers: no memory");
  assertEquals(fault.hint, "httpcfg settings reset Workers");
  assertEquals([await isRefused(IP, port), workers.problems, at.events], [false, [], []]);
  at.fail(null);
  assertEquals(await at.resize(2), 2);
  at.fail("no memory");
  await assertRejects(() => at.resize(3), Fault);
  assertEquals((await workers.status()).workers.length, 2);
});

Deno.test("Workers.counts() and status() wait for nobody that does not respond", async () => {
  await using at = await fixture();
  const { workers, started } = at;
  await at.resize(2);
  at.answer((request) => {
    if (request.op !== "counts") return usualAnswer(request);
    return { connections: 3, tunnels: 1, tunnelsOf: [[5, 1]] };
  });
  assertEquals(await workers.counts(), {
    connections: 6,
    tunnels: 2,
    tunnelsOf: new Map([[5, 2]]),
  });
  started[0]!.isSilent = true;
  assertEquals((await workers.counts()).connections, 6); // what it had last
  assertEquals((await workers.status()).workers.map(({ connections }) => connections), [3, 3]);
  await workers.endSilent();
  await started[0]!.remote.ended;
  assertEquals(started[1]!.remote.hasEnded, false);
});

Deno.test("Workers lists what several have cached once, and drains each endpoint once", async () => {
  await using at = await fixture();
  const { workers } = at;
  await at.resize(2);
  const cached = {
    url: "http://a/x",
    status: 200,
    contentType: null,
    contentEncoding: null,
    contentLength: 1,
  };
  at.answer((request) => {
    if (request.op === "cached") return [cached, { ...cached, contentEncoding: "gzip" }];
    if (request.op === "drainUnreached") {
      return [{ endpoint: { ip: IP, port: 80 }, connections: 2 }];
    }
    return usualAnswer(request);
  });
  assertEquals((await workers.cached()).map(({ contentEncoding }) => contentEncoding), [
    null,
    "gzip",
  ]);
  const draining = await workers.drainUnreached([], 5);
  assertEquals(draining.map(({ endpoint, connections }) => [endpoint.port, connections]), [[
    80,
    4,
  ]]);
});
