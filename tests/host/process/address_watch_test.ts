/** Goal: the watch survives failing checks, follows its interval, and ends when stopped. Method: checks that count. */
import { assertEquals } from "@std/assert";
import { AddressWatch } from "../../../mod/host/process/address_watch.ts";

const INTERVAL_MS = 1;

Deno.test("AddressWatch checks again after a failure, never twice at once, and stops", async () => {
  let checks = 0;
  let [running, concurrent] = [0, 0];
  const failures: string[] = [];
  const third = Promise.withResolvers<void>();
  const watch = new AddressWatch({
    intervalMs: () => INTERVAL_MS,
    async check(): Promise<void> {
      concurrent = Math.max(concurrent, ++running);
      await turns(3); // longer than the interval
      running--;
      if (++checks === 3) third.resolve();
      throw new Error(`look ${checks}`);
    },
    onFailure: (error) => void failures.push((error as Error).message),
  });
  await third.promise;
  watch.stop();
  await turns(5);
  assertEquals(concurrent, 1);
  assertEquals(failures, ["look 1", "look 2", "look 3"]);
});

Deno.test("AddressWatch.settingsChanged() does not wait for the end of the old interval", async () => {
  let intervalMs = 3_600_000;
  const checked = Promise.withResolvers<void>();
  const watch = new AddressWatch({
    intervalMs: () => intervalMs,
    check: () => Promise.resolve(checked.resolve()),
    onFailure: () => {},
  });
  intervalMs = INTERVAL_MS;
  watch.settingsChanged();
  await checked.promise;
  watch.stop();
});

/** Runs timers as long as the interval, one after the other: any older timer has run by then. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
