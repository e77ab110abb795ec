// Goal: every line is one JSON object with the chosen fields, whatever a client sends. Method: all
// selections of one and two fields, and random bytes; the lines are read by the runtime's parser.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { KnownHead, ServedRecord } from "../../../mod/base/exchange.ts";
import {
  ACCESS_LOG_FIELD_NAMES,
  ACCESS_LOG_FIELDS,
  type AccessLogField,
} from "../../../mod/config/rules/access_log.ts";
import { JsonFormat } from "../../../mod/telemetry/logs/json_format.ts";
import { LineBuffer } from "../../../mod/telemetry/logs/line_buffer.ts";
import { LineWriter } from "../../../mod/telemetry/logs/line_writer.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const STAMP = new Stamp().at(Date.UTC(2026, 10, 27, 12, 5, 15, 42));
const VALUES: Readonly<Record<AccessLogField, unknown>> = {
  "@timestamp": "2026-11-27T12:05:15.042Z",
  "client.ip": "2001:db8::7",
  "client.port": 50000,
  "server.address": "127.0.0.2",
  "server.port": 8080,
  "host.hostname": 'HOST"',
  "httpcfg.site.id": 7,
  "httpcfg.site.name": "Größe \ufffd 7",
  "url.scheme": "http",
  "url.domain": "www.example.com",
  "url.path": "/a%20b",
  "url.query": 'q="1"\\',
  "user_agent.original": "a\tb é \\xFF",
  "http.version": "1.1",
  "http.request.method": "GET",
  "http.request.referrer": "http://from.test/😀",
  "http.request.id": "01JF",
  "http.request.bytes": 45,
  "http.response.status_code": 403,
  "http.response.bytes": 4294967321,
  "http.response.body.bytes": 0,
  "httpcfg.substatus": 6,
  "httpcfg.win32_status": 64,
  "event.duration": 7250000,
  "user.name": "Zoë\n\ufffd",
  "trace.id": "0af7651916cd43dd8448eb211c80319c",
};

/** The bytes of a text, each as a character: how the engine gives the values of fields. */
function bytesOf(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

const GIVEN = record({
  rawPath: "/a%20b",
  query: 'q="1"\\',
  host: "www.example.com",
  headers: [
    ["User-Agent", `a\tb ${bytesOf("é")} \xff`],
    [
      "Referer",
      bytesOf("http://from.test/😀"),
    ],
    ["Cookie", "secret=1"],
    ["Authorization", "Basic c2VjcmV0"],
  ],
});

function record(fake: FakeRequest, change: Partial<ServedRecord> = {}): ServedRecord {
  const remote = { ip: "2001:db8::7" as Ip, port: 50000 };
  const request = Object.assign(fakeRequest({ remote, ...fake }), {
    id: "01JF",
    traceId: VALUES["trace.id"] as string,
    user: "Zoë\n\ud800",
    substatus: 6,
  });
  return {
    request,
    status: 403,
    sentBytes: 4294967321,
    contentBytes: 0,
    receivedBytes: 45,
    durationMs: 7.25,
    win32Status: 64,
    ...change,
  };
}

function format(fields: readonly string[]): LineWriter {
  const siteName = (id: number): string => `Größe \udfff ${id}`;
  return new LineWriter(new JsonFormat({ fields, computerName: 'HOST"', siteName }));
}

function lineOf(by: LineWriter, given: ServedRecord, siteId = 7, stamp = STAMP): string {
  const lines = new LineBuffer();
  by.add(lines, given, siteId, stamp);
  return new TextDecoder().decode(lines.drain()!.bytes);
}

/** Returns the value of a dotted name. */
function valueAt(object: unknown, name: string): unknown {
  return name.split(".").reduce<unknown>((value, part) => {
    return (value as Record<string, unknown> | undefined)?.[part];
  }, object);
}

/** Returns the dotted names of all members that are no objects. */
function namesIn(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null) return [at];
  return Object.entries(value).flatMap(([key, member]) => {
    return namesIn(member, at === "" ? key : `${at}.${key}`);
  });
}

Deno.test("JsonFormat writes the usual fields, in one order", () => {
  const { request } = record({ headers: [] }, {});
  const plain = { ...GIVEN, request: Object.assign(request, { user: null, traceId: null }) };
  assertEquals(
    lineOf(format([]), { ...plain, status: 200, sentBytes: 321, contentBytes: 12 }),
    '{"@timestamp":"2026-11-27T12:05:15.042Z","client":{"ip":"2001:db8::7"},' +
      '"server":{"address":"127.0.0.2"},' +
      '"httpcfg":{"site":{"name":"Gr\\u00f6\\u00dfe \\ufffd 7"}},' +
      '"url":{"domain":"localhost","path":"/"},"http":{' +
      '"response":{"status_code":200,"bytes":321},' +
      '"request":{"method":"GET","id":"01JF"}},"event":{"duration":7250000}}\n',
  );
});

