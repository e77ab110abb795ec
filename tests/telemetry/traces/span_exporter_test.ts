// Goal: spans arrive, or are counted; nothing waits for a collector. Method: a collector and a clock
// in the hands of the test.
import { assertEquals } from "@std/assert";
import type { EndedSpan } from "../../../mod/telemetry/traces/span.ts";
import {
  type ExportState,
  type Sent,
  SpanExporter,
} from "../../../mod/telemetry/traces/span_exporter.ts";

const DONE: Sent = { kind: "done", rejected: 0, why: "" };
const AWAY: Sent = { kind: "again", why: "away", afterMs: null };

/** An exporter whose collector answers when the test says so. */
class Exporting {
  readonly states: ExportState[] = [];
  /** The sizes of the batches that were sent. */
  readonly batches: number[] = [];
  /** The waits under way, in milliseconds. */
  readonly waits: { readonly ms: number; readonly then: () => void }[] = [];
  readonly exporter: SpanExporter;
  #answer = Promise.withResolvers<Sent>();

  constructor({ queueMax = 10, batchMax = 4 } = {}) {
    this.exporter = new SpanExporter({
      queueMax,
      batchMax,
      delayMs: 5000,
      random: () => 1,
      later: (ms, then) => {
        const wait = { ms, then };
        this.waits.push(wait);
        return () => void this.waits.splice(this.waits.indexOf(wait) >>> 0, 1);
      },
      send: (batch) => {
        this.batches.push(batch.length);
        return this.#answer.promise;
      },
      onState: (state) => void this.states.push(state),
    });
  }

  add(count: number): void {
    for (let i = 0; i < count; i++) this.exporter.add({ spanId: `${i}` } as EndedSpan);
  }

  /** The milliseconds of the only wait; it is over now. */
  pass(): number {
    const [wait, ...others] = this.waits.splice(0);
    assertEquals(others, []);
    wait!.then();
    return wait!.ms;
  }

  /** The collector answers; resolves when that has been understood. */
  async answer(sent: Sent): Promise<void> {
    await settled();
    const { resolve } = this.#answer;
    this.#answer = Promise.withResolvers();
    resolve(sent);
    await settled();
  }
}

/** Resolves when everything that waits for nothing else is done. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("SpanExporter sends after a delay, or at once when a batch is full", async () => {
  const few = new Exporting();
  few.add(3);
  assertEquals([few.pass(), few.batches], [5000, [3]]);
  await few.answer(DONE);
  assertEquals([few.waits, few.states], [[], []]);
  const many = new Exporting();
  many.add(9);
  assertEquals([many.pass(), many.batches], [0, [4]]);
  await many.answer(DONE);
  assertEquals(many.batches, [4, 4]);
  await many.answer(DONE);
  assertEquals([many.pass(), many.batches], [5000, [4, 4, 1]]); // the rest is not a batch
});

Deno.test("SpanExporter loses and counts what does not fit, and tells it with the next batch", async () => {
  const test = new Exporting();
  test.add(4);
  test.pass();
  test.add(7); // six fit beside the four under way
  await test.answer(DONE);
  assertEquals(test.states, [{ failure: "more spans end than it takes", lost: 1 }]);
  await test.answer(DONE);
  assertEquals(test.states[1], { failure: null, lost: 1 });
  assertEquals(test.batches, [4, 4]);
});

Deno.test("SpanExporter tries again after waits that double, or that the collector names", async () => {
  const test = new Exporting();
  test.add(1);
  test.pass();
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    await test.answer(AWAY);
    waits.push(test.pass());
  }
  assertEquals(waits, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  for (const afterMs of [0, 7000, 1e9]) {
    await test.answer({ ...AWAY, afterMs });
    assertEquals(test.pass(), Math.min(afterMs, 300_000));
  }
  assertEquals(test.states, [{ failure: "away", lost: 0 }]); // told once
  await test.answer(DONE);
  assertEquals(test.states[1], { failure: null, lost: 0 });
});

Deno.test("SpanExporter counts what the collector refuses or rejects", async () => {
  const test = new Exporting();
  test.add(8);
  test.pass();
  await test.answer({ kind: "refused", why: "status 400" });
  assertEquals(test.states, [{ failure: "status 400", lost: 4 }]);
  await test.answer({ kind: "done", rejected: 2, why: "too old" });
  assertEquals(test.states[1], { failure: "too old", lost: 6 });
});

Deno.test("SpanExporter.flush() sends everything, each batch once", async () => {
  const test = new Exporting();
  await test.exporter.flush();
  test.add(3);
  let isFlushed = false;
  void test.exporter.flush().then(() => isFlushed = true);
  assertEquals(test.pass(), 0);
  await test.answer(DONE);
  assertEquals([isFlushed, test.batches], [true, [3]]);

  // During the wait of a batch that has to be tried again.
  test.add(6);
  test.pass();
  await test.answer(AWAY);
  isFlushed = false;
  void test.exporter.flush().then(() => isFlushed = true);
  await test.answer(AWAY);
  assertEquals([isFlushed, test.waits.length], [false, 0]);
  await test.answer(AWAY);
  assertEquals([isFlushed, test.batches], [true, [3, 4, 4, 2]]);
  assertEquals(test.states.at(-1), { failure: "away", lost: 6 });
});

Deno.test("SpanExporter.close() counts what it gives up", () => {
  const test = new Exporting();
  test.add(5);
  test.pass();
  test.exporter.close();
  assertEquals(test.exporter.state, { failure: null, lost: 5 });
});
