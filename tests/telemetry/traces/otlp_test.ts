// Goal: a span is the message that opentelemetry-proto describes, in both encodings. Method: whole
// messages, in JSON and through the decoder of the tests.
import { assertEquals } from "@std/assert";
import { jsonRequest, jsonSpan } from "../../../mod/telemetry/traces/otlp.ts";
import { protobufRequest, protobufSpan } from "../../../mod/telemetry/traces/protobuf.ts";
import { type EndedSpan, nanosecondsOf } from "../../../mod/telemetry/traces/span.ts";
import { decodeRequest } from "../../support/tracing/trace_collector.ts";

const SPAN: EndedSpan = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  parentId: "1111111111111111",
  isParentRemote: true,
  state: "a=1",
  flags: 1,
  name: "GET",
  kind: 2,
  startMs: 1_700_000_000_000.25,
  endMs: 1_700_000_000_001,
  attributes: [["url.path", "/\u00e4"], ["http.response.status_code", 200], ["x", 0.5], ["n", -3]],
  link: { traceId: "2".repeat(32), spanId: "3".repeat(16) },
  failure: "BadGateway",
};
const BARE: EndedSpan = {
  ...SPAN,
  parentId: null,
  isParentRemote: false,
  state: "",
  attributes: [],
  link: null,
  failure: null,
};
const PROGRAM = { resource: [["service.name", "s"], ["process.pid", 7]], version: "1" } as const;

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

Deno.test("nanosecondsOf() has more digits than a number", () => {
  assertEquals(nanosecondsOf(1_700_000_000_000.25), "1700000000000250000");
  assertEquals(nanosecondsOf(1_700_000_000_000), "1700000000000000000");
  assertEquals(nanosecondsOf(5.9999999), "5999999");
});

Deno.test("jsonSpan() is a span in the JSON of OTLP", () => {
  assertEquals(JSON.parse(jsonSpan(SPAN)), {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId: "00f067aa0ba902b7",
    traceState: "a=1",
    parentSpanId: "1111111111111111",
    flags: 0x301,
    name: "GET",
    kind: 2,
    startTimeUnixNano: "1700000000000250000",
    endTimeUnixNano: "1700000000001000000",
    attributes: [
      { key: "url.path", value: { stringValue: "/\u00e4" } },
      { key: "http.response.status_code", value: { intValue: "200" } },
      { key: "x", value: { doubleValue: 0.5 } },
      { key: "n", value: { intValue: "-3" } },
    ],
    links: [{ traceId: "2".repeat(32), spanId: "3".repeat(16) }],
    status: { code: 2, message: "BadGateway" },
  });
  assertEquals(JSON.parse(jsonSpan({ ...BARE, failure: "" })).status, { code: 2 });
});

Deno.test("a value that a client chose is cut, so that waiting spans stay small", () => {
  const attributes = [["user_agent.original", "u".repeat(10_000)]] as const;
  assertEquals(jsonSpan({ ...SPAN, attributes }).match(/u{100,}/)![0].length, 2048);
  assertEquals(latin1(protobufSpan({ ...SPAN, attributes })).match(/u{100,}/)![0].length, 2048);
});

Deno.test("both encodings of a request say the same", () => {
  const long = [["k", "\u00e4\u4e2d\ud83d\ude00".repeat(400)], ["e", ""]] as const;
  const many = Array.from({ length: 300 }, (_, i) => [`k${i}`, 2 ** 40 + i] as const);
  const spans = [
    SPAN,
    BARE,
    ...[long, many].map((attributes) => ({ ...SPAN, attributes })),
    ...[126, 127, 128, 16_383, 16_384].map((size) => ({ ...SPAN, state: "s".repeat(size) })),
  ];
  const json = jsonRequest(PROGRAM, spans.map(jsonSpan));
  const bytes = protobufRequest(PROGRAM, spans.map(protobufSpan));
  const decoded = decodeRequest(bytes, false);
  assertEquals(decoded, decodeRequest(new TextEncoder().encode(json), true));
  assertEquals(decoded.length, spans.length);
  assertEquals(decoded[0]!.resource, { "service.name": "s", "process.pid": 7 });
  assertEquals(decoded[0]!.attributes["n"], -3);
  assertEquals(decoded[1]!.status, { code: 0, message: "" });
});
