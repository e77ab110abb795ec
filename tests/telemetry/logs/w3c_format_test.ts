import { assertEquals } from "@std/assert";
import type { ServedRecord } from "../../../mod/base/exchange.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";
import { W3cFormat } from "../../../mod/telemetry/logs/w3c_format.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const DEFAULT_FLAGS = 0x218fdf;
const STAMP = new Stamp().at(Date.UTC(2013, 4, 10, 0, 24, 19));

Deno.test("W3cFormat writes the header and the default fields of IIS 6", () => {
  assertEquals(
    format(DEFAULT_FLAGS).header(STAMP),
    "#Software: Microsoft Internet Information Services 6.0\n#Version: 1.0\n" +
      "#Date: 2013-05-10 00:24:19\n" +
      "#Fields: date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username " +
      "c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status \n",
  );
  const agent = "msnbot-media/1.1 (+http://search.msn.com/msnbot.htm)";
  assertEquals(
    format(DEFAULT_FLAGS).line(
      record({ path: "/robots.txt", headers: [["User-Agent", agent]] }),
      1,
      STAMP,
    ),
    "2013-05-10 00:24:19 W3SVC1 127.0.0.2 GET /robots.txt - 8080 - 127.0.0.1 " +
      "msnbot-media/1.1+(+http://search.msn.com/msnbot.htm) 200 0 0\n",
  );
});

// Goal: with any selection, a line has the fields that the header names, in the same order.
Deno.test("W3cFormat writes the fields of its header, for every single field and for all", () => {
  const headers = [["User-Agent", "u a"], ["Cookie", "c=1"], ["Referer", "http://r/"], [
    "Host",
    "h",
  ]];
  const given = record({ path: "/p", query: "q=1", headers: headers as [string, string][] });
  const want = new Map([
    ["date", "2013-05-10"],
    ["time", "00:24:19"],
    ["s-sitename", "W3SVC7"],
    ["s-computername", "HOST"],
    ["s-ip", "127.0.0.2"],
    ["cs-method", "GET"],
    ["cs-uri-stem", "/p"],
    ["cs-uri-query", "q=1"],
    ["s-port", "8080"],
    ["cs-username", "-"],
    ["c-ip", "127.0.0.1"],
    ["cs-version", "HTTP/1.1"],
    ["cs(User-Agent)", "u+a"],
    ["cs(Cookie)", "c=1"],
    ["cs(Referer)", "http://r/"],
    ["cs-host", "h"],
    ["sc-status", "200"],
    ["sc-substatus", "0"],
    ["sc-win32-status", "0"],
    ["sc-bytes", "321"],
    ["cs-bytes", "45"],
    ["time-taken", "7"],
  ]);
  const selections = [0x3fffff, 0x586, DEFAULT_FLAGS, 0x218fcf];
  for (let bit = 0; bit < 22; bit++) selections.push(1 << bit);
  for (let bit = 0; bit < 21; bit++) selections.push(3 << bit);
  for (const flags of selections) {
    const selected = format(flags);
    const names = selected.header(STAMP).split("#Fields: ")[1]!.trimEnd().split(" ");
    const line = selected.line(given, 7, STAMP);
    assertEquals(line, `${names.map((name) => want.get(name)).join(" ")}\n`, flags.toString(16));
  }
  assertEquals(format(0x3fffff).header(STAMP).split(" ").length > want.size, true);
});

Deno.test("W3cFormat notices a change in each part that it caches", () => {
  const cached = format(DEFAULT_FLAGS);
  const later = new Stamp().at(Date.UTC(2013, 4, 10, 0, 24, 20));
  const cases: [record: ServedRecord, siteId: number, stamp: Stamp][] = [
    [record({}), 1, STAMP],
    [record({}), 1, later],
    [record({}), 2, later],
    [record({ method: "HEAD" }), 2, later],
    [record({ local: { ...fakeRequest().local, port: 81 } }), 2, later],
    [{ ...record({}), status: 404 }, 2, later],
    [{ ...record({}), win32Status: 64 }, 2, later],
    [record({ headers: [["User-Agent", "other"]] }), 2, later],
  ];
  for (const [given, siteId, stamp] of cases) {
    const fresh = format(DEFAULT_FLAGS).line(given, siteId, stamp);
    assertEquals(cached.line(given, siteId, stamp), fresh);
  }
});

Deno.test("W3cFormat does not let a client forge a field or a line", () => {
  const evil = 'x 200 0 0\r\n2013-05-10 00:00:00 W3SVC1 - GET /forged "';
  const given = record({
    method: "GE T",
    rawPath: `/${evil}`,
    query: evil,
    headers: [["User-Agent", evil], ["Cookie", evil], ["Referer", evil], ["Host", evil]],
  });
  const line = format(0x3fffff).line(given, 1, STAMP);
  assertEquals(line.split("\n").length, 2);
  assertEquals(line.split(" ").length, 22);
  assertEquals(line.includes("\r"), false);
});

Deno.test("W3cFormat truncates long fields, and accepts any number of user agents", () => {
  const long = format(0x10000);
  const line = long.line(record({ headers: [["User-Agent", "a".repeat(20_000)]] }), 1, STAMP);
  assertEquals(line, `${"a".repeat(4093)}...\n`);
  for (let i = 0; i < 2000; i++) {
    const agent = `agent ${i}`;
    const given = record({ headers: [["User-Agent", agent]] });
    assertEquals(long.line(given, 1, STAMP), `agent+${i}\n`);
  }
});

function format(flags: number): W3cFormat {
  return new W3cFormat({ flags, computerName: "HOST", lineEnd: "\n" });
}

function record(fake: FakeRequest): ServedRecord {
  return {
    request: fakeRequest(fake),
    status: 200,
    sentBytes: 321,
    receivedBytes: 45,
    durationMs: 6.6,
    win32Status: 0,
  };
}
