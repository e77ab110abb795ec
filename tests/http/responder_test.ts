// Goal: every request gets the required response, and a line in the right log. Method: in memory.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type BodySource, SourceRefusal } from "../../mod/base/exchange.ts";
import { HELLO, settle, statuses, TestEngine } from "../support/engine.ts";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

Deno.test("HttpServer refuses with the response of HTTP.sys and one log line", async () => {
  const engine = new TestEngine();
  const text = await engine.talk("GET / HTTP/1.1\r\n\r\n");
  assertStringIncludes(text, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=us-");
  assertStringIncludes(text, "Connection: close\r\nContent-Length: 334\r\n\r\n");
  assertStringIncludes(text, "<h2>Bad Request - Invalid Hostname</h2>");
  assertEquals(
    engine.refused,
    [{
      local: { ip: "127.0.0.2", port: 8080 },
      remote: { ip: "127.0.0.1", port: 50000 },
      version: "HTTP/1.1",
      method: "GET",
      target: "/",
      status: 400,
      siteId: null,
      reason: "Hostname",
    }] as unknown as typeof engine.refused,
  );
  assertEquals(engine.served, []);
});

Deno.test("HttpServer sends the page of the sites for a refusal, and closes", async () => {
  const page = { status: 502, headers: [["X-Page", "1"]], body: new Uint8Array([0x70]) } as const;
  const settings = { DisableServerHeader: 1 };
  const engine = new TestEngine(
    ({ path }) => ({ refuse: path === "/own" ? "BadGateway" : "NotFound" }),
    settings,
    (reason, { path }) => reason === "BadGateway" && path === "/own" ? page : null,
  );
  const own = (await engine.talk("GET /own HTTP/1.1\r\nHost: a\r\n\r\n")).replace(
    /Date: [^\r]*/,
    "Date",
  );
  assertEquals(
    own,
    "HTTP/1.1 502 Bad Gateway\r\nX-Page: 1\r\nDate\r\nConnection: close\r\nContent-Length: 1\r\n\r\np",
  );
  const head = await engine.talk("HEAD /own HTTP/1.1\r\nHost: a\r\n\r\n");
  assert(head.endsWith("Content-Length: 1\r\n\r\n"), head);
  assertStringIncludes(await engine.talk(GET), "HTTP Error 404. The requested resource");
  assertEquals(engine.refused.map(({ status }) => status), [502, 502, 404]);
});

Deno.test("HttpServer refuses what it does not serve", async () => {
  const cases: [request: string, status: number, reason: string][] = [
    [`${"F".repeat(256)} / HTTP/1.1\r\nHost: a\r\n\r\n`, 501, "N/I"],
    ["F@O / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Verb"],
    ["F\u00e4 / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Verb"],
    ["TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
    ["CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 501, "N/I"],
    ["CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "Version_N/S"],
    ["GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\n\r\n", 417, "Precondition"],
    ["GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
    ["GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "URL"],
  ];
  for (const [request, status, reason] of cases) {
    const engine = new TestEngine();
    assertEquals(statuses(await engine.talk(request)), [status], request);
    assertEquals(engine.refused.map((record) => record.reason), [reason], request);
  }
});

Deno.test("HttpServer passes any method to its handler, with a body, and keeps the connection", async () => {
  const seen: string[] = [];
  const engine = new TestEngine(async (request) => {
    let length = 0;
    for (let part = await request.body.read(); part !== null; part = await request.body.read()) {
      length += part.length;
    }
    seen.push(`${request.method} ${length}`);
    return { status: 200, headers: [], body: null };
  });
  const longest = "L".repeat(255);
  const requests = ["PURGE", "get", "M-SEARCH", "!#$%&'*+-.^_`|~", longest].map((method) => {
    return `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`;
  });
  const text = await engine.talk(`${requests.join("")}NOTIFY / HTTP/1.1\r\nHost: a\r\n\r\n`);
  assertEquals(statuses(text), [200, 200, 200, 200, 200, 200]);
  const [a, b, c, d] = ["PURGE 3", "get 3", "M-SEARCH 3", "!#$%&'*+-.^_`|~ 3"];
  assertEquals(seen, [a, b, c, d, `${longest} 3`, "NOTIFY 0"]);
});

Deno.test("HttpServer responds to OPTIONS * itself", async () => {
  const text = await new TestEngine().talk("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals(statuses(text), [200]);
  assertStringIncludes(text, "\r\nAllow: GET, HEAD, POST");
});

Deno.test("HttpServer responds with 500 if a handler fails, and continues", async () => {
  for (
    const handler of [() => {
      throw new Error("bug");
    }, () => Promise.reject(new Error("bug"))]
  ) {
    const engine = new TestEngine(handler);
    assertEquals(statuses(await engine.talk(GET)), [500]);
    assertEquals(engine.refused[0]?.reason, "Internal");
    assertEquals(engine.failures.length, 1);
    assertEquals(statuses(await engine.talk(GET)), [500]);
  }
});

/** A body of these pieces that then refuses. */
function refusing(pieces: readonly string[], onClose: () => void): BodySource {
  const rest = pieces.map((piece) => new TextEncoder().encode(piece));
  return {
    length: null,
    pull: () => {
      const piece = rest.shift();
      if (piece !== undefined) return Promise.resolve(piece);
      return Promise.reject(new SourceRefusal("BadGateway", { cause: new Error("nonsense") }));
    },
    close: onClose,
  };
}

Deno.test("HttpServer refuses for a source as long as nothing was sent", async () => {
  let closed = 0;
  const body = (): BodySource => refusing([], () => closed++);
  const engine = new TestEngine(() => ({ status: 200, headers: [], body: body() }));
  assertEquals(statuses(await engine.talk(GET)), [502]);
  assertEquals(engine.refused.map(({ reason, status }) => [reason, status]), [["BadGateway", 502]]);
  assertEquals([engine.failures, engine.served, closed], [[], [], 1]);
});

Deno.test("HttpServer cuts a response off if its source refuses later, and logs it", async () => {
  let closed = 0;
  const body = (): BodySource => refusing(["abc", "de"], () => closed++);
  const engine = new TestEngine(() => ({ status: 200, headers: [], body: body() }));
  const text = await engine.talk(GET + GET);
  assertEquals(text.slice(text.indexOf("\r\n\r\n")), "\r\n\r\n3\r\nabc\r\n2\r\nde\r\n");
  assertEquals(engine.refused.map(({ reason, status }) => [reason, status]), [[
    "BadGateway",
    null,
  ]]);
  assertEquals([engine.failures, engine.served.length, closed], [[], 1, 1]);
  assertEquals(engine.served[0]!.win32Status, 64);
});

Deno.test("HttpServer does not blame a source for a client that went away", async () => {
  const waiting = Promise.withResolvers<never>();
  const source: BodySource = {
    length: null,
    pull: () => waiting.promise,
    close: () => waiting.reject(new SourceRefusal("BadGateway")),
  };
  const engine = new TestEngine(() => ({ status: 200, headers: [], body: source }));
  const client = engine.connect();
  client.send(GET);
  await settle();
  await engine.server.drain(0);
  await engine.quiet();
  assertEquals(engine.refused.map(({ reason }) => reason), ["Connection_Dropped"]);
  assertEquals(engine.failures, []);
});

Deno.test("HttpServer closes the source of a response that it cannot send", async () => {
  let closed = 0;
  const engine = new TestEngine(async ({ body }) => {
    await body.read().catch(() => {});
    return { status: 200, headers: [], body: refusing(["a"], () => closed++) };
  });
  const chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
  assertEquals(statuses(await engine.talk(chunked)), [400]);
  assertEquals(closed, 1);
});

Deno.test("HttpServer sends no body for HEAD, 204 and 304, and frames them correctly", async () => {
  const cases: [method: string, status: number, want: RegExp][] = [
    ["HEAD", 200, /Content-Length: 5\r\n\r\n$/],
    ["GET", 204, /^(?!.*Content-Length)[^]*\r\n\r\n$/],
    ["GET", 304, /^(?!.*Content-Length)[^]*\r\n\r\n$/],
    ["GET", 200, /Content-Length: 5\r\n\r\nhello$/],
  ];
  for (const [method, status, want] of cases) {
    const engine = new TestEngine(() => ({ ...HELLO, status }));
    const text = await engine.talk(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`);
    assert(want.test(text), `${method} ${status}: ${text}`);
  }
});
