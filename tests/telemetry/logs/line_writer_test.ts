// Goal: a line is the same whether it was formatted or noted, in every format. Method: one change of
// everything that a line may depend on, and random records, against a writer that knows nothing.
import { assert, assertEquals } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { KnownHead, ServedRecord } from "../../../mod/base/exchange.ts";
import { ACCESS_LOG_FIELD_NAMES } from "../../../mod/config/rules/access_log.ts";
import { CombinedFormat } from "../../../mod/telemetry/logs/combined_format.ts";
import { JsonFormat } from "../../../mod/telemetry/logs/json_format.ts";
import { LineBuffer } from "../../../mod/telemetry/logs/line_buffer.ts";
import type { LineFormat } from "../../../mod/telemetry/logs/line_format.ts";
import { LastLine, LineWriter } from "../../../mod/telemetry/logs/line_writer.ts";
import { Stamp } from "../../../mod/telemetry/logs/stamp.ts";
import { W3cFormat } from "../../../mod/telemetry/logs/w3c_format.ts";
import { fakeRequest } from "../../support/request.ts";

type Change = Partial<Omit<ServedRecord, "request">> & { request?: object };

const START_MS = Date.UTC(2026, 10, 27, 12, 5, 15, 42);

function json(fields: readonly string[]): LineFormat {
  return new JsonFormat({ fields, computerName: "HOST", siteName: (id) => `site ${id}` });
}

function w3c(flags: number): LineFormat {
  return new W3cFormat({ flags, computerName: "HOST", lineEnd: "\r\n" });
}

const FORMATS: Readonly<Record<string, () => LineFormat>> = {
  "json, default": () => json([]),
  "json, all fields": () => json([...ACCESS_LOG_FIELD_NAMES]),
  "json, with a port": () => json(["url.path", "client.port"]),
  "json, without a time": () => json(["event.duration"]),
  "w3c, default": () => w3c(0x218fdf),
  "w3c, all fields": () => w3c(0x3fffff),
  "w3c, numbers": () => w3c(0x7000),
  combined: () => new CombinedFormat(),
};

/** A record of a request whose head is known. */
function record(known: KnownHead | null, { request = {}, ...change }: Change = {}): ServedRecord {
  return {
    request: Object.assign(fakeRequest({}), { local: LOCAL, known }, request),
    status: 200,
    sentBytes: 145,
    contentBytes: 11,
    receivedBytes: 40,
    durationMs: 0,
    win32Status: 0,
    ...change,
  };
}

const LOCAL = { ip: "127.0.0.2" as Ip, port: 8080 };

function lineOf(by: LineWriter, given: ServedRecord, siteId = 7, nowMs = START_MS): string {
  const lines = new LineBuffer();
  by.add(lines, given, siteId, new Stamp().at(nowMs));
  return new TextDecoder().decode(lines.drain()!.bytes);
}

function textOf(buffer: LineBuffer): string {
  return new TextDecoder().decode(buffer.drain()?.bytes);
}

/** Adds a line as a log does; reports whether it was the last one again. */
function addLine(
  writer: LineWriter,
  buffer: LineBuffer,
  last: LastLine,
  given: ServedRecord,
  siteId: number,
  nowMs: number,
): boolean {
  const where = last.addSame(given, siteId, { now: () => nowMs });
  if (where === null) writer.add(buffer, given, siteId, new Stamp().at(nowMs), last);
  else assert(where === buffer);
  return where !== null;
}

/** The same by a writer that has kept nothing. */
function freshLineOf(format: LineFormat, given: ServedRecord, siteId = 7, at = START_MS): string {
  const request = Object.assign({}, given.request, { known: null });
  return lineOf(new LineWriter(format), { ...given, request }, siteId, at);
}

/** One change of each of what a line may depend on. */
const CHANGES: readonly (Change & { siteId?: number; laterMs?: number })[] = [
  { laterMs: 1 },
  { laterMs: 1000 },
  { laterMs: -86_400_000 },
  { siteId: 8 },
  { status: 404 },
  { sentBytes: 1 },
  { contentBytes: 1 },
  { receivedBytes: 1 },
  { durationMs: 1 },
  { win32Status: 64 },
  { request: { local: { ip: "127.0.0.3", port: 8080 } } },
  { request: { local: { ip: "127.0.0.2", port: 81 } } },
  { request: { remote: { ip: "10.0.0.1", port: 50_000 } } },
  { request: { remote: { ip: "127.0.0.1", port: 1 } } },
  { request: { scheme: "https" } },
  { request: { user: "bob" } },
  { request: { substatus: 6 } },
  { request: { id: "01JF" } },
  { request: { traceId: "0af7651916cd43dd8448eb211c80319c" } },
];