Deno.test("JsonFormat writes exactly the chosen fields, for every one, every two, and all", () => {
  const selections: AccessLogField[][] = [[...ACCESS_LOG_FIELD_NAMES]];
  for (const one of ACCESS_LOG_FIELD_NAMES) {
    for (const two of ACCESS_LOG_FIELD_NAMES) selections.push([one, two]);
  }
  for (const fields of selections) {
    const line = lineOf(format(fields), GIVEN);
    const object = JSON.parse(line);
    assertEquals(namesIn(object).sort(), [...new Set(fields)].sort(), line);
    for (const name of fields) assertEquals(valueAt(object, name), VALUES[name], line);
    assertEquals(JSON.stringify(object), line.trimEnd().replace(/\\u[0-9a-f]{4}/g, unescaped));
  }
  const usual = ACCESS_LOG_FIELD_NAMES.filter((name) => ACCESS_LOG_FIELDS[name].isUsual);
  assertEquals(namesIn(JSON.parse(lineOf(format([]), GIVEN))).sort(), [...usual].sort());
});

function unescaped(escape: string): string {
  const c = String.fromCharCode(parseInt(escape.slice(2), 16));
  return c < " " ? JSON.stringify(c).slice(1, -1) : c;
}

Deno.test("JsonFormat leaves out what has no value, and never the braces", () => {
  const { request } = record({ headers: [], host: "" });
  Object.assign(request, { id: null, user: null, traceId: null, known: null });
  const nothing = { ...GIVEN, request };
  for (const name of ["url.query", "url.domain", "http.request.referrer", "http.request.id"]) {
    JSON.parse(lineOf(format([name]), nothing));
  }
  for (const name of ["user_agent.original", "user.name", "trace.id"]) {
    assertEquals(lineOf(format([name]), nothing), "{}\n");
  }
});

Deno.test("JsonFormat notices a change in each part that it keeps", () => {
  const later = new Stamp().at(Date.UTC(2026, 10, 27, 12, 5, 16, 900));
  const kept = format([...ACCESS_LOG_FIELD_NAMES]);
  const cases: [ServedRecord, number, Stamp][] = [
    [GIVEN, 7, STAMP],
    [GIVEN, 8, STAMP],
    [GIVEN, 7, later],
    [record({ local: { ip: "::1" as Ip, port: 8080 } }), 7, STAMP],
    [record({ local: { ip: "::1" as Ip, port: 81 } }), 7, STAMP],
    [record({ isTls: true }), 7, STAMP],
    [record({}, { status: 200 }), 7, STAMP],
    [record({}, { win32Status: 0 }), 7, STAMP],
    [record({ method: "POST", minor: 0 }), 7, STAMP],
  ];
  for (const [given, site, stamp] of [...cases, ...cases]) {
    const fresh = format([...ACCESS_LOG_FIELD_NAMES]);
    assertEquals(lineOf(kept, given, site, stamp), lineOf(fresh, given, site, stamp));
  }
});

Deno.test("JsonFormat keeps the part of a head that came before, for itself alone", () => {
  const known: KnownHead = { logged: null };
  const given = { ...GIVEN, request: Object.assign(record({}).request, { known }) };
  const [one, other] = [format([]), format(["url.path"])];
  const lines = [one, one, one, other, one].map((by) => lineOf(by, given));
  assertEquals(lines[3], '{"url":{"path":"/"}}\n');
  assertEquals([...lines.slice(0, 3), lines[4]], Array(4).fill(lines[0]));
});

Deno.test("JsonFormat writes one object a line, in ASCII and within its limit, of any bytes", () => {
  let seed = 17;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor(seed / 65536) % below;
  };
  const text = (length: number, from: number): string => {
    return Array.from({ length }, () => String.fromCharCode(random(256 - from) + from)).join("");
  };
  const by = format([...ACCESS_LOG_FIELD_NAMES]);
  for (let i = 0; i < 400; i++) {
    const length = i % 10 === 0 ? 20_000 : 1 + random(40);
    const from = i % 3 === 0 ? 0x80 : 0;
    const given = record({
      method: text(length, from),
      rawPath: text(length, from),
      query: text(length, from),
      host: text(length, from),
      headers: [["User-Agent", text(length, from)], ["Referer", text(length, from)]],
    });
    const id = text(length, from);
    const user = text(length, from);
    const line = lineOf(by, { ...given, request: Object.assign(given.request, { id, user }) });
    assert(/^[\x20-\x7e]+\n$/.test(line), line);
    assert(line.length <= 16384, String(line.length));
    assertEquals(namesIn(JSON.parse(line)).length, ACCESS_LOG_FIELD_NAMES.length, line);
  }
});

Deno.test("JsonFormat writes an address with a zone as one that can be indexed", () => {
  const remote = { ip: "fe80::1%eth0" as Ip, port: 1 };
  const local = { ip: 'fe80::2%a"b' as Ip, port: 80 };
  const { client, server } = JSON.parse(lineOf(format([]), record({ remote, local })));
  assertEquals([client.ip, server.address], ["fe80::1", 'fe80::2%a"b']);
});

Deno.test("JsonFormat has no field with a secret of the head", () => {
  const line = lineOf(format([...ACCESS_LOG_FIELD_NAMES]), GIVEN);
  assert(!line.includes("secret") && !line.includes("c2VjcmV0"));
});
