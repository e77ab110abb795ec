// Goal: navigations to nowhere get the page, and nothing else does. Method: a handler that knows two
// paths, and hostile requests.
import { assertEquals } from "@std/assert";
import type { Handler } from "../../../mod/base/exchange.ts";
import { errorPage } from "../../../mod/site/pages/error_page.ts";
import { withFallback } from "../../../mod/site/rules/fallback.ts";
import { bodyText, type FakeRequest, fakeRequest, responseOf } from "../../support/request.ts";

const files: Handler = (request) => {
  const { path } = request;
  const isThere = path === "/index.html" || path === "/app.js";
  if (!isThere) return Promise.resolve(errorPage("missing", request));
  return { status: 200, headers: [], body: new TextEncoder().encode(path) };
};

async function ask(request: FakeRequest, page = "/index.html"): Promise<string> {
  const response = await responseOf(withFallback(files, page)(fakeRequest(request)));
  return response.status === 200 ? await bodyText(response) : String(response.status);
}

Deno.test("withFallback() responds with the page to navigations alone", async () => {
  const html: FakeRequest["headers"] = [["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"]];
  const cases: readonly (readonly [FakeRequest, string])[] = [
    [{ path: "/app.js" }, "/app.js"],
    [{ path: "/users/7" }, "/index.html"],
    [{ path: "/users/" }, "/index.html"],
    [{ path: "/users/7", method: "HEAD" }, "/index.html"],
    [{ path: "/users/7", query: "a=.b" }, "/index.html"],
    [{ path: "/users/7", method: "POST" }, "404"],
    [{ path: "/users/7", method: "OPTIONS" }, "404"],
    [{ path: "/missing.js" }, "404"],
    [{ path: "/missing.js", headers: [["Accept", "*/*"]] }, "404"],
    [{ path: "/john.doe", headers: html }, "/index.html"],
    [{ path: "/.git/config" }, "404"],
    [{ path: "/.git/config", headers: html }, "404"],
    [{ path: "/a/../b\\c" }, "404"],
    [{ path: "/a\0b" }, "404"],
    [{ path: "/a\nb" }, "404"],
    [{ path: "*", method: "OPTIONS" }, "404"],
  ];
  for (const [request, want] of cases) {
    assertEquals(await ask(request), want, JSON.stringify(request));
  }
});

Deno.test("withFallback() ends with a page that is missing itself", async () => {
  assertEquals(await ask({ path: "/users" }, "/gone.html"), "404");
});

Deno.test("withFallback() leaves a 404 of the content alone", async () => {
  const own: Handler = () => ({ status: 404, headers: [], body: new Uint8Array(1) });
  const response = await responseOf(withFallback(own, "/index.html")(fakeRequest({ path: "/a" })));
  assertEquals(response.status, 404);
});

Deno.test("withFallback() passes everything else of the request on", async () => {
  const seen: unknown[] = [];
  const handler: Handler = (request) => {
    if (request.path !== "/index.html") return errorPage("missing", request);
    seen.push(request.header("x-a"), request.rawPath, request.query, request.peer, request.method);
    seen.push(request.headers(), request.body.exists, request.scheme, request.host);
    return { status: 200, headers: [], body: null };
  };
  const request = fakeRequest({ path: "/a", query: "b", headers: [["X-A", "1"]] });
  await withFallback(handler, "/index.html")(request);
  const { peer } = request;
  const want = ["1", "/a", "b", peer, "GET", [["X-A", "1"]], false, "http", "localhost"];
  assertEquals(seen, want);
});