for (const [name, formatOf] of Object.entries(FORMATS)) {
  Deno.test(`LineWriter uses a line that it has kept for no other: ${name}`, () => {
    const known: KnownHead = { logged: null };
    const writer = new LineWriter(formatOf());
    for (const { siteId = 7, laterMs = 0, ...change } of CHANGES) {
      const usual = freshLineOf(formatOf(), record(known));
      for (let i = 0; i < 3; i++) assertEquals(lineOf(writer, record(known)), usual);
      const changed = record(known, change);
      const want = freshLineOf(formatOf(), changed, siteId, START_MS + laterMs);
      for (let i = 0; i < 3; i++) {
        const got = lineOf(writer, changed, siteId, START_MS + laterMs);
        assertEquals(got, want, JSON.stringify(change));
      }
    }
  });

  Deno.test(`LastLine takes no other line for the last one: ${name}`, () => {
    for (const { siteId = 7, laterMs = 0, ...change } of CHANGES) {
      const known: KnownHead = { logged: null };
      const [writer, buffer, last] = [new LineWriter(formatOf()), new LineBuffer(), new LastLine()];
      let want = "";
      const log = (isChanged: boolean): boolean => {
        const given = record(known, isChanged ? change : {});
        const at: [site: number, ms: number] = isChanged
          ? [siteId, START_MS + laterMs]
          : [7, START_MS];
        want += freshLineOf(formatOf(), given, ...at);
        return addLine(writer, buffer, last, given, ...at);
      };
      const usual = [false, false, false, false, false].map(log);
      assertEquals(usual, [false, false, false, true, true]);
      for (const isChanged of [true, true, true, true, false, false, false, false, true, false]) {
        log(isChanged);
      }
      assertEquals(textOf(buffer), want, JSON.stringify(change));
    }
  });

  Deno.test(`LineWriter writes the same lines, whatever came before them: ${name}`, () => {
    let seed = 5;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor(seed / 65536) % below;
    };
    const heads: KnownHead[] = [{ logged: null }, { logged: null }];
    const writer = new LineWriter(formatOf());
    const last = new LastLine();
    const buffers = [new LineBuffer(), new LineBuffer()];
    const got = ["", ""];
    const want = ["", ""];
    let nowMs = START_MS;
    let same = 0;
    for (let i = 0; i < 6000; i++) {
      if (random(9) === 0) nowMs += random(300);
      const site = random(9) === 0 ? 1 : 0;
      const head = random(9) === 0 ? random(3) : 0;
      const isOdd = random(9) === 0;
      const given = record(heads[head] ?? null, {
        request: {
          rawPath: `/${head}`,
          remote: {
            ip: isOdd ? `10.0.0.${random(2)}` : "10.0.0.0",
            port: isOdd ? 50_000 + random(2) : 50_000,
          },
          user: isOdd && random(3) === 0 ? "u" : null,
        },
        status: isOdd ? 200 + random(2) : 200,
        durationMs: isOdd && random(2) === 0 ? 1.5 : 0,
      });
      if (addLine(writer, buffers[site]!, last, given, site, nowMs)) same++;
      want[site] += freshLineOf(formatOf(), given, site, nowMs);
      if (random(40) === 0) got[site] += textOf(buffers[site]!);
    }
    buffers.forEach((buffer, site) => got[site] += textOf(buffer));
    assert(got[0] === want[0] && got[1] === want[1]);
    assert(same > 300, `${same} lines were the last one again`);
  });
}

Deno.test("LineWriter keeps what a head says for itself alone", () => {
  const known: KnownHead = { logged: null };
  for (const formatOf of Object.values(FORMATS)) {
    const writers = [new LineWriter(formatOf()), new LineWriter(formatOf())];
    const want = freshLineOf(formatOf(), record(known));
    for (const i of [0, 0, 0, 1, 0, 1, 1, 1, 0]) {
      assertEquals(lineOf(writers[i]!, record(known)), want);
    }
  }
});

Deno.test("LineWriter writes the same text of a head of any length, once as of one that is kept", () => {
  const piece = 'a\xe9"\\\n/%';
  for (const [name, formatOf] of Object.entries(FORMATS)) {
    for (const length of [1, 40, 127, 128, 129, 300, 5000]) {
      const value = piece.repeat(length).slice(0, length);
      const head = fakeRequest({
        path: `/${value}`,
        query: value,
        headers: [["user-agent", value], ["referer", value]],
      });
      const once = lineOf(new LineWriter(formatOf()), record(null, { request: head }));
      const kept = record({ logged: null }, { request: { ...head, known: { logged: null } } });
      assertEquals(lineOf(new LineWriter(formatOf()), kept), once, `${name}, ${length}`);
      assertEquals(once.match(/^[\x20-\x7e]+\r?\n$/)?.[0], once, `${name}, ${length}`);
    }
  }
});
