// Goal: every response is counted once, where it belongs, and no change makes a count go back.
import { assertEquals } from "@std/assert";
import type { Endpoint, Ip } from "../../../mod/base/address.ts";
import type { RefusedRecord, ServedRecord } from "../../../mod/base/exchange.ts";
import { RequestCounters } from "../../../mod/telemetry/metrics/request_counters.ts";
import { STATUS_CLASSES } from "../../../mod/telemetry/metrics/totals.ts";
import { fakeRequest } from "../../support/request.ts";

const WILDCARD: Endpoint = { ip: "0.0.0.0" as Ip, port: 80 };

function at(ip: string, port = 80): Endpoint {
  return { ip: ip as Ip, port };
}

function served(
  local: Endpoint,
  siteId: number | null,
  status: number,
  durationMs = 0,
): ServedRecord {
  const request = { ...fakeRequest(), local, siteId };
  const bytes = { sentBytes: 100, contentBytes: 60, receivedBytes: 10 };
  return { request, status, ...bytes, durationMs, win32Status: 0 };
}

function refused(local: Endpoint, siteId: number | null, status: number | null): RefusedRecord {
  const rest = { remote: at("127.0.0.1", 1), version: null, method: null, target: null };
  return { ...rest, local, siteId, status, reason: "Hostname" };
}

/** Returns `site address: 1xx 2xx 3xx 4xx 5xx sent received` of each series. */
function series(counters: RequestCounters): string[] {
  return counters.counts().requests.map(({ site, address, numbers }) => {
    return `${site} ${address}: ${numbers.join(" ")}`;
  });
}

Deno.test("RequestCounters counts by site, address and class", () => {
  const counters = new RequestCounters(() => WILDCARD);
  const [a, b] = [at("10.0.0.5"), at("10.0.0.6")];
  for (const status of [200, 204, 304, 404, 500, 101]) counters.served(served(a, 1, status));
  counters.served(served(b, 1, 200));
  counters.served(served(a, 2, 200));
  counters.served(served(a, 1, 200));
  counters.served(served({ ...a }, 1, 200)); // the same address of another connection
  counters.served(served(a, null, 502));
  assertEquals(series(counters), [
    "1 10.0.0.5:80: 1 4 1 1 1 800 80",
    "1 10.0.0.6:80: 0 1 0 0 0 100 10",
    "2 10.0.0.5:80: 0 1 0 0 0 100 10",
    "null 10.0.0.5:80: 0 0 0 0 1 100 10",
  ]);
});

Deno.test("RequestCounters counts a refusal as a response only if one was sent", () => {
  const counters = new RequestCounters(() => null);
  counters.refused(refused(at("::1"), 1, 503));
  counters.refused(refused(at("::1"), null, 404));
  counters.refused(refused(at("::1"), null, null));
  assertEquals(series(counters), ["1 [::1]:80: 0 0 0 0 1 0 0", "null [::1]:80: 0 0 0 1 0 0 0"]);
  assertEquals(counters.counts().refused, [["Hostname", 3]]);
});

Deno.test("RequestCounters counts loopback addresses by their socket, which bounds them", () => {
  let listener: Endpoint | null = WILDCARD;
  const counters = new RequestCounters(() => listener);
  for (let i = 1; i <= 200; i++) counters.served(served(at(`127.0.1.${i}`), 1, 200));
  counters.served(served(at("127.0.0.1"), 1, 200));
  assertEquals(series(counters), [
    "1 0.0.0.0:80: 0 200 0 0 0 20000 2000",
    "1 127.0.0.1:80: 0 1 0 0 0 100 10",
  ]);
  listener = at("127.0.1.7");
  counters.addressesChanged();
  counters.served(served(at("127.0.1.7"), 1, 200));
  assertEquals(series(counters).at(-1), "1 127.0.1.7:80: 0 1 0 0 0 100 10");
  listener = WILDCARD;
  counters.addressesChanged(new Set(["127.0.1.8"])); // a binding names it
  for (const ip of ["127.0.1.8", "127.0.1.9"]) counters.served(served(at(ip), 1, 200));
  assertEquals(series(counters), [
    "1 0.0.0.0:80: 0 201 0 0 0 20100 2010",
    "1 127.0.0.1:80: 0 1 0 0 0 100 10",
    "1 127.0.1.7:80: 0 1 0 0 0 100 10",
    "1 127.0.1.8:80: 0 1 0 0 0 100 10",
  ]);
});

Deno.test("RequestCounters has a limit of series, beyond which nothing is lost", () => {
  const counters = new RequestCounters(() => null);
  const count = 10_050;
  for (let i = 0; i < count; i++) {
    counters.served(served(at(`10.0.${i >> 8}.${i & 255}`), 1, 200));
  }
  const { requests } = counters.counts();
  assertEquals(requests.length, 10_001);
  assertEquals(requests.at(-1)?.address, "other");
  assertEquals(requests.reduce((sum, { numbers }) => sum + numbers[1]!, 0), count);
  counters.retain(new Set());
  counters.served(served(at("10.1.0.1"), 2, 200));
  assertEquals(series(counters), ["2 10.1.0.1:80: 0 1 0 0 0 100 10"]);
});

Deno.test("RequestCounters.retain() forgets removed sites, not what belongs to none", () => {
  const counters = new RequestCounters(() => null);
  const local = at("10.0.0.5");
  counters.served(served(local, 1, 200));
  counters.served(served(local, null, 404));
  counters.served(served(local, 2, 200));
  counters.retain(new Set([1]));
  counters.served(served(local, 2, 200)); // a new site with the same id begins at 0
  assertEquals(series(counters).map((text) => text.replace(/ 100 10$/, "")), [
    "1 10.0.0.5:80: 0 1 0 0 0",
    "null 10.0.0.5:80: 0 0 0 1 0",
    "2 10.0.0.5:80: 0 1 0 0 0",
  ]);
});

Deno.test("RequestCounters puts a duration into the bucket whose bound it does not exceed", () => {
  const cases: readonly (readonly [ms: number, bucket: number])[] = [
    [0, 0],
    [5, 0],
    [5.001, 1],
    [10, 1],
    [24, 2],
    [100, 5],
    [1000, 9],
    [10_000, 13],
    [10_001, 14],
    [3_600_000, 14],
  ];
  for (const [ms, bucket] of cases) {
    const counters = new RequestCounters(() => null);
    counters.served(served(at("10.0.0.5"), 1, 200, ms));
    const numbers = [...counters.counts().durations[0]!.numbers];
    assertEquals([numbers.indexOf(1), numbers.at(-1)], [bucket, ms], `${ms} ms`);
  }
});

Deno.test("RequestCounters agrees with a naive count over random traffic", () => {
  const counters = new RequestCounters(() => null);
  const naive = new Map<string, number>();
  let seed = 42;
  const below = (max: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % max;
  };
  for (let i = 0; i < 20_000; i++) {
    const [site, ip, status] = [below(3), `10.0.0.${below(4)}`, 100 + below(500)];
    counters.served(served(at(ip, 80 + below(2)), site, status));
    if (below(100) === 0) counters.addressesChanged();
    const key = `${site} ${Math.floor(status / 100)}`;
    naive.set(key, (naive.get(key) ?? 0) + 1);
  }
  const counted = new Map<string, number>();
  for (const { site, numbers } of counters.counts().requests) {
    STATUS_CLASSES.forEach((_, i) => {
      const key = `${site} ${i + 1}`;
      counted.set(key, (counted.get(key) ?? 0) + numbers[i]!);
    });
  }
  assertEquals(counted, naive);
});
