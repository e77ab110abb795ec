// Goal: each field once, the engine's fields from the engine alone, no byte that breaks the head.
import { assertEquals, assertThrows } from "@std/assert";
import type { HeaderField } from "../../mod/base/exchange.ts";
import {
  FRAMING,
  headBytesMax,
  type HeadOptions,
  mayHaveBody,
  writeHead,
} from "../../mod/http/head_writer.ts";
import { latin1, latin1Bytes } from "../../mod/wire/byte_text.ts";

const OPTIONS: HeadOptions = {
  date: "DATE",
  framing: 5,
  connection: "",
  namesServer: true,
  requestId: null,
};

function head(headers: readonly HeaderField[], options: Partial<HeadOptions> = {}): string {
  const response = { status: 200, headers, body: null };
  const bytes = new Uint8Array(headBytesMax(response, options.requestId ?? null));
  return latin1(bytes, 0, writeHead(bytes, 0, response, { ...OPTIONS, ...options }));
}

Deno.test("writeHead() writes the response's fields in order, then its own", () => {
  assertEquals(
    head([["A", "b"], ["C", "caf\xe9\td"]]),
    "HTTP/1.1 200 OK\r\nA: b\r\nC: caf\xe9\td\r\nServer: httpcfg\r\nDate: DATE\r\nContent-Length: 5\r\n\r\n",
  );
  const cases: [options: Partial<HeadOptions>, rest: string][] = [
    [{ framing: FRAMING.chunked }, "Transfer-Encoding: chunked\r\n"],
    [{ framing: FRAMING.undeclared }, ""],
    [{ connection: "close" }, "Connection: close\r\nContent-Length: 5\r\n"],
    [{ connection: "keep-alive" }, "Connection: keep-alive\r\nContent-Length: 5\r\n"],
  ];
  for (const [options, rest] of cases) {
    assertEquals(
      head([], { namesServer: false, ...options }),
      `HTTP/1.1 200 OK\r\nDate: DATE\r\n${rest}\r\n`,
    );
  }
});

Deno.test("writeHead() does not add Server and Date to a response that has them", () => {
  const text = head([["server", "x"], ["DATE", "y"]]);
  assertEquals(text, "HTTP/1.1 200 OK\r\nserver: x\r\nDATE: y\r\nContent-Length: 5\r\n\r\n");
});

Deno.test("writeHead() writes the identifier of the request in the place of any other", () => {
  const requestId = "r".repeat(128);
  assertEquals(
    head([["x-request-ID", "other"], ["A", "b"]], { requestId, namesServer: false }),
    `HTTP/1.1 200 OK\r\nA: b\r\nX-Request-ID: ${requestId}\r\nDate: DATE\r\nContent-Length: 5\r\n\r\n`,
  );
});

Deno.test("writeHead() rejects fields that would break the head", () => {
  for (const [name, value] of [["X", "a\r\nB: c"], ["X", "\x7f"], ["X", "Ā"], ["X:", "a"]]) {
    assertThrows(() => head([[name!, value!]]));
  }
  for (const name of ["Content-Length", "CONNECTION", "Transfer-Encoding", "Keep-Alive"]) {
    assertThrows(() => head([[name, "1"]]));
  }
});

Deno.test("headBytesMax() is enough for the longest possible head", () => {
  const headers = Array.from({ length: 50 }, (_, i) => ["N".repeat(i + 1), "v".repeat(i)] as const);
  assertEquals(
    head(headers, { framing: 999999999999999, connection: "keep-alive" }).length > 0,
    true,
  );
});

Deno.test("mayHaveBody() follows RFC 9112", () => {
  assertEquals([101, 199, 200, 204, 205, 304, 404].map(mayHaveBody), [
    false,
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("writeHead() writes encoded fields behind the others, and counts their Date and Server", () => {
  const encoded = (text: string, has: { hasDate: boolean; hasServer: boolean }): string => {
    const bytes = latin1Bytes(text);
    const write = (to: Uint8Array, offset: number): number => {
      to.set(bytes, offset);
      return offset + bytes.length;
    };
    const fields = { bytesMax: bytes.length, ...has, write };
    const response = { status: 200, headers: [["A", "b"]], encoded: fields, body: null } as const;
    const space = new Uint8Array(headBytesMax(response, null));
    return latin1(space, 0, writeHead(space, 0, response, OPTIONS));
  };
  assertEquals(
    encoded("Date: x\r\nServer: y\r\n", { hasDate: true, hasServer: true }),
    "HTTP/1.1 200 OK\r\nA: b\r\nDate: x\r\nServer: y\r\nContent-Length: 5\r\n\r\n",
  );
  assertEquals(
    encoded(`C: ${"d".repeat(3000)}\r\n`, { hasDate: false, hasServer: false }).replace(/d+/, "d"),
    "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\nServer: httpcfg\r\nDate: DATE\r\nContent-Length: 5\r\n\r\n",
  );
});
