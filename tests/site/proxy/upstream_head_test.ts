/** Goal: a response has one end for every reader. Method: tables, and every split. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  BODY,
  headEnd,
  isBodyless,
  readUpstreamHead,
  UpstreamFault,
  type UpstreamHead,
} from "../../../mod/site/proxy/upstream_head.ts";

function read(text: string): UpstreamHead {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  return readUpstreamHead(bytes, 0, headEnd(bytes, 0, bytes.length));
}

Deno.test("readUpstreamHead() parses status, fields and framing", () => {
  const cases: [text: string, want: Partial<UpstreamHead>][] = [
    ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", { status: 200, bodyLength: 5, keepsAlive: true }],
    ["HTTP/1.1 200\r\n", { status: 200, bodyLength: BODY.untilClose, keepsAlive: true }],
    ["HTTP/1.1 404 \r\ncontent-length:0\r\n", { status: 404, bodyLength: 0 }],
    ["HTTP/1.0 200 OK\r\n", { minor: 0, bodyLength: BODY.untilClose, keepsAlive: false }],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n", { bodyLength: BODY.chunked }],
    ["HTTP/1.1 200 OK\r\nConnection: x, Close\r\n", { keepsAlive: false }],
    ["HTTP/1.1 200 OK\r\n", { keepAliveSeconds: null }],
    ["HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\n", { keepAliveSeconds: 5 }],
    ["HTTP/1.1 200 OK\r\nkeep-alive: max=9,Timeout=0\r\n", { keepAliveSeconds: 0 }],
    ["HTTP/1.1 200 OK\r\nKeep-Alive: xtimeout=5\r\n", { keepAliveSeconds: null }],
    ["HTTP/1.1 200 OK\r\nKeep-Alive: timeout=-5\r\n", { keepAliveSeconds: null }],
    ["HTTP/1.1 200 \xe9t\xe9\r\nA: \t b c\t\r\nb:\r\n", { fields: [["A", "b c"], ["b", ""]] }],
    ["HTTP/1.1 100 Continue\r\n", { status: 100 }],
    [`HTTP/1.1 200 OK\r\nContent-Length: ${"9".repeat(15)}\r\n`, { bodyLength: 1e15 - 1 }],
  ];
  for (const [text, want] of cases) {
    const head = read(`${text}\r\n`);
    for (const [name, value] of Object.entries(want)) {
      assertEquals(head[name as keyof UpstreamHead], value, `${JSON.stringify(text)} ${name}`);
    }
  }
});

Deno.test("readUpstreamHead() rejects what two readers could read differently", () => {
  const fields = [
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5, 5",
    "Content-Length: +5",
    "Content-Length: 05",
    "Content-Length: 0x5",
    "Content-Length: ",
    `Content-Length: ${"9".repeat(16)}`,
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:\x0bchunked",
    "A: b\r\n folded",
    "A: b\nB: c",
    "A: b\rB: c",
    "A: \x00",
    "A: \x7f",
    "no colon",
    ": no name",
    "A B: c",
    "\xe9: c",
  ];
  for (const field of fields) {
    const text = `HTTP/1.1 200 OK\r\n${field}\r\n\r\n`;
    assertThrows(() => read(text), UpstreamFault, undefined, JSON.stringify(field));
  }
  const lines = "HTTP/1.2 200 OK|HTTP/2 200|http/1.1 200 OK|HTTP/1.1 20 OK|HTTP/1.1 600 OK|" +
    "HTTP/1.1 0200 OK|HTTP/1.1  200 OK|HTTP/1.1 200OK|HTTP/1.1 200 \x01|GET / HTTP/1.1| |";
  for (const line of lines.split("|")) {
    assertThrows(() => read(`${line}\r\n\r\n`), UpstreamFault, undefined, line);
  }
  const oldChunked = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  assertThrows(() => read(oldChunked), UpstreamFault, "transfer coding");
  const many = `HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(501)}\r\n`;
  assertThrows(() => read(many), UpstreamFault, "too many");
});

// Goal: the end of a read changes nothing. Method: every split, in a buffer with older bytes.
Deno.test("headEnd() finds the same end at every split and every position in the buffer", () => {
  const text = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n";
  const want = text.indexOf("abc");
  for (const position of [0, 1, 17]) {
    const buffer = new Uint8Array(200).fill(0x0a);
    buffer.set(Uint8Array.from(text, (char) => char.charCodeAt(0)), position);
    for (let split = 0; split <= text.length; split++) {
      const found = headEnd(buffer, position, position + split);
      assertEquals(found, split < want ? -1 : position + want, `${position} ${split}`);
      if (found >= 0) assertEquals(readUpstreamHead(buffer, position, found).bodyLength, 3);
    }
  }
  assertEquals(headEnd(Uint8Array.from([13, 10, 13, 10]), 0, 4), 4);
});

Deno.test("readUpstreamHead() never accepts a mutated head with two lengths", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y\r\n\r\n";
  let accepted = 0;
  for (let at = 0; at < text.length; at++) {
    for (const byte of ["\0", "\t", "\n", "\r", " ", ",", "-", "0", ":", "z", "\x80"]) {
      const mutated = text.slice(0, at) + byte + text.slice(at + 1);
      try {
        const { fields, bodyLength } = read(mutated);
        const lengths = fields.filter(([name]) => name.toLowerCase() === "content-length");
        assertEquals(lengths.map(([, value]) => Number(value)), bodyLength < 0 ? [] : [bodyLength]);
        accepted++;
      } catch (error) {
        if (!(error instanceof UpstreamFault)) throw error;
      }
    }
  }
  assertEquals(accepted > 50, true, "some mutations are valid");
});

Deno.test("isBodyless() recognizes responses without a body", () => {
  assertEquals(
    [["HEAD", 200], ["GET", 204], ["GET", 304], ["GET", 101], ["GET", 200]]
      .map(([method, status]) => isBodyless(method as string, status as number)),
    [true, true, true, true, false],
  );
});
