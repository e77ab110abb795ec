/** Goal: what several processes see of an upstream is one story. Method: reports and states. */
import { assertEquals } from "@std/assert";
import { mergeStates, UpstreamReports } from "../../../mod/host/serving/upstream_reports.ts";
import type { SiteUpstreamState } from "../../../mod/site/proxy/proxies.ts";
import type { UpstreamNews } from "../../../mod/site/proxy/proxy.ts";

const SITE = { siteId: 1, application: "/" } as const;

Deno.test("UpstreamReports tells that an upstream is down once, and that it is back once", () => {
  const reports = new UpstreamReports();
  const tell = (news: UpstreamNews, upstream = "a", nowMs = 0): boolean => {
    return reports.isDue({ site: SITE, upstream, news }, nowMs);
  };
  const up: UpstreamNews = { kind: "up", what: "" };
  const down: UpstreamNews = { kind: "down", what: "refused" };
  assertEquals([tell(up), tell(up)], [false, false]); // it was not down
  assertEquals([tell(down), tell(down), tell(down, "b")], [true, false, true]);
  assertEquals([tell(up), tell(up), tell(down)], [true, false, true]);
  const fault: UpstreamNews = { kind: "request", what: "x" };
  assertEquals([tell(fault), tell(fault), tell(fault, "b")], [true, false, true]);
  assertEquals(tell(fault, "a", 600_000), true);
});

Deno.test("mergeStates() shows the newest state, all connections, and the last check", () => {
  const state = (more: Partial<SiteUpstreamState>): SiteUpstreamState => ({
    ...SITE,
    upstream: "a",
    state: "unknown",
    sinceMs: 1,
    cause: null,
    inFlight: 1,
    connections: 2,
    lastCheck: null,
    ...more,
  });
  const up = state({ state: "up", sinceMs: 10, lastCheck: { atMs: 50, failure: null } });
  const down = state({
    state: "down",
    sinceMs: 20,
    cause: "x",
    lastCheck: { atMs: 40, failure: "x" },
  });
  const fresh = state({ sinceMs: 99 });
  const other = state({ upstream: "b" });
  for (const order of [[[up], [down], [fresh, other]], [[fresh, other], [down], [up]]]) {
    const merged = mergeStates(order).toSorted((a, b) => a.upstream < b.upstream ? -1 : 1);
    assertEquals(merged, [
      { ...down, inFlight: 3, connections: 6, lastCheck: up.lastCheck },
      other,
    ]);
  }
  assertEquals(mergeStates([[], []]), []);
});
