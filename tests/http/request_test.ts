// Goal: a site sees the request that was sent, and reads fields by name. Method: heads in memory.
import { assertEquals } from "@std/assert";
import { DEFAULT_SETTINGS } from "../../mod/config/document/settings.ts";
import { Exchange } from "../../mod/http/request.ts";
import { engineOf } from "../support/engine.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

function exchangeOf(text: string, isTls = false): [Exchange, string | null] {
  const bytes = latin1Bytes(`??${text}`);
  const exchange = new Exchange();
  exchange.bytes = bytes;
  exchange.base = 2;
  exchange.isTls = isTls;
  assertEquals(exchange.head.scan(bytes, 2, bytes.length, DEFAULT_SETTINGS), "done");
  return [exchange, exchange.parse(engineOf())];
}

Deno.test("Exchange.parse() separates the parts of the head", () => {
  const [exchange, fault] = exchangeOf(
    "PUT /a/../b%41?q HTTP/1.0\r\nHost: A.Example.:8080\r\n\r\n",
  );
  const { method, path, rawPath, query, minor, host, siteId } = exchange;
  assertEquals(fault, null);
  assertEquals(
    { method, path, rawPath, query, minor, host, siteId },
    {
      method: "PUT",
      path: "/bA",
      rawPath: "/a/../b%41",
      query: "q",
      minor: 0,
      host: "a.example",
      siteId: null,
    },
  );
  assertEquals(exchange.targetText(), "/a/../b%41?q");
  assertEquals(exchange.versionText(), "HTTP/1.0");
});

Deno.test("Exchange.parse() requires a Host field in HTTP/1.1, and a valid one in any", () => {
  const cases: [text: string, host: string | null][] = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "a"],
    ["GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", "b"],
    ["GET / HTTP/1.0\r\n\r\n", ""],
    ["GET / HTTP/1.1\r\n\r\n", null],
    ["GET http://b/ HTTP/1.1\r\n\r\n", null],
    ["GET http://b/ HTTP/1.1\r\nHost: a/b\r\n\r\n", null],
    ["GET / HTTP/1.1\r\nHost:\r\n\r\n", null],
    ["GET / HTTP/1.0\r\nHost: a b\r\n\r\n", null],
  ];
  for (const [text, host] of cases) {
    const [exchange, fault] = exchangeOf(text);
    assertEquals(fault, host === null ? "Hostname" : null, text);
    if (host !== null) assertEquals(exchange.host, host, text);
  }
});

Deno.test("Exchange.parse() requires an absolute target to have the connection's scheme", () => {
  for (
    const [scheme, isTls, fault] of [
      ["http", false, null],
      ["https", true, null],
      ["http", true, "URL"],
      ["https", false, "URL"],
    ] as const
  ) {
    assertEquals(exchangeOf(`GET ${scheme}://a/ HTTP/1.1\r\nHost: a\r\n\r\n`, isTls)[1], fault);
  }
});

Deno.test("Exchange.parse() does not use a cached target for another method", () => {
  const shared = engineOf();
  const faults = ["OPTIONS", "GET"].map((method) => {
    const bytes = latin1Bytes(`${method} * HTTP/1.1\r\nHost: a\r\n\r\n`);
    const exchange = new Exchange();
    exchange.bytes = bytes;
    exchange.head.scan(bytes, 0, bytes.length, DEFAULT_SETTINGS);
    return exchange.parse(shared);
  });
  assertEquals(faults, [null, "URL"]);
});

Deno.test("Exchange.header() joins lines of one name, headers() returns every line", () => {
  const [exchange] = exchangeOf(
    "GET / HTTP/1.1\r\nHost: a\r\nX-List: 1\r\nx-LIST:  2 \r\nEmpty:\r\nX: caf\xe9\r\n\r\n",
  );
  assertEquals(exchange.header("x-list"), "1, 2");
  assertEquals(exchange.header("empty"), "");
  assertEquals(exchange.header("x"), "caf\xe9");
  assertEquals(exchange.header("y"), null);
  assertEquals(exchange.headers(), [
    ["Host", "a"],
    ["X-List", "1"],
    ["x-LIST", "2"],
    ["Empty", ""],
    ["X", "caf\xe9"],
  ]);
});

Deno.test("Exchange has no body if none is declared", async () => {
  const [exchange] = exchangeOf("GET / HTTP/1.0\r\n\r\n");
  exchange.body.bytesMax = 5;
  assertEquals([exchange.body.exists, exchange.body.length], [false, null]);
  assertEquals(await exchange.body.read(), null);
});

Deno.test("Exchange.parse() parses a target by its method, whatever came before", () => {
  const shared = engineOf();
  const pathOf = (method: string, target: string): string => {
    const bytes = latin1Bytes(`${method} ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const exchange = new Exchange();
    exchange.bytes = bytes;
    assertEquals(exchange.head.scan(bytes, 0, bytes.length, DEFAULT_SETTINGS), "done");
    return exchange.parse(shared) ?? exchange.path;
  };
  for (let round = 0; round < 2; round++) {
    assertEquals(pathOf("GET", "http://a"), "/");
    assertEquals(pathOf("OPTIONS", "http://a"), "*"); // RFC 9112 3.2.4
    assertEquals(pathOf("OPTIONS", "*"), "*");
    assertEquals(pathOf("GET", "*"), "URL");
    assertEquals(pathOf("OPTIONS", "http://a/"), "/");
  }
});
