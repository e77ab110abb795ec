/** Goal: a wait ends when it must, and costs nothing afterwards. Method: the real timer, which the
 * test runner does not let leak. */
import { assertEquals } from "@std/assert";
import { Deadlines } from "../../../mod/site/proxy/deadlines.ts";

Deno.test("Deadlines.start() calls what is due, and nothing that was cancelled", async () => {
  const deadlines = new Deadlines();
  const passed: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  deadlines.start(0, () => passed.push("first"));
  const cancelled = deadlines.start(0, () => passed.push("cancelled"));
  const late = deadlines.start(3_600_000, () => passed.push("late"));
  deadlines.start(1, resolve);
  deadlines.cancel(cancelled);
  await promise;
  deadlines.cancel(late);
  deadlines.cancel(late);
  assertEquals(passed, ["first"]);
});

Deno.test("Deadlines.start() works again after all deadlines have passed", async () => {
  const deadlines = new Deadlines();
  for (let round = 0; round < 2; round++) {
    await new Promise<void>((resolve) => void deadlines.start(0, resolve));
  }
});
