// Goal: a process without a log of its own sends the same lines that a log would have, second by
// second, and each once. Method: records at times that the test sets.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RefusedRecord, ServedRecord } from "../../../mod/base/exchange.ts";
import type { Ip } from "../../../mod/base/address.ts";
import {
  CollectedLines,
  type LogBatch,
  type LogPart,
} from "../../../mod/telemetry/logs/collected_lines.ts";
import { LineClock, type LineTime } from "../../../mod/telemetry/logs/line_clock.ts";
import { fakeRequest } from "../../support/request.ts";

const SETTINGS = {
  LogEnabled: true,
  LogExtFileFlags: 0x218fdf,
  AccessLogFormat: "w3c",
  AccessLogTarget: "file",
  AccessLogFields: [],
  EnableErrorLogging: true,
  ErrorLoggingFields: 0x7c884c7,
} as const;
const NOON = Date.UTC(2026, 10, 26, 12);

function textOf({ bytes }: LogPart): string {
  return new TextDecoder().decode(bytes);
}

function served(siteId: number | null = 1, path = "/"): ServedRecord {
  return {
    request: Object.assign(fakeRequest({ path }), { siteId }),
    status: 200,
    sentBytes: 1,
    contentBytes: 0,
    receivedBytes: 2,
    durationMs: 3,
    win32Status: 0,
  };
}

function refused(): RefusedRecord {
  const local = { ip: "127.0.0.2" as Ip, port: 80 };
  const remote = { ip: "127.0.0.1" as Ip, port: 5000 };
  return {
    local,
    remote,
    version: "HTTP/1.1",
    method: "GET",
    target: "/",
    status: 400,
    siteId: null,
    reason: "BadRequest",
  };
}

function fixture(
  timeOf: (clock: { ms: number }) => LineTime = (clock) => {
    return { now: () => clock.ms, renew: () => clock.ms };
  },
): { lines: CollectedLines; batches: LogBatch[]; clock: { ms: number } } {
  const batches: LogBatch[] = [];
  const clock = { ms: NOON };
  const lines = new CollectedLines({
    computerName: "HOST",
    lineEnd: "\n",
    clock: timeOf(clock),
    ship: (batch) => void batches.push(batch),
  }, SETTINGS);
  return { lines, batches, clock };
}

Deno.test("CollectedLines ships each second by itself, in parts of one log and day", () => {
  const { lines, batches, clock } = fixture();
  lines.served(served(1));
  lines.served(served(2));
  lines.served(served(1));
  lines.refused(refused());
  assertEquals(batches, []);
  clock.ms += 1000;
  lines.served(served(1));
  assertEquals(batches.length, 1);
  const [first] = batches;
  assertEquals(first!.second, NOON / 1000);
  assertEquals(first!.parts.map(({ site, day, count }) => [site, day, count]), [
    [1, "261126", 2],
    [2, "261126", 1],
    [null, "261126", 1],
  ]);
  assertMatch(textOf(first!.parts[0]!), /^(2026-11-26 12:00:00 W3SVC1 .*\n){2}$/);
  assertMatch(textOf(first!.parts[2]!), /^2026-11-26 12:00:00 .* BadRequest .*\n$/);
  assertEquals(lines.flush(), NOON / 1000 + 1);
  assertEquals(batches.map(({ second }) => second - NOON / 1000), [0, 1]);
  assertEquals([lines.flush(), batches.length], [NOON / 1000 + 1, 2]);
});

Deno.test("CollectedLines has no line of an earlier second after it was asked, also in one go", () => {
  const { lines, batches, clock } = fixture((system) => new LineClock(() => system.ms));
  lines.served(served());
  clock.ms += 1000; // while what has arrived is served
  assertEquals(lines.flush(), NOON / 1000 + 1);
  lines.served(served());
  lines.flush();
  assertEquals(batches.map(({ second }) => second - NOON / 1000), [0, 1]);
});

Deno.test("CollectedLines keeps the day of a line, whatever day it is sent on", () => {
  const { lines, batches, clock } = fixture();
  clock.ms = Date.UTC(2026, 10, 26, 23, 59, 59, 999);
  lines.served(served());
  clock.ms += 1;
  assertEquals(lines.flush(), clock.ms / 1000);
  lines.served(served());
  lines.flush();
  assertEquals(batches.map(({ parts }) => parts[0]!.day), ["261126", "261127"]);
});

Deno.test("CollectedLines sends much before the second is over, and no line twice", () => {
  const { lines, batches } = fixture();
  const count = 60_000;
  for (let i = 0; i < count; i++) lines.served(served(1 + i % 3, `/${i}`));
  assert(batches.length > 0);
  lines.flush();
  const text = batches.flatMap(({ parts }) => parts.map(textOf)).join("");
  const paths = text.match(/GET \/\d+ /g)!.map((match) => Number(match.slice(5)));
  assertEquals(paths.toSorted((a, b) => a - b), Array.from({ length: count }, (_, i) => i));
  const counted = batches.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.count, 0);
  assertEquals(counted, count);
});

Deno.test("CollectedLines follows the settings, and collects nothing for a log that is off", () => {
  const { lines, batches } = fixture();
  lines.served(served());
  lines.reconfigure({
    ...SETTINGS,
    LogEnabled: false,
    LogExtFileFlags: 0,
    EnableErrorLogging: false,
    ErrorLoggingFields: 0x7c884c7,
  });
  assertEquals(batches.length, 1); // what was collected before
  lines.served(served());
  lines.refused(refused());
  lines.reconfigure({ ...SETTINGS, LogExtFileFlags: 0x4 });
  lines.served(served(null)); // no site, no log
  lines.served(served());
  lines.flush();
  assertEquals(batches.length, 2);
  assertEquals(textOf(batches[1]!.parts[0]!), "127.0.0.1\n");
});

Deno.test("CollectedLines counts lines that are the same, and samples them as a log does", () => {
  const { lines, batches, clock } = fixture();
  const { request, ...rest } = served(3, "/healthz");
  const known = { logged: null };
  const record = { ...rest, durationMs: 0, request: Object.assign({}, request, { known }) };
  const unlogged = { ...record, request: { ...record.request, isUnlogged: true } };
  const log = (times: number): number => {
    const before = batches.length;
    for (let i = 0; i < times; i++) {
      lines.served(record);
      lines.served(unlogged);
    }
    lines.flush();
    const parts = batches.slice(before).flatMap((batch) => batch.parts);
    const text = parts.map(textOf).join("");
    assertEquals(text.split("\n").length - 1, parts.reduce((sum, { count }) => sum + count, 0));
    return text.split("\n").length - 1;
  };
  assertEquals(log(10), 10);
  const sample = [{ path: "/healthz", of: 3 }];
  const own = { enabled: true, flags: 0x218fdf, format: "json", target: "file" } as const;
  lines.reconfigure({ ...SETTINGS, siteLogs: [{ id: 3, ...own, sample }] });
  assertEquals(log(30), 10);
  lines.reconfigure(SETTINGS);
  assertEquals(log(10), 10);
  clock.ms++;
  assertEquals(log(20_000), 20_000);
  assertEquals(batches.length > 4, true); // a part that is full is sent
});
