// Goal: a loop misses no ring, and sleeps otherwise.
import { assertEquals } from "@std/assert";
import { Wake } from "../../../mod/base/work/wake.ts";

Deno.test("Wake: a ring before the loop sleeps wakes it once", async () => {
  const wake = new Wake();
  const end = new AbortController();
  let rounds = 0;
  const loop = (async () => {
    for (; !end.signal.aborted; rounds++) await wake.next(end.signal);
  })();
  wake.ring();
  wake.ring();
  for (let i = 0; i < 10; i++) await Promise.resolve();
  assertEquals(rounds, 1);
  end.abort();
  await loop;
  assertEquals(rounds, 2);
});
