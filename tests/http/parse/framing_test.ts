// Goal: a message has one end for every reader, or it is refused. Method: tables.
import { assertEquals } from "@std/assert";
import { CHUNKED, type ErrorReason, Framing } from "../../../mod/http/parse/framing.ts";
import { RequestHead } from "../../../mod/http/parse/head_scanner.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

function read(fields: readonly string[], minor = 1): [Framing, ErrorReason | null] {
  const bytes = latin1Bytes(
    `POST / HTTP/1.${minor}\r\n${fields.map((f) => `${f}\r\n`).join("")}\r\n`,
  );
  const head = new RequestHead();
  assertEquals(head.scan(bytes, 0, bytes.length, DEFAULT_SETTINGS), "done");
  const framing = new Framing();
  return [framing, framing.read(head, bytes, 0)];
}

Deno.test("Framing.read() accepts one valid length, or chunked", () => {
  const cases: [fields: string[], length: number, hasBody: boolean][] = [
    [[], 0, false],
    [["Content-Length: 0"], 0, true],
    [["content-length:5"], 5, true],
    [["Content-Length: \t5 "], 5, true],
    [["Content-Length: 999999999999999"], 999999999999999, true],
    [["Transfer-Encoding: chunked"], CHUNKED, true],
    [["transfer-encoding: \tCHUNKED "], CHUNKED, true],
  ];
  for (const [fields, length, hasBody] of cases) {
    const [framing, fault] = read(fields);
    assertEquals([fault, framing.bodyLength, framing.hasBody], [null, length, hasBody], fields[0]);
  }
});

Deno.test("Framing.read() refuses a message whose end two readers could disagree about", () => {
  const cases: [fields: string[], fault: ErrorReason][] = [
    [["Content-Length:"], "Number"],
    [["Content-Length: +5"], "Number"],
    [["Content-Length: -0"], "Number"],
    [["Content-Length: 0x5"], "Number"],
    [["Content-Length: 5, 5"], "Number"],
    [["Content-Length: 1 0"], "Number"],
    [["Content-Length: 05"], "Number"],
    [["Content-Length: 1000000000000000"], "Number"],
    [["Content-Length: 5", "Content-Length: 5"], "BadRequest"],
    [["Content-Length: 5", "Transfer-Encoding: chunked"], "BadRequest"],
    [["Transfer-Encoding: chunked", "Content-Length: 5"], "BadRequest"],
    [["Transfer-Encoding:"], "BadRequest"],
    [["Transfer-Encoding: ,chunked"], "BadRequest"],
    [["Transfer-Encoding: chunked,"], "BadRequest"],
    [["Transfer-Encoding: chunked, chunked"], "BadRequest"],
    [["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], "BadRequest"],
    [["Transfer-Encoding: chunked, identity"], "BadRequest"],
    [["Transfer-Encoding: identity"], "BadRequest"],
    [["Transfer-Encoding: xchunked"], "BadRequest"],
    [["Transfer-Encoding: chunked;q=1"], "BadRequest"],
    [['Transfer-Encoding: "chunked"'], "BadRequest"],
    [["Transfer-Encoding: chun ked"], "BadRequest"],
    [["Transfer-Encoding: gzip"], "BadRequest"],
    [["Transfer-Encoding: gzip, chunked"], "N/I"],
    [["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"], "N/I"],
    [["Host: a", "host: a"], "Hostname"],
    [["Content-Length: 5", "Content_Length: 5"], "Header"],
    [["transfer_encoding: chunked"], "Header"],
    [["Expect: 200-ok"], "Expectation"],
    [["Expect: 100-continue, x"], "Expectation"],
    [["Expect:"], "Expectation"],
  ];
  for (const [fields, fault] of cases) assertEquals(read(fields)[1], fault, fields.join("; "));
  assertEquals(read(["Transfer-Encoding: chunked"], 0)[1], "BadRequest", "HTTP/1.0 has no codings");
});

Deno.test("Framing.read() determines whether the connection persists", () => {
  const cases: [minor: number, fields: string[], keepsAlive: boolean][] = [
    [1, [], true],
    [1, ["Connection: close"], false],
    [1, ["Connection: keep-alive, \tClose , x"], false],
    [1, ["Connection: x", "Connection: close"], false],
    [1, ["Connection: closed"], true],
    [1, ["Connection:"], true],
    [0, [], false],
    [0, ["Connection: keep-alive"], true],
    [0, ["Connection: Keep-Alive, close"], false],
    [0, ["Connection: close", "Connection: keep-alive"], false],
  ];
  for (const [minor, fields, keepsAlive] of cases) {
    assertEquals(read(fields, minor)[0].keepsAlive, keepsAlive, `1.${minor} ${fields}`);
  }
});

Deno.test("Framing.read() accepts 100-continue, and ignores Expect in HTTP/1.0", () => {
  assertEquals(read(["Expect: 100-Continue"])[0].expectsContinue, true);
  assertEquals(read(["Expect: 100-continue"], 0)[0].expectsContinue, false);
  assertEquals(read(["Expect: x"], 0)[1], null);
});

Deno.test("Framing.read() forgets the previous message", () => {
  const [framing] = read(["Host: a", "Transfer-Encoding: chunked", "Connection: close"]);
  const bytes = latin1Bytes("GET / HTTP/1.1\r\n\r\n");
  const head = new RequestHead();
  head.scan(bytes, 0, bytes.length, DEFAULT_SETTINGS);
  assertEquals(framing.read(head, bytes, 0), null);
  assertEquals(
    [framing.hasBody, framing.bodyLength, framing.keepsAlive, framing.hostField],
    [false, 0, true, -1],
  );
});
