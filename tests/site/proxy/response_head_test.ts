/** Goal: a response has one end for every reader. Method: tables, and every split. */
import { assertEquals, assertThrows } from "@std/assert";
import {
  BODY,
  isBodyless,
  ResponseHead,
  UpstreamFault,
} from "../../../mod/site/proxy/response_head.ts";
import { fieldEdits } from "../../../mod/site/proxied/field_edits.ts";
import { latin1, latin1Bytes } from "../../../mod/wire/byte_text.ts";

/** Scans a whole head. */
function read(text: string): ResponseHead {
  const head = new ResponseHead("us");
  const bytes = latin1Bytes(text);
  assertEquals(head.scan(bytes, 0, bytes.length), true);
  assertEquals(head.length, text.indexOf("\r\n\r\n") + 4);
  return head;
}

/** The fields for the client. */
function fieldsOf(head: ResponseHead): string[] {
  const bytes = new Uint8Array(head.bytesMax + 7).fill(0x21);
  const end = head.write(bytes, 7);
  assertEquals(end <= bytes.length, true, "it needs no more than it says");
  return latin1(bytes, 7, end).split("\r\n").slice(0, -1);
}

const VIA = "Via: 1.1 us";

Deno.test("ResponseHead.scan() parses status, fields and framing", () => {
  const cases: [text: string, want: Partial<ResponseHead>][] = [
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
    ["HTTP/1.1 100 Continue\r\n", { status: 100 }],
    [`HTTP/1.1 200 OK\r\nContent-Length: ${"9".repeat(15)}\r\n`, { bodyLength: 1e15 - 1 }],
  ];
  for (const [text, want] of cases) {
    const head = read(`${text}\r\n`);
    for (const [name, value] of Object.entries(want)) {
      assertEquals(head[name as keyof ResponseHead], value, `${JSON.stringify(text)} ${name}`);
    }
  }
});

