import { assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { KnownHead, ServedRecord } from "../../../mod/base/exchange.ts";
import { LineBuffer } from "../../../mod/telemetry/logs/line_buffer.ts";
import { LineWriter } from "../../../mod/telemetry/logs/line_writer.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";
import { W3cFormat } from "../../../mod/telemetry/logs/w3c_format.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const DEFAULT_FLAGS = 0x218fdf;
const STAMP = new Stamp().at(Date.UTC(2013, 4, 10, 0, 24, 19));

Deno.test("W3cFormat writes the header and the default fields of IIS 6", () => {
  assertEquals(
    format(DEFAULT_FLAGS).format.header(STAMP),
    "#Software: Microsoft Internet Information Services 6.0\n#Version: 1.0\n" +
      "#Date: 2013-05-10 00:24:19\n" +
      "#Fields: date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username " +
      "c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status \n",
  );
  const agent = "msnbot-media/1.1 (+http://search.msn.com/msnbot.htm)";
  assertEquals(
    lineOf(
      format(DEFAULT_FLAGS),
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
    const names = selected.format.header(STAMP).split("#Fields: ")[1]!.trimEnd().split(" ");
    const line = lineOf(selected, given, 7, STAMP);
    assertEquals(line, `${names.map((name) => want.get(name)).join(" ")}\n`, flags.toString(16));
  }
  assertEquals(format(0x3fffff).format.header(STAMP).split(" ").length > want.size, true);
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
    [byUser("bob", 0), 2, later],
    [byUser("eve", 0), 2, later],
    [byUser("eve", 6), 2, later],
    [byUser(null, 6), 2, later],
    [record({}), 2, later],
    [record({ headers: [["User-Agent", "other"]] }), 2, later],
  ];
  for (const [given, siteId, stamp] of cases) {
    const fresh = lineOf(format(DEFAULT_FLAGS), given, siteId, stamp);
    assertEquals(lineOf(cached, given, siteId, stamp), fresh);
  }
});

/** A record of a request with a user and a substatus. */
function byUser(user: string | null, substatus: number): ServedRecord {
  return { ...record({}), request: Object.assign(fakeRequest(), { user, substatus }) };
}

Deno.test("W3cFormat writes the user and the substatus, of which no user makes a field", () => {
  const flags = 0x8 | 0x400 | 0x200000;
  assertEquals(lineOf(format(flags), byUser("bob", 1), 1, STAMP), "bob 200 1\n");
  assertEquals(lineOf(format(flags), byUser(null, 0), 1, STAMP), "- 200 0\n");
  const evil = byUser("b b\r\n- 200 \u00fc\u20ac", 0);
  assertEquals(lineOf(format(flags), evil, 1, STAMP), "b+b++-+200+?? 200 0\n");
});

Deno.test("W3cFormat does not let a client forge a field or a line", () => {
  const evil = 'x 200 0 0\r\n2013-05-10 00:00:00 W3SVC1 - GET /forged "';
  const given = record({
    method: "GE T",
    rawPath: `/${evil}`,
    query: evil,
    headers: [["User-Agent", evil], ["Cookie", evil], ["Referer", evil], ["Host", evil]],
  });
  const line = lineOf(format(0x3fffff), given, 1, STAMP);
  assertEquals(line.split("\n").length, 2);
  assertEquals(line.split(" ").length, 22);
  assertEquals(line.includes("\r"), false);
});

Deno.test("W3cFormat truncates long fields, and accepts any number of user agents", () => {
  const long = format(0x10000);
  const line = lineOf(long, record({ headers: [["User-Agent", "a".repeat(20_000)]] }), 1, STAMP);
  assertEquals(line, `${"a".repeat(4093)}...\n`);
  for (let i = 0; i < 2000; i++) {
    const agent = `agent ${i}`;
    const given = record({ headers: [["User-Agent", agent]] });
    assertEquals(lineOf(long, given, 1, STAMP), `agent+${i}\n`);
  }
});

Deno.test("W3cFormat keeps for a known head what the head says, and for its own lines only", () => {
  const head = { rawPath: "/a b", query: "q=\u00fc", headers: [["User-Agent", "u a"]] as never };
  const known: KnownHead = { logged: null };
  const others = [{}, { local: { ip: "10.0.0.1" as Ip, port: 81 } }, {
    remote: { ip: "2001:db8::1" as Ip, port: 2 },
  }];
  for (const flags of [0x3fffff, DEFAULT_FLAGS, 0x200, 0x586, 0x4]) {
    for (const fake of others) {
      const given = record({ ...head, ...fake });
      const knownRecord = (): ServedRecord => ({ ...given, request: { ...given.request, known } });
      const fresh = lineOf(format(flags), given, 1, STAMP);
      lineOf(format(DEFAULT_FLAGS), knownRecord(), 1, STAMP); // another one's parts are replaced
      const both = format(flags);
      for (let time = 0; time < 2; time++) {
        assertEquals(lineOf(both, knownRecord(), 1, STAMP), fresh);
      }
    }
  }
});

Deno.test("W3cFormat adds no line if no field is selected", () => {
  const lines = new LineBuffer();
  format(0).add(lines, record({}), 1, STAMP);
  assertEquals(lines.drain(), null);
});

function lineOf(by: LineWriter, given: ServedRecord, siteId: number, stamp: Stamp): string {
  const lines = new LineBuffer();
  by.add(lines, given, siteId, stamp);
  const { bytes, count } = lines.drain()!;
  assertEquals(count, 1);
  return new TextDecoder().decode(bytes);
}

function format(flags: number): LineWriter {
  return new LineWriter(new W3cFormat({ flags, computerName: "HOST", lineEnd: "\n" }));
}

function record(fake: FakeRequest): ServedRecord {
  return {
    request: fakeRequest(fake),
    status: 200,
    sentBytes: 321,
    contentBytes: 123,
    receivedBytes: 45,
    durationMs: 6.6,
    win32Status: 0,
  };
}
