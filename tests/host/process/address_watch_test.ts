/** Goal: the watch goes on whatever a look does, and ends when told. Method: looks that count. */
import { assertEquals } from "@std/assert";
import { AddressWatch } from "../../../mod/host/process/address_watch.ts";

Deno.test("AddressWatch looks again after a failure, never twice at once, and stops", async () => {
  let looks = 0;
  let running = 0;
  const failures: string[] = [];
  const third = Promise.withResolvers<void>();
  const watch = new AddressWatch({
    intervalMs: () => 1,
    async look(): Promise<void> {
      assertEquals(running++, 0);
      await new Promise((resolve) => setTimeout(resolve, 3));
      running--;
      if (++looks === 3) third.resolve();
      throw new Error(`look ${looks}`);
    },
    onFailure: (error) => void failures.push((error as Error).message),
  });
  await third.promise;
  watch.stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(failures, ["look 1", "look 2", "look 3"]);
});
