// Goal: what a collector says is understood, and nonsense is not believed. Method: tables.
import { assertEquals } from "@std/assert";
import { rejectedIn, retryAfterMs } from "../../../mod/telemetry/traces/collector_answer.ts";

const NONE = { rejected: 0, why: "" };

Deno.test("rejectedIn() reads a partial success in JSON", () => {
  const cases: [text: string, want: typeof NONE][] = [
    ["", NONE],
    ["{}", NONE],
    ["nonsense", NONE],
    ["null", NONE],
    ['{"partialSuccess":{}}', NONE],
    ['{"partialSuccess":{"rejectedSpans":"3","errorMessage":"too\\u001b old"}}', {
      rejected: 3,
      why: "too  old",
    }],
    ['{"partialSuccess":{"rejectedSpans":2}}', { rejected: 2, why: "" }],
    ['{"partialSuccess":{"rejectedSpans":-1}}', NONE],
    ['{"partialSuccess":{"rejectedSpans":"x"}}', NONE],
    ['{"partialSuccess":{"errorMessage":"only a warning"}}', NONE],
  ];
  for (const [text, want] of cases) {
    assertEquals(rejectedIn(new TextEncoder().encode(text), true), want, text);
  }
});

Deno.test("rejectedIn() reads a partial success in protobuf", () => {
  const cases: [hex: string, want: typeof NONE][] = [
    ["", NONE],
    ["0a00", NONE],
    ["0a020805", { rejected: 5, why: "" }],
    ["0a0608ac0212016f", { rejected: 300, why: "o" }],
    ["0a7f08", NONE], // cut short
    ["ffffff", NONE],
  ];
  for (const [hex, want] of cases) {
    assertEquals(rejectedIn(Uint8Array.fromHex(hex), false), want, hex);
  }
});

Deno.test("retryAfterMs() reads seconds and dates", () => {
  const now = Date.UTC(2026, 0, 1, 0, 0, 0);
  assertEquals(retryAfterMs(null, now), null);
  assertEquals(retryAfterMs("7", now), 7000);
  assertEquals(retryAfterMs("Thu, 01 Jan 2026 00:00:09 GMT", now), 9000);
  assertEquals(retryAfterMs("Thu, 01 Jan 2025 00:00:09 GMT", now), 0);
  for (const text of ["", "-1", "1.5", "soon", "99999999999"]) {
    assertEquals(retryAfterMs(text, now), null);
  }
});
