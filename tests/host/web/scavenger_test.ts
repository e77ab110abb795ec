import { assertEquals } from "@std/assert";
import { Scavenger } from "../../../mod/host/web/scavenger.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { waitFor } from "../../support/wait.ts";

/** A cache that counts how often it was looked at. */
class Counted extends ResponseCache {
  ticks = 0;
  override tick(nowMs: number): void {
    this.ticks++;
    super.tick(nowMs);
  }
}

const SETTINGS = { UriEnableCache: true, UriMaxUriBytes: 4096, UriScavengerPeriod: 10 };

Deno.test("Scavenger looks at the cache of the sites that run, and at no other", async () => {
  const scavenger = new Scavenger();
  const before = new Counted(SETTINGS);
  const after = new Counted(SETTINGS);
  scavenger.watch(before);
  assertEquals(scavenger.watch(after), after);
  await waitFor(() => after.ticks > 0, "a look");
  scavenger.stop();
  assertEquals(before.ticks, 0);
});
