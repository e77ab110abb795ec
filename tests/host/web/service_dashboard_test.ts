import { assertEquals } from "@std/assert";
import { ServiceDashboard } from "../../../mod/host/web/service_dashboard.ts";
import { emptyTotals, RUNNING_STATUS } from "../../support/about/totals.ts";

Deno.test("a view is made once for all who ask within a second, with an id of its own", async () => {
  let [asked, now] = [0, 1_000_000];
  const dashboard = new ServiceDashboard({
    program: "1.2.3",
    host: "web1",
    status: () => {
      asked++;
      return Promise.resolve(RUNNING_STATUS);
    },
    measured: () => Promise.resolve({ totals: emptyTotals(), certificates: [] }),
    ownSites: () => [],
    events: () => [],
    typed: (view) => view,
    now: () => now,
  });
  const [a, b] = await Promise.all([dashboard.view(), dashboard.view()]);
  now += 500;
  const c = await dashboard.view();
  assertEquals([asked, a === b, a === c, a!.id], [1, true, true, 1_000_000]);
  now += 500;
  assertEquals((await dashboard.view()).id, 1_001_000);
  now -= 5000; // the clock was set back
  assertEquals([(await dashboard.view()).id, asked], [1_001_001, 3]);
});
