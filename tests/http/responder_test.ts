// Goal: every request gets the required response, and a line in the right log. Method: in memory.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELLO, statuses, TestEngine } from "../support/engine.ts";

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

Deno.test("HttpServer refuses what it does not serve", async () => {
  const cases: [request: string, status: number, reason: string][] = [
    ["FOO / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
    ["get / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "N/I"],
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
