// Goal: rates are differences per second whatever began anew between, and quantiles are those of
// Prometheus. Method: totals that the test makes.
import { assert, assertEquals } from "@std/assert";
import {
  quantile,
  type Rates,
  ratesBetween,
  ratesBy,
  sumBuckets,
} from "../../../mod/telemetry/metrics/rates.ts";
import { DURATION_BOUNDS, type ServiceTotals } from "../../../mod/telemetry/metrics/totals.ts";

const NONE: ServiceTotals = {
  atMs: 1_000,
  build: { version: "1", runtime: "2" },
  requests: [],
  durations: [],
  refused: [],
  connections: { accepted: 0, open: 0, idle: 0, tunnels: 0 },
  tls: { handshakes: 0, failures: [] },
  exhausted: 0,
  sockets: { opened: 0, failed: 0 },
  cache: { hits: 0, misses: 0 },
  lostLogLines: 0,
  workers: [],
};

function totals(more: Partial<ServiceTotals>): ServiceTotals {
  return { ...NONE, ...more };
}

function row(
  site: string,
  address: string,
  classes: number[],
  sent = 0,
): ServiceTotals["requests"][0] {
  return { site, address, classes, sentBytes: sent, receivedBytes: sent / 2 };
}

function buckets(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: DURATION_BOUNDS.length + 1 }, (_, at) => counts[at] ?? 0);
}

Deno.test("ratesBetween() divides what happened by the seconds between", () => {
  const before = totals({
    requests: [row("a", "10.0.0.1:80", [0, 100, 0, 4, 1], 1000)],
    refused: [["BadRequest", 2]],
    connections: { accepted: 10, open: 1, idle: 0, tunnels: 0 },
    tls: { handshakes: 3, failures: [["alert", 1]] },
  });
  const now = totals({
    atMs: 3_000,
    requests: [
      row("a", "10.0.0.1:80", [0, 120, 0, 8, 3], 3000),
      row("b", "10.0.0.1:80", [0, 10, 0, 0, 0], 200),
    ],
    refused: [["BadRequest", 4], ["Timer_Connection", 2]],
    connections: { accepted: 30, open: 1, idle: 0, tunnels: 0 },
    tls: { handshakes: 7, failures: [["alert", 1], ["timeout", 6]] },
    lostLogLines: 4,
  });
  const rates = ratesBetween(before, now);
  assertEquals(rates.seconds, 2);
  assertEquals(rates.requests[0], {
    site: "a",
    address: "10.0.0.1:80",
    requests: 13,
    clientErrors: 2,
    serverErrors: 1,
    sentBytes: 1000,
    receivedBytes: 500,
  });
  assertEquals(rates.total.requests, 18);
  assertEquals(rates.total.sentBytes, 1100);
  assertEquals(
    [rates.refused, rates.accepted, rates.handshakes, rates.handshakeFailures, rates.lostLogLines],
    [2, 10, 2, 3, 2],
  );
});

Deno.test("ratesBetween() is never negative, nor divided by no time", () => {
  const many = totals({
    requests: [row("a", "x:80", [0, 500, 0, 0, 0], 900)],
    connections: { accepted: 90, open: 0, idle: 0, tunnels: 0 },
    durations: [{ site: "a", buckets: buckets({ 0: 500 }), sumSeconds: 1 }],
  });
  // A service that was started again has counted 7 since.
  const anew = totals({
    atMs: 2_000,
    requests: [row("a", "x:80", [0, 7, 0, 0, 0], 70)],
    connections: { accepted: 2, open: 0, idle: 0, tunnels: 0 },
    durations: [{ site: "a", buckets: buckets({ 0: 3, 1: 4 }), sumSeconds: 1 }],
  });
  const rates = ratesBetween(many, anew);
  assertEquals([rates.total.requests, rates.total.sentBytes, rates.accepted], [7, 70, 2]);
  assertEquals(rates.durations.get("a"), buckets({ 0: 3, 1: 4 }));
  for (const atMs of [1_000, 500]) {
    const none = ratesBetween(many, { ...anew, atMs });
    assertEquals([none.seconds, none.total.requests, none.accepted], [0, 0, 0]);
  }
});

