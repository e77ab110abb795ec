// Goal: a chunked body is read the same way wherever it is split. Method: every piece size, tables.
import { assertEquals } from "@std/assert";
import { ChunkedDecoder } from "../../mod/wire/chunked.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

/** Decodes `text` in pieces of `size` bytes: the content, the last step, the input that is left. */
function decode(text: string, size: number): [content: string, end: string, rest: string] {
  const decoder = new ChunkedDecoder();
  const bytes = latin1Bytes(text);
  let content = "";
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + size);
    decoder.position = 0;
    for (;;) {
      const step = decoder.step(piece, piece.length);
      if (step === "data") {
        content += String.fromCharCode(...piece.subarray(decoder.dataStart, decoder.dataEnd));
      } else if (step === "more") {
        break;
      } else {
        return [content, step, text.slice(at + decoder.position)];
      }
    }
    at += size;
  }
  return [content, "more", ""];
}

function check(text: string, want: readonly string[]): void {
  for (let size = 1; size <= text.length; size = size < 40 ? size + 1 : size * 2) {
    const [content, end, rest] = decode(text, size);
    const got = want.length === 3 ? [content, end, rest] : [content, end];
    assertEquals(got, want, `${size} bytes at a time: ${JSON.stringify(text.slice(0, 200))}`);
  }
  const whole = decode(text, Math.max(1, text.length));
  assertEquals([whole[0], whole[1]], [want[0], want[1]]);
}

Deno.test("ChunkedDecoder accepts chunks, extensions and trailers", () => {
  check("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nrest", ["hello world", "end", "rest"]);
  check("0\r\n\r\nGET", ["", "end", "GET"]);
  check("A\r\n0123456789\r\n00\r\n\r\n", ["0123456789", "end", ""]);
  check("000000000003\r\nabc\r\n0\r\n\r\n", ["abc", "end", ""]);
  for (
    const extension of [
      ";a",
      ";a=b",
      ";a=b;c",
      '; a = "x\\"; \\\\ y" ; b',
      " ;a",
      "\t;a\t=\tb",
      ';a=""',
    ]
  ) check(`3${extension}\r\nabc\r\n0${extension}\r\n\r\n`, ["abc", "end", ""]);
  check("3\r\nabc\r\n0\r\nVary: *\r\nX:\r\n\r\n", ["abc", "end", ""]);
});

Deno.test("ChunkedDecoder returns small pieces of one buffer as one, and then what is wrong", () => {
  const decoder = new ChunkedDecoder();
  const bytes = latin1Bytes(`${"1\r\na\r\n2\r\nbc\r\n".repeat(5000)}x`);
  let content = "";
  let pieces = 0;
  while (decoder.step(bytes, bytes.length) === "data") {
    content += String.fromCharCode(...bytes.subarray(decoder.dataStart, decoder.dataEnd));
    pieces++;
  }
  assertEquals(content, "abc".repeat(5000));
  assertEquals(pieces < 10, true, `${pieces} pieces`);
  assertEquals(decoder.step(bytes, bytes.length), "Number");
});

Deno.test("ChunkedDecoder does not move large pieces", () => {
  const bytes = latin1Bytes(`2000\r\n${"a".repeat(8192)}\r\n1\r\nb\r\n0\r\n\r\n`);
  const decoder = new ChunkedDecoder();
  assertEquals(decoder.step(bytes, bytes.length), "data");
  assertEquals([decoder.dataStart, decoder.dataEnd], [6, 6 + 8192]);
});

Deno.test("ChunkedDecoder rejects everything else", () => {
  const cases: [text: string, reason: string, content?: string][] = [
    ["x\r\n", "Number"],
    ["-1\r\n", "Number"],
    ["+0\r\n\r\n", "Number"],
    ["0x5\r\nhello\r\n", "Number"],
    [" 5\r\nhello\r\n", "Number"],
    ["\r\n", "Number"],
    ["1_0\r\n", "Number"],
    ["5 \r\nhello\r\n", "Invalid_CR/LF"],
    ["2 x\r\naa\r\n", "Number"],
    ["5\nhello\r\n", "Invalid_CR/LF"],
    ["5\rhello\r\n", "Invalid_CR/LF"],
    ["5;\r\nhello\r\n", "Invalid_CR/LF"],
    ["5;\nhello\r\n", "Invalid_CR/LF"],
    ["5;a\rX\r\n", "Invalid_CR/LF"],
    ["5;a\nb\r\n", "Invalid_CR/LF"],
    ["5;a \r\n", "Invalid_CR/LF"],
    ["5;a=b \r\n", "Invalid_CR/LF"],
    ["5;a=\r\n", "Invalid_CR/LF"],
    ['5;a="b\r\n', "Invalid_CR/LF"],
    ["5;bad[=x\r\n", "BadRequest"],
    ['5;a="b"c\r\n', "BadRequest"],
    ["5;=b\r\n", "BadRequest"],
    ["5;a=b=c\r\n", "BadRequest"],
    ["5;a\x00\r\n", "BadRequest"],
    ["FFFFFFFFFFFFFFFF0\r\n", "Number"],
    ["0000000000003\r\n", "Number"],
    ["5\r\nhello0\r\n\r\n", "Invalid_CR/LF", "hello"],
    ["5\r\nhello\n0\r\n\r\n", "Invalid_CR/LF", "hello"],
    ["5\r\nhellox\r\n", "Invalid_CR/LF", "hello"],
    ["0\r\nX\r\n\r\n", "Header"],
    ["0\r\nX : y\r\n\r\n", "Header"],
    ["0\r\n: y\r\n\r\n", "Header"],
    ["0\r\nX: \x00\r\n\r\n", "BadRequest"],
    ["0\r\nX: y\n\r\n", "Invalid_CR/LF"],
    ["0\r\n\n", "Invalid_CR/LF"],
    ["0\r\n\rX", "Invalid_CR/LF"],
    ["0\r\nContent-Length: 5\r\n\r\n", "Header"],
    ["0\r\nTRANSFER-ENCODING: chunked\r\n\r\n", "Header"],
    ["0\r\nHost: a\r\n\r\n", "Header"],
    [`0\r\nX: ${"y".repeat(9000)}\r\n\r\n`, "RequestLength"],
    [`5;a=${"b".repeat(5000)}\r\nhello\r\n`, "BadRequest"],
    ["1;a\r\nx\r\n".repeat(1) + `1;a=${"b".repeat(4096)}\r\n`, "BadRequest", "x"],
  ];
  for (const [text, reason, content] of cases) check(text, [content ?? "", reason]);
});

Deno.test("ChunkedDecoder allows more extension bytes as the content grows", () => {
  const chunk = `40;signature=${"f".repeat(40)}\r\n${"x".repeat(64)}\r\n`;
  assertEquals(decode(`${chunk.repeat(500)}0\r\n\r\n`, 1000)[1], "end");
});
