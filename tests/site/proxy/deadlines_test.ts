/** Goal: a wait ends when it must, never early, and costs nothing afterwards. Method: a clock moved
 * by hand, and the real timer, which the test runner does not let leak. */
import { assertEquals } from "@std/assert";
import { Deadlines, TICK_MS } from "../../../mod/site/proxy/deadlines.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";

Deno.test("Deadline.set() expires once, at the last time that was set, and never early", () => {
  const deadlines = new HandDeadlines();
  let expired = 0;
  const deadline = deadlines.make(() => expired++);
  deadlines.pass(10_000);
  assertEquals(expired, 0, "it was not set");
  deadline.set(1000);
  deadlines.pass(500);
  deadline.set(1000);
  for (let tick = 0; tick * TICK_MS < 1000; tick++) deadlines.pass(-TICK_MS);
  assertEquals(expired, 0);
  deadlines.pass(0);
  assertEquals(expired, 1);
  deadlines.pass(10_000);
  assertEquals(expired, 1, "once");
  deadline.set(0);
  deadline.clear();
  deadlines.pass(1000);
  assertEquals(expired, 1, "it was cleared");
  deadline.end();
  deadline.end();
  assertEquals(deadlines.isRunning, false);
});

Deno.test("Deadlines.start() calls what is due, and nothing that was ended", async () => {
  const deadlines = new Deadlines();
  const passed: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  deadlines.start(0, () => passed.push("first"));
  const ended = deadlines.start(0, () => passed.push("ended"));
  const late = deadlines.start(3_600_000, () => passed.push("late"));
  deadlines.start(1, resolve);
  ended.end();
  await promise;
  late.end();
  assertEquals(passed, ["first"]);
});

Deno.test("Deadlines.start() works again after all deadlines have passed", async () => {
  const deadlines = new Deadlines();
  for (let round = 0; round < 2; round++) {
    await new Promise<void>((resolve) => void deadlines.start(0, resolve));
  }
});
