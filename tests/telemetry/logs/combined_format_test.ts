// Goal: lines that the patterns for Apache and nginx read. Method: known lines, and every byte.
import { assert, assertEquals } from "@std/assert";
import type { KnownHead, ServedRecord } from "../../../mod/base/exchange.ts";
import { CombinedFormat } from "../../../mod/telemetry/logs/combined_format.ts";
import { LineBuffer } from "../../../mod/telemetry/logs/line_buffer.ts";
import { LineWriter } from "../../../mod/telemetry/logs/line_writer.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const STAMP = new Stamp().at(Date.UTC(2000, 9, 10, 13, 55, 36));

function record(fake: FakeRequest, user: string | null = null): ServedRecord {
  const request = Object.assign(fakeRequest(fake), { user });
  const numbers = { sentBytes: 2500, contentBytes: 2326, receivedBytes: 1, durationMs: 0 };
  return { request, status: 200, ...numbers, win32Status: 0 };
}

function format(): LineWriter {
  return new LineWriter(new CombinedFormat());
}

function lineOf(given: ServedRecord, by = format(), stamp = STAMP): string {
  const lines = new LineBuffer();
  by.add(lines, given, 1, stamp);
  return new TextDecoder().decode(lines.drain()!.bytes);
}

Deno.test("CombinedFormat writes the line of Apache's documentation", () => {
  const given = record({
    rawPath: "/apache_pb.gif",
    minor: 0,
    headers: [
      ["Referer", "http://www.example.com/start.html"],
      ["User-Agent", "Mozilla/4.08 [en] (Win98; I ;Nav)"],
    ],
  }, "frank");
  assertEquals(
    lineOf(given),
    '127.0.0.1 - frank [10/Oct/2000:13:55:36 +0000] "GET /apache_pb.gif HTTP/1.0" 200 2326 ' +
      '"http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"\n',
  );
});

Deno.test("CombinedFormat escapes as Apache does", () => {
  const agent = 'a"b\\c\x00\x07\b\t\n\v\f\r\x1b\x7f\xc3\xa9 z';
  const given = record({ rawPath: "/", query: 'a"]', headers: [["User-Agent", agent]] }, 'Zoë "1');
  assertEquals(
    lineOf(given),
    '127.0.0.1 - Zo\\xc3\\xab\\x20\\"1 [10/Oct/2000:13:55:36 +0000] "GET /?a\\"] HTTP/1.1" 200 ' +
      '2326 "-" "a\\"b\\\\c\\x00\\x07\\b\\t\\n\\v\\x0c\\r\\x1b\\x7f\\xc3\\xa9 z"\n',
  );
});

Deno.test("CombinedFormat writes one line of ASCII within its limit, of any bytes", () => {
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  for (const text of [all, all.repeat(100), '"'.repeat(9000), "x".repeat(9000)]) {
    const headers: [string, string][] = [["Referer", text], ["User-Agent", text]];
    const line = lineOf(record({ method: text, rawPath: text, query: text, headers }, text));
    const pattern =
      /^\S+ - \S+ \[[^\]]+\] "(?:[^"\\]|\\.)*" \d+ \d+ "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*"\n$/;
    assert(pattern.test(line), line);
    assert(/^[\x20-\x7e]+\n$/.test(line) && line.length <= 16384, String(line.length));
  }
});

Deno.test("CombinedFormat notices a change in each part that it keeps", () => {
  const known: KnownHead = { logged: null };
  const withKnown = record({});
  Object.assign(withKnown.request, { known });
  const kept = format();
  const later = new Stamp().at(Date.UTC(2026, 10, 27));
  const cases: [ServedRecord, Stamp][] = [
    [withKnown, STAMP],
    [record({}, "x"), STAMP],
    [{ ...record({}), status: 304 }, STAMP],
    [record({}), later],
    [record({ rawPath: "/other" }), STAMP],
  ];
  for (const [given, stamp] of [...cases, ...cases]) {
    assertEquals(lineOf(given, kept, stamp), lineOf(given, format(), stamp));
  }
});
