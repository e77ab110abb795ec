import { assertEquals } from "@std/assert";
import { restartDelay } from "../../../mod/host/process/supervisor.ts";

Deno.test("restartDelay() doubles from a second to a minute", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map(restartDelay);
  assertEquals(delays, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});
