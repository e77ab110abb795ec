/** Goal: the watch goes on whatever a look does, and ends when told. Method: looks that count. */
import { assertEquals } from "@std/assert";
import { AddressWatch } from "../../../mod/host/process/address_watch.ts";

const INTERVAL_MS = 1;

Deno.test("AddressWatch looks again after a failure, never twice at once, and stops", async () => {
  let looks = 0;
  let [running, atOnce] = [0, 0];
  const failures: string[] = [];
  const third = Promise.withResolvers<void>();
  const watch = new AddressWatch({
    intervalMs: () => INTERVAL_MS,
    async check(): Promise<void> {
      atOnce = Math.max(atOnce, ++running);
      await turns(3); // longer than the interval
      running--;
      if (++looks === 3) third.resolve();
      throw new Error(`look ${looks}`);
    },
    onFailure: (error) => void failures.push((error as Error).message),
  });
  await third.promise;
  watch.stop();
  await turns(5);
  assertEquals(atOnce, 1);
  assertEquals(failures, ["look 1", "look 2", "look 3"]);
});

/** Timers as long as the interval, one after the other: any that is older has run by then. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