Deno.test("ratesBetween() tells a worker from one that takes its number", () => {
  const worker = { worker: 1, connections: 0, residentBytes: 0, lagSeconds: 0, maxLagSeconds: 0 };
  const before = totals({ workers: [{ ...worker, pid: 5, requests: 10, cpuSeconds: 4 }] });
  const of = (pid: number): unknown => {
    const workers = [{ ...worker, pid, requests: 12, cpuSeconds: 4.5 }];
    return ratesBetween(before, totals({ atMs: 2_000, workers })).workers.get(1);
  };
  assertEquals(of(5), { requests: 2, cpu: 0.5 });
  assertEquals(of(6), { requests: 12, cpu: 4.5 });
});

Deno.test("ratesBy() adds up by a name", () => {
  const { requests } = ratesBetween(
    NONE,
    totals({
      atMs: 2_000,
      requests: [
        row("a", "10.0.0.1:80", [1, 1, 1, 1, 1]),
        row("a", "10.0.0.2:80", [0, 3, 0, 0, 0]),
        row("", "10.0.0.2:80", [0, 0, 0, 9, 0]),
      ],
    }),
  );
  const counts = (map: Map<string, Rates>): unknown => {
    return [...map].map(([name, rates]) => [name, rates.requests, rates.clientErrors]);
  };
  assertEquals(counts(ratesBy(requests, ({ site }) => site)), [["a", 8, 1], ["", 9, 9]]);
  assertEquals(counts(ratesBy(requests, ({ address }) => address)), [
    ["10.0.0.1:80", 5, 1],
    ["10.0.0.2:80", 12, 9],
  ]);
});

Deno.test("quantile() interpolates in a bucket", () => {
  const cases: [Readonly<Record<number, number>>, number, number | null][] = [
    [{}, 0.5, null],
    [{ 0: 10 }, 0.5, 0.0025], // half of the first bucket
    [{ 0: 10 }, 1, 0.005],
    [{ 1: 4 }, 0.5, 0.0075],
    [{ 0: 50, 5: 50 }, 0.5, 0.005],
    [{ 0: 50, 5: 50 }, 0.75, 0.0875],
    [{ 14: 3 }, 0.5, 10], // longer than all bounds
    [{ 0: 99, 14: 1 }, 0.99, 0.005],
    [{ 0: 9, 14: 1 }, 0.95, 10],
    [{ 3: 1 }, 0, 0.025],
    [{ 3: 1 }, 7, 0.05], // no share of more than all
  ];
  for (const [counts, share, want] of cases) {
    const got = quantile(buckets(counts), share);
    if (want === null) assertEquals(got, null);
    else {assert(
        Math.abs((got ?? NaN) - want) < 1e-12,
        `${JSON.stringify(counts)} ${share}: ${got}`,
      );}
  }
});

Deno.test("quantile() grows with the share, between the bounds of what was counted", () => {
  for (let seed = 1; seed < 300; seed++) {
    let state = seed;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const counts = buckets({});
    for (let i = 0; i < 1 + random() * 8; i++) {
      counts[Math.floor(random() * counts.length)]! += Math.ceil(random() * 20);
    }
    let last = -1;
    for (let share = 0; share <= 1; share += 0.05) {
      const now = quantile(counts, share)!;
      if (now < last) throw new Error(`seed ${seed}: ${now} after ${last}`);
      last = now;
    }
  }
});

Deno.test("sumBuckets() adds histograms", () => {
  assertEquals(sumBuckets([]), buckets({}));
  assertEquals(sumBuckets([buckets({ 0: 1, 14: 2 }), buckets({ 0: 3 })]), buckets({ 0: 4, 14: 2 }));
});
