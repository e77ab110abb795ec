// Goal: each request has one identifier, in every response, and nobody but a trusted proxy chooses
// it. Method: tables, and the engine in memory.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Handler } from "../../../mod/base/exchange.ts";
import { madeId, takenOver } from "../../../mod/http/origin/request_id.ts";
import { HELLO, TestEngine } from "../../support/engine.ts";

const MADE = /^[0-9a-f]{32}$/;
const GET = "GET / HTTP/1.1\r\nHost: a\r\n";

/** The values of X-Request-ID in what was received. */
function idsIn(text: string): string[] {
  return [...text.matchAll(/^X-Request-ID: (.*)\r$/gim)].map(([, id]) => id!);
}

Deno.test("madeId() makes identifiers that differ, and that show no order", () => {
  const ids = Array.from({ length: 10_000 }, madeId);
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) assertMatch(id, MADE);
  assert(ids.some((id, i) => i > 0 && id < ids[i - 1]!));
});

Deno.test("takenOver() takes what is harmless in a log, and nothing else", () => {
  const harmless = ["a", "A-Z_0.9~:@+/=", "1".repeat(128), "7b6d9d5e-0c55-4f58-a5a5-6a5f3b1c9f10"];
  for (const id of harmless) assertEquals(takenOver(id), id);
  const others = [
    null,
    "",
    "1".repeat(129),
    "a b",
    "a,b",
    'a"b',
    "a;b",
    "a\tb",
    "\xe9",
    "a%0ab",
    "<a>",
  ];
  for (const id of others) assertMatch(takenOver(id), MADE, `${id}`);
});

Deno.test("a request has no identifier unless a setting says so", async () => {
  const seen: (string | null)[] = [];
  const engine = new TestEngine(({ id }) => {
    seen.push(id);
    return HELLO;
  });
  assertEquals(idsIn(await engine.talk(`${GET}X-Request-ID: 1\r\n\r\n`)), []);
  assertEquals(seen, [null]);
});

Deno.test("each response on a connection has the identifier of its request", async () => {
  const seen: (string | null)[] = [];
  const engine = new TestEngine(({ id }) => {
    seen.push(id);
    return HELLO; // the same object, whose bytes would be prepared
  }, { EnableRequestIds: true });
  const text = await engine.talk(`${GET}X-Request-ID: mine\r\n\r\n`.repeat(20));
  assertEquals(idsIn(text), seen as string[]);
  assertEquals(new Set(seen).size, 20);
  for (const id of seen) assertMatch(id!, MADE);
});

Deno.test("every kind of response has the identifier, once", async () => {
  const chunked: Handler = () => {
    const pieces = [new Uint8Array([0x61]), null];
    return {
      status: 200,
      headers: [["X-Request-Id", "handler"]],
      body: { length: null, pull: () => Promise.resolve(pieces.shift()!), close: () => {} },
    };
  };
  const page = {
    status: 404,
    headers: [["x-request-id", "page"]],
    body: new Uint8Array(2),
  } as const;
  const cases: [what: string, request: string, handler: Handler, page?: typeof page][] = [
    ["chunked", `${GET}\r\n`, chunked],
    ["HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", () => HELLO],
    ["OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", () => HELLO],
    ["later", `${GET}\r\n`, () => Promise.resolve(HELLO)],
    ["body", `${GET}Content-Length: 1\r\n\r\na`, () => HELLO],
    ["refused", `${GET}\r\n`, () => ({ refuse: "NotFound" })],
    ["page", `${GET}\r\n`, () => ({ refuse: "NotFound" }), page],
    ["bug", `${GET}\r\n`, () => Promise.reject(new Error("bug"))],
    ["no host", "GET / HTTP/1.1\r\n\r\n", () => HELLO],
    ["nonsense", "nonsense\r\n\r\n", () => HELLO],
  ];
  for (const [what, request, handler, own] of cases) {
    const engine = new TestEngine(handler, { EnableRequestIds: true }, () => own ?? null);
    const ids = idsIn(await engine.talk(request));
    assertEquals(ids.length, 1, what);
    assertMatch(ids[0]!, MADE, what);
  }
});

Deno.test("a trusted proxy names the request, and nobody else", async () => {
  const settings = { EnableRequestIds: true, TrustedProxies: ["127.0.0.1"] };
  const cases: [fields: string, isTaken: boolean][] = [
    ["X-Request-ID: theirs\r\n", true],
    ["x-request-id:theirs\r\nX-Forwarded-For: 6.6.6.6\r\n", true],
    ["X-Request-ID: theirs\r\nX-Request-ID: theirs\r\n", false],
    ["X-Request-ID: the irs\r\n", false],
    ["", false],
  ];
  for (const [fields, isTaken] of cases) {
    const text = await new TestEngine(() => HELLO, settings).talk(`${GET}${fields}\r\n`);
    assertEquals(idsIn(text)[0] === "theirs", isTaken, fields);
  }
  const other = new TestEngine(() => HELLO, { ...settings, TrustedProxies: ["127.0.0.9"] });
  assertMatch(idsIn(await other.talk(`${GET}X-Request-ID: theirs\r\n\r\n`))[0]!, MADE);
  // One that is refused for what it says of its client keeps its name.
  const refused = await new TestEngine(() => HELLO, settings)
    .talk(`${GET}X-Request-ID: theirs\r\nForwarded: for="\r\n\r\n`);
  assertStringIncludes(refused, "HTTP/1.1 400 ");
  assertEquals(idsIn(refused), ["theirs"]);
});
