/**
 * Requests that are nearly valid: well-formed parts combined at random, with a few bytes changed.
 *
 * @module
 */
import { latin1Bytes } from "../support/fake_stream.ts";
import { mutatedBytes } from "./mutate.ts";
import type { Random } from "./random.ts";

const METHODS = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "get", "FOO", "CONNECT", "TRACE", "PRI"];
const TARGETS = ["/", "/a/../b", "/%2e%2e/x", "/%41?q=%zz", "*", "http://a/x", "a:80", "/\\", "//"];
const VERSIONS = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/1.10",
  "HTTP/1",
];
const LINE_ENDS = ["\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\r\r\n"];
const FIELDS = [
  "Host: a",
  "Host: b:80",
  "Host: [::1]",
  "Content-Length: 3",
  "Content-Length: 03",
  "Content-Length: 3, 3",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding : chunked",
  "Connection: close",
  "Connection: keep-alive, x",
  "Expect: 100-continue",
  "Expect: more",
  "X: \tvalue ",
  "X:",
  " folded",
  "X y: z",
  `Long: ${"x".repeat(300)}`,
];
const CHUNKS = [
  "3\r\nabc\r\n",
  "3;a=b\r\nabc\r\n",
  '2;a="\\""\r\nab\r\n',
  "0\r\n\r\n",
  "0\r\nA: b\r\n\r\n",
  "0\r\nContent-Length: 3\r\n\r\n",
  "03\r\nabc\r\n",
  "g\r\n",
  "3\r\nabcd\r\n",
  "3 \r\nabc\r\n",
];
/** Returns one to four requests in a row, possibly broken. */
export function hostileBytes(random: Random): Uint8Array {
  let text = "";
  for (let i = 1 + random.below(4); i > 0; i--) {
    text += random.chance(3) ? hostileRequest(random) : goodRequest(random);
  }
  const bytes = latin1Bytes(text);
  return random.chance(2) ? bytes : mutatedBytes(bytes, random);
}

function goodRequest(random: Random): string {
  const close = random.chance(12) ? "Connection: close\r\n" : "";
  const start = `/${random.below(3)} HTTP/1.1\r\nHost: a\r\n${close}`;
  switch (random.below(3)) {
    case 0:
      return `GET ${start}\r\n`;
    case 1:
      return `POST ${start}Content-Length: 5\r\n\r\nhello`;
    default:
      return `POST ${start}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`;
  }
}

function hostileRequest(random: Random): string {
  const end = (): string => random.pick(LINE_ENDS);
  let text = random.chance(8) ? end() : "";
  text += `${random.pick(METHODS)} ${random.pick(TARGETS)} ${random.pick(VERSIONS)}${end()}`;
  if (!random.chance(6)) text += `Host: a${end()}`;
  for (let i = random.below(4); i > 0; i--) text += random.pick(FIELDS) + end();
  text += end();
  if (random.chance(2)) text += "abc";
  else for (let i = random.below(4); i > 0; i--) text += random.pick(CHUNKS);
  return text;
}
