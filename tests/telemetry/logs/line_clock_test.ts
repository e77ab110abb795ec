import { assertEquals } from "@std/assert";
import { lineClock } from "../../../mod/telemetry/logs/line_clock.ts";

Deno.test("the clock of lines is read once for what runs in one go", async () => {
  let reads = 0;
  const now = lineClock(() => ++reads);
  const seen: number[] = [];
  const arrived = Promise.withResolvers<void>();
  const requests = [1, 2, 3].map(() => arrived.promise.then(() => void seen.push(now(), now())));
  arrived.resolve();
  await Promise.all(requests);
  assertEquals(seen, [1, 1, 1, 1, 1, 1]);
});

Deno.test("the clock of lines is read again for what comes later", async () => {
  let reads = 0;
  const now = lineClock(() => ++reads);
  const first = now();
  const next = Promise.withResolvers<void>();
  setTimeout(next.resolve);
  await next.promise;
  assertEquals([first, now()], [1, 2]);
});
