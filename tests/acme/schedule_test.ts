import { assertEquals } from "@std/assert";
import {
  backoffMs,
  checkDueMs,
  type Renewal,
  renewalMs,
  renewalOf,
  renewalUnanswered,
  renewalUnknown,
} from "../../mod/acme/schedule.ts";
import { retryAfterMs } from "../../mod/acme/retry_after.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-11-27T00:00:00Z");
const iso = (ms: number): string => new Date(ms).toISOString();
const UNASKED: Renewal = {
  at: null,
  start: null,
  end: null,
  explanationUrl: null,
  checkAt: iso(NOW),
  failures: 0,
};

Deno.test("backoffMs() doubles from a minute to a day, a quarter more or less", () => {
  assertEquals([0, 1, 2, 10, 11, 1000].map((n) => backoffMs(n, 0.5) / MINUTE), [
    1,
    2,
    4,
    1024,
    1440,
    1440,
  ]);
  assertEquals([backoffMs(0, 0), backoffMs(0, 1)], [45_000, 75_000]);
});

Deno.test("renewalMs() is at 2/3 of a long life, 1/2 of a short one, or what is suggested", () => {
  const life = (ms: number): { notBefore: string; notAfter: string } => {
    return { notBefore: iso(NOW), notAfter: iso(NOW + ms) };
  };
  const cases: readonly (readonly [number, string | null, number])[] = [
    [90 * DAY, null, 60 * DAY],
    [45 * DAY, null, 30 * DAY],
    [10 * DAY, null, 20 / 3 * DAY],
    [160 * HOUR, null, 80 * HOUR],
    [90 * DAY, iso(NOW - 5 * DAY), -5 * DAY], // a window in the past: revoked
    [90 * DAY, iso(NOW + 71 * DAY), 71 * DAY],
    [90 * DAY, iso(NOW + 91 * DAY), 60 * DAY], // after its end: no suggestion
  ];
  for (const [length, at, wanted] of cases) {
    const renewal = at === null ? null : { at };
    assertEquals(renewalMs(life(length), renewal), Math.round(NOW + wanted), `${length} ${at}`);
  }
});

Deno.test("renewalOf() chooses a moment in the window, and keeps it while the window stays", () => {
  const info = (start: number, end: number): Parameters<typeof renewalOf>[0] => {
    return { suggestedWindow: { start: iso(NOW + start), end: iso(NOW + end) } };
  };
  const how = (random: number, retryAfterMs: number | null = null): Parameters<
    typeof renewalOf
  >[2] => ({ retryAfterMs, nowMs: NOW, random });
  const first = renewalOf(info(DAY, 2 * DAY), UNASKED, how(0.25));
  assertEquals(first.at, iso(NOW + 1.25 * DAY));
  assertEquals(renewalOf(info(DAY, 2 * DAY), first, how(0.9)).at, first.at);
  assertEquals(renewalOf(info(DAY, 3 * DAY), first, how(0.5)).at, iso(NOW + 2 * DAY));
  const waits = [[null, 6 * HOUR], [0, MINUTE], [2 * HOUR, 2 * HOUR], [9 * DAY, DAY]] as const;
  for (const [asked, wanted] of waits) {
    assertEquals(renewalOf(info(0, 1), null, how(0, asked)).checkAt, iso(NOW + wanted));
  }
});

Deno.test("renewalUnanswered() keeps what was known, and asks again soon or in six hours", () => {
  const known = { ...UNASKED, at: iso(NOW + DAY), failures: 3 };
  const passing = renewalUnanswered(known, true, NOW, 0.5);
  assertEquals([passing.at, passing.failures], [known.at, 4]);
  assertEquals(passing.checkAt, iso(NOW + 8 * MINUTE));
  assertEquals(renewalUnanswered(known, false, NOW, 0.5).checkAt, iso(NOW + 6 * HOUR));
  const many = renewalUnanswered({ ...known, failures: 99 }, true, NOW, 0.5);
  assertEquals(many.checkAt, iso(NOW + 6 * HOUR));
  const unknown = renewalUnknown(known, NOW);
  assertEquals([unknown.at, unknown.checkAt], [null, iso(NOW + DAY)]);
});

Deno.test("checkDueMs() is never more than a day away, whatever the clock did", () => {
  assertEquals(checkDueMs({ checkAt: iso(NOW + 30 * DAY) }, NOW), NOW + DAY);
  assertEquals(checkDueMs({ checkAt: iso(NOW - DAY) }, NOW), NOW - DAY);
});

Deno.test("retryAfterMs() reads seconds and dates", () => {
  const cases: readonly (readonly [string | null, number | null])[] = [
    [null, null],
    ["", null],
    ["soon", null],
    ["0", 0],
    ["120", 120_000],
    ["Fri, 27 Nov 2026 00:00:30 GMT", 30_000],
    ["Thu, 26 Nov 2026 00:00:00 GMT", 0],
  ];
  for (const [value, wanted] of cases) assertEquals(retryAfterMs(value, NOW), wanted, `${value}`);
});
