// Goal: there are as many workers as wanted, none that hangs, and each line once. Method: workers that
// the test answers for.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { effectiveSettings } from "../../../mod/config/document/settings.ts";
import type { RemoteWorker, RemoteWorkerEvents } from "../../../mod/host/serving/remote_worker.ts";
import { WorkerPool } from "../../../mod/host/serving/worker_pool.ts";
import type { NewEvent } from "../../../mod/telemetry/events/event.ts";
import { type FakeWorker, fakeWorker, usualAnswer } from "../../support/workers/fake_worker.ts";
import { waitFor } from "../../support/wait.ts";
import { noService } from "../../support/about/service_source.ts";

interface Fixture extends AsyncDisposable {
  readonly pool: WorkerPool;
  /** Every worker that was started, in order. */
  readonly started: FakeWorker[];
  readonly events: string[];
  readonly lines: string[];
  /** What happened around the workers. */
  readonly calls: string[];
  /** Makes starting fail from now on; null to let it work. */
  fail(reason: string | null): void;
  /** Makes a new worker useless; null to let it work. */
  refuse(reason: string | null): void;
  pids(): number[];
}

function fixture(lookMs = 60_000): Fixture {
  const started: FakeWorker[] = [];
  const [events, lines, calls]: [string[], string[], string[]] = [[], [], []];
  let [failure, refusal]: [string | null, string | null] = [null, null];
  let turn: Promise<unknown> = Promise.resolve();
  const pool = new WorkerPool({
    start: (on: RemoteWorkerEvents) => {
      if (failure !== null) return Promise.reject(new Error(failure));
      const fake = fakeWorker(100 + started.length, on);
      started.push(fake);
      return Promise.resolve({
        worker: fake.remote,
        end: () => Promise.resolve(fake.end()),
      });
    },
    bringUpToDate: ({ pid }: RemoteWorker) => {
      calls.push(`bring ${pid}`);
      return refusal === null ? Promise.resolve() : Promise.reject(new Error(refusal));
    },
    onLost: () => Promise.resolve(void calls.push("lost")),
    onReplaced: () => Promise.resolve(void calls.push("replaced")),
    exclusive: <T>(work: () => Promise<T>): Promise<T> => {
      const done = turn.then(work);
      turn = done.catch(() => {});
      return done;
    },
    logs: {
      served: () => void lines.push("served"),
      refused: () => void lines.push("refused"),
      append: ({ bytes }) => void lines.push(new TextDecoder().decode(bytes)),
    },
    event: ({ text }: NewEvent) => void events.push(text),
    log: (line) => void lines.push(line),
    service: noService,
    onProgramFault: () => {},
    onUpstream: () => {},
    onLimits: () => {},
    onLeaving: () => Promise.resolve(),
    onTraces: () => {},
    onEnded: () => {},
    onLook: () => {},
    lookMs,
  });
  pool.reconfigureOwnLogs(effectiveSettings({}));
  return {
    pool,
    started,
    events,
    lines,
    calls,
    fail: (reason) => void (failure = reason),
    refuse: (reason) => void (refusal = reason),
    pids: () => pool.active.map(({ pid }) => pid),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

Deno.test("WorkerPool grows and shrinks; who is let go ends with its last connection", async () => {
  await using at = fixture();
  const { pool, started } = at;
  await pool.grow(3);
  assertEquals([at.pids(), pool.wanted], [[100, 101, 102], 3]);
  const surplus = pool.shrink(1);
  assertEquals(surplus.map(({ pid }) => pid), [101, 102]);
  assertEquals([at.pids(), pool.retiring.map(({ pid }) => pid)], [[100], [101, 102]]);
  // They are asked only when they have given up their sockets.
  assertEquals(started[1]!.asked, []);
  pool.retire(surplus);
  await Promise.all(surplus.map(({ ended }) => ended));
  await waitFor(() => pool.retiring.length === 0, "the end of both");
  assertEquals(started.map(({ asked }) => asked.map(({ op }) => op)), [[], ["retire"], ["retire"]]);
  assertEquals([at.events, at.calls.includes("lost")], [[], false]);
});

Deno.test("WorkerPool grows as a whole or not at all", async () => {
  await using at = fixture();
  const { pool } = at;
  await pool.grow(2);
  at.refuse("no port");
  await assertRejects(() => pool.grow(4), Error, "no port");
  assertEquals([at.pids(), pool.wanted], [[100, 101], 2]);
  assertEquals(at.started.map(({ remote }) => remote.hasEnded), [false, false, true, true]);
  at.refuse(null);
  at.fail("no memory");
  await assertRejects(() => pool.grow(4), Error, "no memory");
  assertEquals([at.pids(), pool.wanted, pool.problem], [[100, 101], 2, null]);
});

Deno.test("WorkerPool replaces who ends by itself, with an event", async () => {
  await using at = fixture();
  const { pool, started } = at;
  await pool.grow(2);
  started[0]!.end();
  await waitFor(() => at.pids().join() === "101,102", "another worker");
  assertEquals(at.events.length, 1);
  assert(at.events[0]!.includes("100"), at.events[0]);
  assertEquals(at.calls, ["bring 100", "bring 101", "lost", "bring 102", "replaced"]);
});

Deno.test("WorkerPool goes on trying, and reports each reason once", async () => {
  await using at = fixture();
  const { pool, started } = at;
  await pool.grow(1);
  at.fail("no memory");
  started[0]!.end();
  await waitFor(() => pool.problem === "no memory", "the problem");
  await waitFor(() => at.events.length === 2, "the events");
  at.fail(null);
  at.refuse("no port");
  await waitFor(() => pool.problem === "no port", "the other problem");
  at.refuse(null);
  await waitFor(() => pool.active.length === 1, "a worker");
  assertEquals([pool.problem, at.events.length], [null, 3]);
});

Deno.test("WorkerPool.retry() serves with fewer until there are enough", async () => {
  await using at = fixture();
  at.fail("no memory");
  at.pool.retry(2, new Error("no memory"));
  assertEquals([at.pool.problem, at.pool.wanted, at.events.length], ["no memory", 2, 1]);
  at.fail(null);
  await waitFor(() => at.pids().length === 2, "both");
  assertEquals(at.pool.problem, null);
});

Deno.test("WorkerPool ends a worker that hangs, and says so before", async () => {
  await using at = fixture(2);
  const { pool, started } = at;
  await pool.grow(2);
  started[1]!.isSilent = true;
  await waitFor(() => pool.silent.length > 0, "its silence to be seen");
  assertEquals(pool.silent, [101]);
  await waitFor(() => at.pids().join() === "100,102", "another worker");
  assertEquals([pool.silent, started[0]!.remote.hasEnded], [[], false]);
});

Deno.test("WorkerPool keeps nothing waiting for a worker that hangs while it is let go", async () => {
  await using at = fixture(2);
  const { pool, started } = at;
  await pool.grow(1);
  started[0]!.isSilent = true;
  pool.retire(pool.shrink(0));
  await waitFor(() => pool.retiring.length === 0, "its end");
  assertEquals(at.events, []);
});

Deno.test("WorkerPool writes the lines of all processes in the order of their seconds", async () => {
  await using at = fixture();
  const { pool, started, lines } = at;
  await pool.grow(2);
  const second = Math.floor(Date.now() / 1000);
  // The other one has not said yet that nothing earlier comes.
  const { promise: answered, resolve } = Promise.withResolvers<number>();
  started[1]!.answer = (request) => request.op === "flush" ? answered : usualAnswer(request);
  await started[0]!.log(second + 2, "late");
  await started[1]!.log(second + 1, "early");
  for (const { remote } of started) await remote.counts(); // what was sent before has arrived
  assertEquals(lines, ["early"]);
  resolve(second + 2);
  await pool.flushLogs();
  assertEquals(lines, ["early", "late"]);
  // Lines of one that is killed are not lost, if they have left it.
  await started[0]!.log(second + 3, "last");
  await started[0]!.remote.counts();
  started[0]!.end();
  await started[0]!.remote.ended;
  await pool.flushLogs();
  assertEquals(lines.at(-1), "last");
});

Deno.test("WorkerPool writes no line below the fields of another format", async () => {
  await using at = fixture();
  const { pool, started, lines } = at;
  await pool.grow(2);
  const second = Math.floor(Date.now() / 1000);
  for (const fake of started) {
    fake.answer = async (request) => {
      if (request.op !== "logs") return usualAnswer(request);
      await fake.log(second, `old ${fake.remote.pid}`, request.generation - 1);
      // The lines after the change arrive with the answer, or before that of the others.
      void Promise.resolve().then(() =>
        fake.log(second, `new ${fake.remote.pid}`, request.generation)
      );
      return null;
    };
  }
  await pool.reconfigureLogs(
    { ...effectiveSettings({}), siteLogs: [], siteNames: [] },
    async () => {
      await Promise.all(started.map(({ remote }) => remote.counts()));
      lines.push("fields");
    },
  );
  await pool.flushLogs();
  assertEquals(lines.toSpliced(2, 1).toSorted(), ["new 100", "new 101", "old 100", "old 101"]);
  assertEquals(lines[2], "fields");
});

Deno.test("WorkerPool.end() leaves none, whatever is under way", async () => {
  const at = fixture();
  await at.pool.grow(2);
  at.started[0]!.end();
  await at.pool.end();
  assertEquals([at.pool.active, at.pool.wanted, at.pool.problem], [[], 0, null]);
  await waitFor(() => at.started.every(({ remote }) => remote.hasEnded), "the end of all");
  await at.pool.grow(1); // it can be used again
  assertEquals(at.pids().length, 1);
  await at.pool.end();
});
