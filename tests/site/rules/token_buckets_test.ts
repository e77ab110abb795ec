// Goal: a client gets its burst and its rate, and no more; the memory has a bound. Method: times as
// numbers.
import { assert, assertEquals } from "@std/assert";
import { CLIENTS_MAX } from "../../../mod/site/rules/limits.ts";
import { TokenBuckets } from "../../../mod/site/rules/token_buckets.ts";
import { Random } from "../../fuzz/random.ts";

const START_MS = 1_800_000_000_000;
const tenPerSecond = { requests: 10, periodMs: 1000, burst: 3 };

Deno.test("TokenBuckets: a burst, then one token after the other", () => {
  const buckets = new TokenBuckets(tenPerSecond);
  const take = (atMs: number, client = "a"): number => buckets.take(client, START_MS + atMs);
  assertEquals([take(0), take(0), take(0)], [0, 0, 0]);
  assertEquals([take(0), take(50), take(99)], [100, 50, 1], "nothing is taken by a refusal");
  assertEquals([take(100), take(100)], [0, 100]);
  assertEquals(take(100, "b"), 0, "another client has its own");
  assertEquals([take(5000), take(5000), take(5000), take(5000)], [0, 0, 0, 100], "full again");
});

Deno.test("TokenBuckets: no client gets more than burst and rate allow, at random times", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new Random(seed);
    const requests = random.below(50) + 1;
    const periodMs = random.pick([1000, 60_000]);
    const burst = random.below(20) + 1;
    const buckets = new TokenBuckets({ requests, periodMs, burst });
    let [nowMs, taken] = [START_MS, 0];
    for (let i = 0; i < 300; i++) {
      nowMs += random.below(3) * random.below(periodMs / requests * 2);
      const waitMs = buckets.take("a", nowMs);
      if (waitMs === 0) taken++;
      else if (random.chance(10)) {
        assertEquals(buckets.take("a", nowMs + Math.ceil(waitMs)), 0, "after the wait it is there");
        nowMs += Math.ceil(waitMs);
        taken++;
      }
      const most = burst + (nowMs - START_MS) * requests / periodMs;
      assert(taken <= most + 1e-6, `${taken} of ${most} with seed ${seed}`);
    }
  }
});

Deno.test("TokenBuckets: a clock that is set back locks nobody out", () => {
  const buckets = new TokenBuckets(tenPerSecond);
  for (let i = 0; i < 3; i++) buckets.take("a", START_MS);
  const waitMs = buckets.take("a", START_MS - 86_400_000);
  assert(waitMs <= 100, `${waitMs}`);
});

Deno.test("TokenBuckets: millions of clients take no more memory than two generations", () => {
  const buckets = new TokenBuckets({ requests: 1, periodMs: 3_600_000, burst: 1 });
  for (let i = 0; i < 5 * CLIENTS_MAX; i++) buckets.take(`client ${i}`, START_MS + i);
  assert(buckets.size <= 2 * CLIENTS_MAX, `${buckets.size}`);
  assert(buckets.take(`client ${5 * CLIENTS_MAX - 1}`, START_MS) > 0, "the last one is known");
});

Deno.test("TokenBuckets: full buckets are forgotten", () => {
  const buckets = new TokenBuckets(tenPerSecond);
  for (let i = 0; i < 1000; i++) buckets.take(`client ${i}`, START_MS);
  buckets.take("a", START_MS + 11_000);
  buckets.take("a", START_MS + 22_000);
  assert(buckets.size <= 2, `${buckets.size}`);
});