Deno.test("ResponseHead.scan() rejects what two readers could read differently", () => {
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
Deno.test("ResponseHead.scan() has the same result at every split and position in the buffer", () => {
  const text = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n";
  const want = text.indexOf("abc");
  for (const [position, older] of [[0, 0x0a], [1, 0x0d], [17, 0x3a], [5, 0x00]] as const) {
    for (const steps of [[1], [2, 3], [7]]) {
      const head = new ResponseHead("us");
      const buffer = new Uint8Array(200).fill(older);
      let end = position;
      for (let i = 0;; i++) {
        const count = Math.min(steps[i % steps.length]!, position + text.length - end);
        buffer.set(latin1Bytes(text.slice(end - position, end - position + count)), end);
        end += count;
        const isComplete = head.scan(buffer, position, end);
        assertEquals(isComplete, end - position >= want, `${position} ${end}`);
        if (isComplete) break;
      }
      assertEquals([head.length, head.bodyLength, head.status], [want, 3, 200]);
      assertEquals(fieldsOf(head), ["A: b", VIA]);
    }
  }
});

Deno.test("ResponseHead.scan() goes on in a buffer whose bytes were moved", () => {
  const head = new ResponseHead("us");
  const bytes = latin1Bytes("....HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n");
  assertEquals(head.scan(bytes, 4, 29), false);
  const moved = bytes.slice(4);
  assertEquals(head.scan(moved, 0, moved.length), true);
  assertEquals(fieldsOf(head), ["A: b", "C: d", VIA]);
});

Deno.test("ResponseHead.scan() rejects an invalid line as soon as it is complete", () => {
  for (const text of ["nonsense\r\n", "HTTP/1.1 200 OK\r\nA b\r\n", "HTTP/1.1 200 OK\nA: b\r\n"]) {
    const head = new ResponseHead("us");
    const bytes = latin1Bytes(text);
    assertThrows(() => head.scan(bytes, 0, bytes.length), UpstreamFault);
  }
  const head = new ResponseHead("us");
  const half = latin1Bytes("HTTP/1.1 200 OK\r\nA b");
  assertEquals(head.scan(half, 0, half.length), false, "which does not depend on the split");
});

Deno.test("ResponseHead.reset() forgets the head before", () => {
  const head = new ResponseHead("us");
  const scan = (text: string): void => {
    const bytes = latin1Bytes(`HTTP/1.1 ${text}\r\n\r\n`);
    head.reset();
    assertEquals(head.scan(bytes, 0, bytes.length), true);
  };
  scan("101 A\r\nConnection: close, X-A\r\nUpgrade: WebSocket\r\nKeep-Alive: timeout=5\r\nDate: x");
  assertEquals([head.upgrade, head.keepsAlive, head.keepAliveSeconds], ["websocket", false, 5]);
  assertEquals([fieldsOf(head), head.hasDate], [["Date: x", VIA], true]);
  scan(`200 OK\r\n${"A: b\r\n".repeat(300)}Content-Length: 5`);
  assertEquals([head.upgrade, head.keepsAlive, head.keepAliveSeconds], ["", true, null]);
  scan("200 OK\r\nX-A: b");
  assertEquals([fieldsOf(head), head.hasDate, head.bodyLength], [["X-A: b", VIA], false, -2]);
});

Deno.test("ResponseHead.scan() never accepts a mutated head with two lengths", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nX: y\r\n\r\n";
  let accepted = 0;
  for (let at = 0; at < text.length; at++) {
    for (const byte of ["\0", "\t", "\n", "\r", " ", ",", "-", "0", ":", "z", "\x80"]) {
      const mutated = text.slice(0, at) + byte + text.slice(at + 1);
      try {
        const bytes = latin1Bytes(mutated);
        const head = new ResponseHead("us");
        if (!head.scan(bytes, 0, bytes.length)) continue;
        const lengths = mutated.slice(0, head.length).match(/(?<=\r\nContent-Length:\s*)\d+/gi);
        const { bodyLength } = head;
        assertEquals((lengths ?? []).map(Number), bodyLength < 0 ? [] : [bodyLength]);
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

Deno.test("ResponseHead.write() drops hop-by-hop fields, continues Via, and changes no value", () => {
  const fields = [
    "Content-Type: text/plain",
    "X-Hop: 1",
    "Connection: close, X-Hop , x-late",
    "Content-Length: 5",
    "Keep-Alive: x",
    "Trailer: X",
    "Proxy-Authenticate: Basic",
    "TE: x",
    "Upgrade: h2c",
    "Set-Cookie: a",
    "Set-Cookie: b",
    "Via: 1.1 other",
    "X-Late: 1",
    "X-Blank: \t b  c\t",
    "X-Tight:\xe9",
    "X-None:",
    "X-Only-Blank: \t ",
  ];
  const head = read(`HTTP/1.0 200 \xe9t\xe9\r\n${fields.join("\r\n")}\r\n\r\n`);
  const want = [
    ...["Content-Type: text/plain", "Set-Cookie: a", "Set-Cookie: b", "Via: 1.1 other"],
    ...["X-Blank: b  c", "X-Tight: \xe9", "X-None: ", "X-Only-Blank: ", "Via: 1.0 us"],
  ];
  assertEquals(fieldsOf(head), want);
  const copy = head.copyFields();
  head.reset();
  const bytes = new Uint8Array(copy.bytesMax);
  assertEquals(latin1(bytes, 0, copy.write(bytes, 0)), `${want.join("\r\n")}\r\n`);
  const chunked = read(
    "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nDATE: x\r\nserver: y\r\n\r\n",
  );
  assertEquals(fieldsOf(chunked), ["DATE: x", "server: y", VIA]);
  assertEquals([chunked.hasDate, chunked.hasServer], [true, true]);
  const named = read("HTTP/1.1 200\r\nConnection: date, server\r\nDate: x\r\nServer: y\r\n\r\n");
  assertEquals(fieldsOf(named), [VIA]);
  assertEquals([named.hasDate, named.hasServer], [false, false], "the engine adds its own");
});

Deno.test("ResponseHead.write() leaves X-Request-ID out where the request has another one", () => {
  const text = "HTTP/1.1 200 OK\r\nX-REQUEST-ID: theirs\r\nA: b\r\n\r\n";
  for (const edits of [null, fieldEdits(["X-Request-ID: set", "C: d"])]) {
    const head = new ResponseHead("us", edits);
    head.scan(latin1Bytes(text), 0, text.length);
    const own = edits === null ? ["X-REQUEST-ID: theirs"] : [];
    const set = edits === null ? [] : ["X-Request-ID: set", "C: d"];
    assertEquals(fieldsOf(head), [...own, "A: b", ...set, VIA]);
    head.isIdReplaced = true;
    assertEquals(fieldsOf(head), ["A: b", ...set.slice(1), VIA]);
    head.reset();
    assertEquals(head.isIdReplaced, false);
  }
});
