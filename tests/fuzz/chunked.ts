/**
 * Fuzzes the decoder of the chunked coding, beside one that is slow and takes its rules from the
 * grammar of RFC 9112. The rules: both find the same content, the same end and the same rest; a
 * split changes nothing, not even the reason of a refusal.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { latin1 } from "../../mod/wire/byte_text.ts";
import { ChunkedDecoder } from "../../mod/wire/chunked.ts";
import { latin1Bytes } from "../support/fake_stream.ts";
import { mutatedBytes, splitUp } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

interface Decoded {
  readonly content: string;
  readonly end: string;
  /** What follows the body. */
  readonly rest: string;
}

const EXTENSIONS = [
  ...[
    "",
    "",
    "",
    ";a",
    ";a=b",
    '; a = "x\\"; \\\\ y" ; b',
    "\t;a\t=\tb",
    ';a=""',
    ";;",
    ";a =",
    " ",
  ],
  ...[';a="\xe9\\\xff"', ';a="\\\n"', ";a=b c", ';a="b"c', ";=b", `;a=${"b".repeat(4200)}`],
];
const TRAILERS = [
  ...[
    "",
    "",
    "A: b\r\n",
    "X:\r\n",
    "X: \t\xe9\r\n",
    "Content-Length: 3\r\n",
    "hOST:\r\n",
    "TE : a\r\n",
  ],
  ...["Transfer-Encodin: a\r\n", "Transfer-Encodings: a\r\n", "Transfer-Encoding:", " A: b\r\n"],
  ...[": a\r\n", "A\r\n", "A: b\n", `A: ${"b".repeat(8180)}\r\n`, "A: b\r\n".repeat(1366)],
];
const HUGE = ["fffffffffffff", "FFFFFFFFFFFF", "0000000000000", "000000000000", "-1", "+1", "0x1"];

function body(random: Random): Uint8Array {
  let text = "";
  for (let i = random.below(6); i > 0; i--) {
    const length = random.chance(12) ? random.below(6000) : random.below(20);
    const size = random.chance(20)
      ? random.pick(HUGE)
      : (length + (random.chance(20) ? 1 : 0)).toString(16).padStart(random.below(5), "0");
    text += `${size}${random.pick(EXTENSIONS)}\r\n${"x".repeat(length)}\r\n`;
  }
  if (!random.chance(6)) {
    text += `${random.pick(["0", "0", "00", "000000000000"])}${random.pick(EXTENSIONS)}\r\n`;
    for (let i = random.below(3); i > 0; i--) text += random.pick(TRAILERS);
    text += "\r\n";
  }
  if (random.chance(3)) text += "GET / HTTP/1.1\r\n";
  const bytes = latin1Bytes(text);
  const kept = random.chance(4) ? bytes.subarray(0, random.below(bytes.length + 1)) : bytes;
  return random.chance(2) ? mutatedBytes(kept, random) : kept;
}

function check(bytes: Uint8Array, random: Random): void {
  const wanted = decodeSlowly(latin1(bytes, 0, bytes.length));
  const whole = decode([bytes.slice()]);
  const isFault = whole.end !== "end" && whole.end !== "more";
  assertEquals({ ...whole, end: isFault ? "fault" : whole.end }, wanted);
  for (let i = 0; i < 3; i++) assertEquals(decode(splitUp(bytes, random)), whole);
}

function decode(pieces: readonly Uint8Array[]): Decoded {
  const decoder = new ChunkedDecoder();
  let content = "";
  for (const [i, piece] of pieces.entries()) {
    decoder.position = 0;
    for (;;) {
      const step = decoder.step(piece, piece.length);
      if (step === "data") content += latin1(piece, decoder.dataStart, decoder.dataEnd);
      else if (step === "more") break;
      else {
        assertEquals(decoder.decodedBytes >= content.length, true);
        const rest = [piece.subarray(decoder.position), ...pieces.slice(i + 1)];
        const text = rest.map((bytes) => latin1(bytes, 0, bytes.length)).join("");
        return { content, end: step, rest: step === "end" ? text : "" };
      }
    }
  }
  return { content, end: "more", rest: "" };
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const SPACE = "[ \\t]*";
const QUOTED = `"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*`;
const EXTENSION = `${SPACE};${SPACE}${TOKEN}(?:${SPACE}=${SPACE}(?:${TOKEN}|${QUOTED}"))?`;
/** The beginning of an extension. */
const BEGUN = `${SPACE}(?:;${SPACE}(?:${TOKEN}${SPACE}(?:=${SPACE}(?:${QUOTED}\\\\?)?)?)?)?`;
const SIZE_LINE = new RegExp(`^([0-9a-fA-F]{1,12})(?:${EXTENSION})*\r\n`);
const SIZE_BEGUN = new RegExp(
  `^(?:|[0-9a-fA-F]{1,12}(?:${EXTENSION})*(?:\r|${BEGUN}))$`,
);
const TRAILER_LINE = new RegExp(`^(${TOKEN}):[\\t\\x20-\\x7e\\x80-\\xff]*\r\n`);
const TRAILER_BEGUN = new RegExp(
  `^(?:\r|(?:${TOKEN})?|(${TOKEN}):[\\t\\x20-\\x7e\\x80-\\xff]*\r?)$`,
);
const FORBIDDEN = /^(?:content-length|transfer-encoding|host|trailer|te|connection)$/i;

/** Decodes by the grammar, one line after the other. */
function decodeSlowly(text: string): Decoded {
  let [content, at, extensionBytes] = ["", 0, 0];
  const ended = (end: string): Decoded => ({ content, end, rest: "" });
  for (;;) {
    const rest = text.slice(at);
    const [line = rest, digits = /^[0-9a-fA-F]*/.exec(rest)![0]] = SIZE_LINE.exec(rest) ?? [];
    const isWhole = SIZE_LINE.test(rest);
    if (!isWhole && !SIZE_BEGUN.test(rest)) return ended("fault");
    // Everything after the digits and the one byte that ends them.
    extensionBytes += Math.max(0, line.length - digits.length - 1);
    if (extensionBytes > 4096 + content.length) return ended("fault");
    if (!isWhole) return ended("more");
    at += line.length;
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    content += text.slice(at, at + size);
    at += size;
    if (at >= text.length) return ended("more");
    const end = text.slice(at, at + 2);
    if (!"\r\n".startsWith(end)) return ended("fault");
    if (end.length < 2) return ended("more");
    at += 2;
  }
  const start = at;
  for (;;) {
    const rest = text.slice(at);
    if (rest.startsWith("\r\n")) {
      if (at + 2 - start > 8192) return ended("fault");
      return { content, end: "end", rest: rest.slice(2) };
    }
    const whole = TRAILER_LINE.exec(rest);
    const begun = whole ?? TRAILER_BEGUN.exec(rest);
    if (begun === null || FORBIDDEN.test(begun[1] ?? "")) return ended("fault");
    at += begun[0].length;
    if (at - start > 8192) return ended("fault");
    if (whole === null) return ended("more");
  }
}

export const chunkedBodies = target("chunked", body, () => ({ check }));
