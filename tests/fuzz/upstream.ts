/**
 * Fuzzes the reverse proxy: a program in memory answers with hostile bytes, split at random, and
 * then closes or resets its connection. The rules:
 *
 * - nothing is thrown: whatever it sends is its fault, never a 500;
 * - the client gets one framed response, or one that is cut off, with one line in a log;
 * - the same bytes get the same response in any split;
 * - the next request gets the next answer, and no byte of the hostile one.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { latin1, latin1Bytes } from "../../mod/wire/byte_text.ts";
import { ReverseProxy } from "../../mod/site/proxy/proxy.ts";
import { proxyOptions } from "../support/proxy/proxy_options.ts";
import { TestEngine } from "../support/engine.ts";
import { FakeStream } from "../support/fake_stream.ts";
import { type StreamEnd, streamPair } from "../support/stream_pair.ts";
import { splitUp } from "./mutate.ts";
import type { Random } from "./random.ts";
import { target } from "./target.ts";

const RIGHT = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";
const HEADS = ["HTTP/1.1 200 OK", "HTTP/1.0 200 OK", "HTTP/1.1 204 No", "HTTP/1.1 304 Not"];
const FIELDS = [
  ...["Content-Length: 5", "Content-Length: 50", "Content-Length: 0", "Transfer-Encoding: chunked"],
  ...["Connection: close", "Connection: X-A", "Keep-Alive: timeout=5", "X-A: b", "X-A: \0", ": x"],
  ...["Upgrade: websocket", "Content-Length: -1", "Transfer-Encoding: gzip", " folded", ""],
];
const BODIES = [
  "hello",
  "5\r\nhello\r\n0\r\n\r\n",
  "5\r\nhello\r\n",
  "zz\r\n",
  "",
  "0\r\n\r\n",
  RIGHT,
];
const INTERIM = ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"];

const LAST_CHUNK = " and the last chunk";

type End = "close" | "reset";

async function check(bytes: Uint8Array, random: Random): Promise<void> {
  const method = random.pick(["GET", "GET", "HEAD", "POST"]);
  const end = random.pick<End>(["close", "close", "reset"]);
  const whole = await run(method, [bytes], end);
  assertEquals(whole.second, "right", "a byte of the hostile answer is in the next one");
  if (end === "reset") return; // a reset destroys what was not read, so a split changes much
  for (let i = 0; i < 2; i++) {
    const split = await run(method, splitUp(bytes, random), end);
    assertEquals(joined(split.first), joined(whole.first), "a split changes the outcome");
  }
}

function hostileAnswer(random: Random): Uint8Array {
  let text = random.chance(6) ? random.pick(INTERIM).repeat(1 + random.below(20)) : "";
  text += `${random.pick(HEADS)}\r\n`;
  for (let i = random.below(4); i > 0; i--) text += `${random.pick(FIELDS)}\r\n`;
  text += `\r\n${random.pick(BODIES)}${random.chance(4) ? random.pick(BODIES) : ""}`;
  const bytes = latin1Bytes(text);
  for (let i = random.below(3); i > 0 && random.chance(2); i--) {
    bytes[random.below(bytes.length)] = random.below(256);
  }
  return random.chance(4) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
}

interface Outcome {
  /** The response to the first request, and the body of that to the second. */
  readonly first: string;
  readonly second: string;
}

async function run(method: string, pieces: readonly Uint8Array[], end: End): Promise<Outcome> {
  let answers = 0;
  const connect = (): Promise<StreamEnd> => {
    const [ours, theirs] = streamPair();
    serve(theirs, () => answers++ === 0 ? [...pieces] : [latin1Bytes(RIGHT)], end).catch(() => {});
    return Promise.resolve(ours);
  };
  const proxy = new ReverseProxy(proxyOptions([connect]));
  const engine = new TestEngine(proxy.handle);
  const body = method === "POST" ? "Content-Length: 2\r\n\r\nab" : "\r\n";
  const first = await ask(engine, `${method} /x HTTP/1.1\r\nHost: a\r\n${body}`);
  assertEquals(engine.failures, [], "internal error");
  assertMatch(first, /^HTTP\/1\.1 [2-5][0-9]{2} /);
  const { refused, served } = engine;
  assert(refused.every(({ reason }) => reason === "BadGateway"));
  if (served.length === 0) assertEquals(refused.map(({ status }) => status), [502]);
  else if (isWhole(first, method)) assertEquals(refused, []);
  else assertEquals(refused.map(({ status }) => status), [null], `cut off: ${first}`);
  const second = await ask(engine, "GET /y HTTP/1.1\r\nHost: a\r\n\r\n");
  proxy.close(0);
  assertEquals(engine.failures, []);
  return { first, second: second.slice(second.indexOf("\r\n\r\n") + 4) };
}

/** Answers each request of a connection; the hostile answer is the last one. */
async function serve(stream: StreamEnd, next: () => Uint8Array[], end: End): Promise<void> {
  const buffer = new Uint8Array(4096);
  for (let text = "";;) {
    const count = await stream.read(buffer);
    if (count === null) return stream.close();
    text += latin1(buffer, 0, count);
    if (!text.includes("\r\n\r\n")) continue;
    text = "";
    const pieces = next();
    for (const piece of pieces) await stream.write(piece);
    if (pieces.length === 1 && latin1(pieces[0]!, 0, pieces[0]!.length) === RIGHT) continue;
    return end === "reset" ? stream.reset() : stream.close();
  }
}

async function ask(engine: TestEngine, request: string): Promise<string> {
  const client = engine.connect(new FakeStream());
  client.send(request);
  client.end();
  await client.closed();
  await engine.quiet();
  return client.text;
}

/** Returns a response with its chunks as one: how many there are depends on the split. */
function joined(text: string): string {
  if (!/\r\nTransfer-Encoding: chunked\r\n/.test(text)) return text;
  const end = text.indexOf("\r\n\r\n") + 4;
  let content = "";
  for (let at = end; at < text.length;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (size === 0) return text.slice(0, end) + content + LAST_CHUNK;
    content += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
  return text.slice(0, end) + content;
}

/** Reports whether a response is all that its framing declares. */
function isWhole(text: string, method: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const [head, body] = [text.slice(0, end + 2), text.slice(end + 4)];
  if (method === "HEAD" || /^HTTP\/1\.1 (?:204|304)/.test(head)) return body === "";
  if (/\r\nTransfer-Encoding: chunked\r\n/.test(head)) {
    return joined(text).endsWith(LAST_CHUNK);
  }
  return body.length === Number(/\r\nContent-Length: (\d+)\r\n/.exec(head)?.[1]);
}

export const upstreamAnswers = target("answers", hostileAnswer, () => ({ check }));
