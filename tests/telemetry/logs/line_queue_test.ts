// Goal: a reader that is slow or gone costs lines, which are counted, and nothing else. Method: a
// reader that the test holds.
import { assert, assertEquals } from "@std/assert";
import { LineQueue } from "../../../mod/telemetry/logs/line_queue.ts";
import type { LogTrouble } from "../../../mod/telemetry/logs/log_file.ts";

const MIB = 1024 * 1024;

interface Held {
  readonly queue: LineQueue;
  readonly written: string[];
  readonly troubles: LogTrouble[];
  lost: number;
  /** The writes that wait; each is settled by the test. */
  readonly writes: PromiseWithResolvers<void>[];
}

function held(): Held {
  const state: Omit<Held, "queue"> = { written: [], troubles: [], lost: 0, writes: [] };
  const queue = new LineQueue({
    place: "stdout",
    write: async ({ bytes }) => {
      const turn = Promise.withResolvers<void>();
      state.writes.push(turn);
      await turn.promise;
      state.written.push(new TextDecoder().decode(bytes.subarray(0, 3)));
    },
    onTrouble: (trouble) => state.troubles.push(trouble),
    onLost: (lines) => result.lost += lines,
  });
  const result: Held = { ...state, queue };
  return result;
}

function add({ queue }: Held, text: string, bytes = text.length, count = 1): void {
  const all = new Uint8Array(bytes);
  new TextEncoder().encodeInto(text, all);
  queue.add({ bytes: all, count, second: 0, header: "" });
}

/** Lets everything run that does not wait for the test. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

Deno.test("LineQueue writes one batch after the other, in order", async () => {
  const one = held();
  for (const text of ["abc", "def", "ghi"]) add(one, text);
  for (let i = 0; i < 3; i++) {
    await settle();
    assertEquals([one.writes.length, one.written.length], [i + 1, i]);
    one.writes[i]!.resolve();
  }
  await one.queue.flush();
  assertEquals(one.written, ["abc", "def", "ghi"]);
  assertEquals([one.troubles.length, one.lost], [0, 0]);
});

Deno.test("LineQueue drops what a slow reader leaves, and tells the beginning and the end", async () => {
  const one = held();
  for (let i = 0; i < 11; i++) add(one, `${i}--`, MIB, 10);
  assertEquals(one.lost, 30); // 8 MiB wait
  assertEquals(one.troubles.length, 1);
  assertEquals([one.troubles[0]!.place, one.troubles[0]!.isStream], ["stdout", true]);
  assert(String(one.troubles[0]!.error).includes("too slow"));
  for (let i = 0; i < 8; i++) {
    await settle();
    one.writes[i]!.resolve();
  }
  await one.queue.flush();
  assertEquals(one.written, Array.from({ length: 8 }, (_, i) => `${i}--`));
  assertEquals(one.troubles.slice(1).map(({ error, lostLines }) => [error, lostLines]), [[
    null,
    30,
  ]]);
  add(one, "new");
  await settle();
  one.writes[8]!.resolve();
  await one.queue.flush();
  assertEquals([one.written.at(-1), one.troubles.length], ["new", 2]);
});

Deno.test("LineQueue counts what a reader that is gone has not got, and goes on", async () => {
  const one = held();
  add(one, "abc", 3, 2);
  await settle();
  one.writes[0]!.reject(new Error("broken pipe"));
  add(one, "def", 3, 5);
  await settle();
  one.writes[1]!.reject(new Error("broken pipe"));
  await one.queue.flush();
  assertEquals([one.lost, one.troubles.length], [7, 1]);
  add(one, "ghi");
  await settle();
  one.writes[2]!.resolve();
  await one.queue.flush();
  assertEquals(one.troubles.map(({ lostLines }) => lostLines), [2, 7]);
});
