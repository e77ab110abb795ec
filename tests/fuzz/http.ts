/**
 * Fuzzes the HTTP engine: sends hostile bytes, split at random, to a server in memory. The rules:
 *
 * - nothing is thrown, and no handler gets a request that the rules forbid;
 * - there are never more responses than requests, nothing follows a refusal, all are framed;
 * - no more bytes are counted as received than were sent;
 * - the same bytes get the same responses in any split.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Handler, HttpRequest } from "../../mod/base/exchange.ts";
import { echo, HELLO, TestEngine } from "../support/engine.ts";
import { splitUp } from "./mutate.ts";
import type { Random } from "./random.ts";
import { hostileBytes } from "./requests.ts";
import { target } from "./target.ts";

/** Small, so that fuzzed heads reach them. */
const SETTINGS = { MaxFieldLength: 256, MaxRequestBytes: 512, MaxFieldCount: 6 };

interface Outcome {
  readonly text: string;
  readonly requests: number;
  readonly reasons: readonly string[];
}

async function check(bytes: Uint8Array, random: Random): Promise<void> {
  const handler = random.pick([echo, ignoring, halfReading]);
  const whole = await run(handler, [bytes]);
  for (let i = 0; i < 2; i++) {
    const split = await run(handler, splitUp(bytes, random));
    assertEquals(split, whole, "a split changes the outcome");
  }
}

async function run(handler: Handler, pieces: readonly Uint8Array[]): Promise<Outcome> {
  let requests = 0;
  const engine = new TestEngine((request) => {
    requests++;
    checkRequest(request);
    return handler(request);
  }, SETTINGS);
  const sent = await engine.talk(...pieces);
  assertEquals(engine.failures, [], "internal error");
  const text = sent.replaceAll("HTTP/1.1 100 Continue\r\n\r\n", ""); // depends on the split
  const responses = checkResponses(text, engine.served.map(({ method }) => method));
  const refusals = engine.refused.filter((record) => record.status !== null).length;
  assertEquals(responses, engine.served.length + refusals, "one log record for each response");
  assert(engine.served.filter(({ path }) => path !== "*").length <= requests, "too many responses");
  assert(engine.served.every((record) => record.receivedBytes <= total(pieces)));
  return { text, requests, reasons: engine.refused.map((record) => record.reason) };
}

/**
 * Checks that every response is valid and framed by its length, and that a refusal is the last.
 * Returns their number.
 */
function checkResponses(text: string, methods: readonly string[]): number {
  let rest = text;
  let i = 0;
  for (; rest !== ""; i++) {
    const end = rest.indexOf("\r\n\r\n");
    assert(end > 0, `no head: ${rest.slice(0, 80)}`);
    const head = rest.slice(0, end + 2);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    assert(status >= 200 && status <= 599, head);
    const length = Number(/\r\nContent-Length: (\d+)\r\n/.exec(head)?.[1]);
    const isRefused = i >= methods.length;
    assert(isRefused || status === 200, "a served response is the handler's");
    const isHead = isRefused ? rest.length === end + 4 : methods[i] === "HEAD";
    rest = rest.slice(end + 4 + (isHead ? 0 : length));
    if (isRefused || head.includes("\r\nConnection: close\r\n")) assertEquals(rest, "");
  }
  return i;
}

/** Checks what a site may rely on. */
function checkRequest(request: HttpRequest): void {
  const { path, host, method, query, rawPath } = request;
  assert(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,255}$/.test(method), method);
  assert(path.startsWith("/") && !/[\p{Cc}\\]/u.test(path), path);
  assert(!path.split("/").some((segment) => segment === "." || segment === ".."), path);
  assert(/^[!-~]+$/.test(rawPath) && (query === null || /^[!-~]*$/.test(query)), rawPath);
  assert(/^(?:[a-z0-9._~-]*|\[[0-9a-f:.]+\])$/.test(host), host);
  for (const [name, value] of request.headers()) {
    assert(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name), name);
    assert(/^(?![ \t])[\t\x20-\x7e\x80-\xff]*$/.test(value) && !/[ \t]$/.test(value), value);
  }
}

const ignoring: Handler = () => HELLO;

const halfReading: Handler = async (request) => {
  await request.body.read();
  return HELLO;
};

function total(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

export const requests = target("requests", hostileBytes, () => ({ check }));
