import { assertEquals } from "@std/assert";
import { LineClock } from "../../../mod/telemetry/logs/line_clock.ts";

Deno.test("the clock of lines is read once for what runs in one go", async () => {
  let reads = 0;
  const clock = new LineClock(() => ++reads);
  const seen: number[] = [];
  const arrived = Promise.withResolvers<void>();
  const requests = [1, 2, 3].map(() => {
    return arrived.promise.then(() => void seen.push(clock.now(), clock.now()));
  });
  arrived.resolve();
  await Promise.all(requests);
  assertEquals(seen, [1, 1, 1, 1, 1, 1]);
});

Deno.test("the clock of lines is read again for what comes later", async () => {
  let reads = 0;
  const clock = new LineClock(() => ++reads);
  const first = clock.now();
  const next = Promise.withResolvers<void>();
  setTimeout(next.resolve);
  await next.promise;
  assertEquals([first, clock.now()], [1, 2]);
});

Deno.test("the clock of lines is read anew for who asks for it, and for all that follows", () => {
  let reads = 0;
  const clock = new LineClock(() => ++reads);
  assertEquals([clock.now(), clock.renew(), clock.now()], [1, 2, 2]);
});
