import { assertEquals } from "@std/assert";
import { RateWindow, TrafficRates } from "../../../mod/host/web/traffic_rates.ts";
import type { ServiceTotals } from "../../../mod/telemetry/metrics/totals.ts";
import { emptyTotals } from "../../support/about/totals.ts";

const START = { startedMs: 0, socketOf: (address: string) => address, ownSites: new Set("") };

/** Returns what is counted after `seconds`: that many responses of a site, and those that failed. */
function totalsAt(seconds: number, requests = 0, failed = 0): ServiceTotals {
  const site = { site: "shop", address: "10.0.0.1:80" };
  const classes = [0, requests - failed, 0, 0, failed];
  return {
    ...emptyTotals(),
    atMs: seconds * 1000,
    requests: [{ ...site, classes, sentBytes: requests * 1000, receivedBytes: requests * 100 }],
    durations: [{
      site: "shop",
      buckets: [requests, ...Array.from({ length: 14 }, () => 0)],
      sumSeconds: 0,
    }],
  };
}

/** Returns quantiles of durations in buckets. */
function quantilesOf(buckets: readonly number[]): unknown {
  const durations = [{ site: "shop", buckets, sumSeconds: 0 }];
  const rates = new TrafficRates({ ...totalsAt(10), durations }, null, START);
  return rates.latencyOf("shop");
}

Deno.test("rates are differences to what was counted some seconds ago", () => {
  const rates = new TrafficRates(totalsAt(30, 250, 10), totalsAt(20, 50, 5), START);
  const { seconds, requests, requestRate, errorRatio, sentRate, receivedRate } = rates.traffic;
  assertEquals([seconds, requests, requestRate], [10, 250, 20]);
  assertEquals([errorRatio, sentRate, receivedRate], [0.025, 20_000, 2000]);
  assertEquals(rates.ofSite("shop"), { requests: 250, requestRate: 20, errorRatio: 0.025 });
  assertEquals(rates.ofAddress("10.0.0.1:80"), rates.ofSite("shop"));
  assertEquals(rates.ofSite("other"), undefined);
});

Deno.test("the first rates are those since the start, and none is negative", () => {
  assertEquals(
    new TrafficRates(totalsAt(30, 60), null, { ...START, startedMs: 10_000 }).traffic.requestRate,
    3,
  );
  // What is smaller than before began anew.
  const { requestRate, errorRatio } =
    new TrafficRates(totalsAt(30, 10), totalsAt(20, 50, 5), START).traffic;
  assertEquals([requestRate, errorRatio], [1, 0]);
});

Deno.test("quantiles are found in their bucket, and not beyond the bounds", () => {
  const rest = Array.from({ length: 13 }, () => 0);
  assertEquals(quantilesOf([100, 0, ...rest]), { p50: 0.0025, p95: 0.00475, p99: 0.00495 });
  assertEquals(quantilesOf([50, 50, ...rest]), { p50: 0.005, p95: 0.0095, p99: 0.0099 });
  assertEquals(quantilesOf([90, 0, ...rest.slice(1), 10]), { p50: 0.00278, p95: null, p99: null });
  assertEquals(quantilesOf([0, 0, ...rest]), null);
});

Deno.test("the latency of all sites is without those that show the service", () => {
  const { durations } = totalsAt(0, 10);
  const long = {
    site: "page",
    buckets: [...Array.from({ length: 14 }, () => 0), 50],
    sumSeconds: 0,
  };
  const now = { ...totalsAt(10), durations: [...durations, long] };
  const rates = new TrafficRates(now, null, { ...START, ownSites: new Set(["page"]) });
  assertEquals(rates.traffic.latency?.p99, 0.00495);
  assertEquals(rates.latencyOf("page"), { p50: null, p95: null, p99: null });
});

Deno.test("the window is ten seconds as long as somebody looks, and starts anew after a pause", () => {
  const window = new RateWindow();
  const secondsAt = (at: number): number | null => {
    const before = window.add(totalsAt(at));
    return before === null ? null : at - before.atMs / 1000;
  };
  assertEquals(secondsAt(0), null);
  const found = Array.from({ length: 30 }, (_, i) => secondsAt(i + 1));
  assertEquals(found.slice(0, 12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]);
  assertEquals(found.at(-1), 10);
  assertEquals([secondsAt(300), secondsAt(301), secondsAt(302)], [270, 1, 2]);
});
