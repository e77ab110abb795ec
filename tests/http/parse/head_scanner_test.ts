// Goal: the bytes alone decide about a head, however they arrive. Method: tables, every split.
import { assertEquals } from "@std/assert";
import { RequestHead, type ScanResult } from "../../../mod/http/parse/head_scanner.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

const LIMITS = { MaxFieldLength: 16384, MaxRequestBytes: 16384, MaxFieldCount: 200 };

function scan(text: string, limits = LIMITS): ScanResult {
  const bytes = latin1Bytes(text);
  return new RequestHead().scan(bytes, 0, bytes.length, limits);
}

/** The result if the bytes arrive one by one; it must be the same as for all at once. */
function trickled(text: string, limits = LIMITS): ScanResult {
  const bytes = latin1Bytes(text);
  const head = new RequestHead();
  for (let end = 1; end <= bytes.length; end++) {
    const found = head.scan(bytes, 0, end, limits);
    if (found !== "more") return found;
  }
  return "more";
}

const CASES: readonly (readonly [text: string, want: ScanResult])[] = [
  ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "done"],
  ["GET / HTTP/1.0\r\n\r\n", "done"],
  ["\r\nGET / HTTP/1.1\r\n\r\n", "done"],
  ["GET / HTTP/1.1\r\nA:\r\nB: \t x \t\r\n\r\n", "done"],
  ["GET / HTTP/1.1\r\nA: caf\xe9\tx\r\n\r\n", "done"],
  ["GET / HTTP/1.1\r\nHost: a\r\n", "more"],
  ["", "more"],
  ["\r\n\r\nGET / HTTP/1.1\r\n\r\n", "Invalid_CR/LF"],
  ["\nGET / HTTP/1.1\r\n\r\n", "Invalid_CR/LF"],
  ["\rGET / HTTP/1.1\r\n\r\n", "Invalid_CR/LF"],
  [" GET / HTTP/1.1\r\n\r\n", "Verb"],
  ["G@T / HTTP/1.1\r\n\r\n", "Verb"],
  ["GET\t/ HTTP/1.1\r\n\r\n", "Verb"],
  ["\x16\x03\x01\x02\x00", "Verb"],
  [`${"A".repeat(255)} / HTTP/1.1\r\n\r\n`, "done"],
  [`${"A".repeat(256)} / HTTP/1.1\r\n\r\n`, "N/I"],
  ["A".repeat(256), "N/I"],
  ["GET\r\n\r\n", "Invalid_CR/LF"],
  ["GET  / HTTP/1.1\r\n\r\n", "BadRequest"],
  ["GET /\r\n", "BadRequest"],
  ["GET / \r\n", "BadRequest"],
  ["GET /a b HTTP/1.1\r\n\r\n", "BadRequest"],
  ["GET /\x00 HTTP/1.1\r\n\r\n", "URL"],
  ["GET /\x7f HTTP/1.1\r\n\r\n", "URL"],
  ["GET /caf\xe9 HTTP/1.1\r\n\r\n", "URL"],
  ["GET /\tx HTTP/1.1\r\n\r\n", "URL"],
  ["GET / HTTP/1.1 \r\n\r\n", "BadRequest"],
  ["GET / HTTP/1\r\n\r\n", "BadRequest"],
  ["GET / HTTP/ 1.1\r\n\r\n", "BadRequest"],
  ["GET / HTTP/1.10\r\n\r\n", "BadRequest"],
  ["GET / HTTP/01.1\r\n\r\n", "BadRequest"],
  ["GET / http/1.1\r\n\r\n", "BadRequest"],
  ["GET / HTTP/1.1\n\r\n", "Invalid_CR/LF"],
  ["GET / HTTP/1.1\rX", "Invalid_CR/LF"],
  ["GET / HTTP/0.9\r\n\r\n", "Version_N/S"],
  ["GET / HTTP/1.2\r\n\r\n", "Version_N/S"],
  ["GET / HTTP/9.9\r\n\r\n", "Version_N/S"],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "Version_N/S"],
  ["GET / HTTP/1.1\r\nA : b\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\n A: b\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\n: b\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\nA\r\n\r\n", "Invalid_CR/LF"],
  ["GET / HTTP/1.1\r\nA\x00B: c\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\nA: \x00\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\nA: \x0b\r\n\r\n", "Header"],
  ["GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", "Invalid_CR/LF"],
  ["GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n", "Invalid_CR/LF"],
  ["GET / HTTP/1.1\r\nA: b\r\n\n", "Invalid_CR/LF"],
  ["GET / HTTP/1.1\r\nA: b\r\n\rX", "Invalid_CR/LF"],
];

Deno.test("RequestHead.scan() returns the same result for all bytes at once or one by one", () => {
  for (const [text, want] of CASES) {
    assertEquals(scan(text), want, JSON.stringify(text));
    assertEquals(trickled(text), want, `one by one ${JSON.stringify(text)}`);
  }
});

Deno.test("RequestHead.scan() enforces its limits, at the same byte in any split", () => {
  const limits = { MaxFieldLength: 64, MaxRequestBytes: 256, MaxFieldCount: 3 };
  const line = "GET / HTTP/1.1\r\n";
  const cases: [string, ScanResult][] = [
    [`${line}A:${"x".repeat(62)}\r\n\r\n`, "done"],
    [`${line}A:${"x".repeat(63)}\r\n\r\n`, "FieldLength"],
    [`${line}${"A".repeat(65)}:\r\n\r\n`, "FieldLength"],
    [`${line}A: ${" ".repeat(65)}x\r\n\r\n`, "FieldLength"],
    [`${line}A:1\r\nB:2\r\nC:3\r\n\r\n`, "done"],
    [`${line}A:1\r\nB:2\r\nC:3\r\nD:4\r\n\r\n`, "RequestLength"],
    [`GET /${"a".repeat(300)} HTTP/1.1\r\n\r\n`, "URL_Length"],
    [`GET /${"a".repeat(240)} HTTP/1.1\r\n\r\n`, "RequestLength"],
    [`GET /${"a".repeat(236)} HTTP/1.1\r\n\r\n`, "done"],
    [`GET /${"a".repeat(190)} HTTP/1.1\r\nAA:${"x".repeat(60)}\r\n\r\n`, "RequestLength"],
  ];
  for (const [text, want] of cases) {
    assertEquals(scan(text, limits), want, text);
    assertEquals(trickled(text, limits), want, `one by one ${text}`);
  }
});

Deno.test("RequestHead stores the offsets of its fields, however many there are", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `Name${i}:  value ${i} \r\n`).join("");
  const text = `POST /a?b HTTP/1.0\r\n${lines}\r\nrest`;
  const bytes = latin1Bytes(`before${text}`);
  const head = new RequestHead();
  assertEquals(head.scan(bytes, 6, bytes.length, LIMITS), "done");
  const part = (from: number, to: number): string => text.slice(from, to);
  assertEquals(part(head.methodStart, head.methodEnd), "POST");
  assertEquals(part(head.targetStart, head.targetEnd), "/a?b");
  assertEquals([head.major, head.minor, head.fieldCount], [1, 0, 100]);
  for (let i = 0; i < 100; i++) {
    assertEquals(part(head.nameStart(i), head.nameEnd(i)), `Name${i}`);
    assertEquals(part(head.valueStart(i), head.valueEnd(i)), `value ${i}`);
  }
  assertEquals(text.slice(head.length), "rest");
});
