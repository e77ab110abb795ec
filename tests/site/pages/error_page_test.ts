import { assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { errorPage, refusalPage } from "../../../mod/site/pages/error_page.ts";
import { bodyText, type FakeRequest, fakeRequest, field } from "../../support/request.ts";

const BROWSER = ["Accept", "text/html,application/xhtml+xml,*/*;q=0.8"] as const;
const API = ["Accept", "application/json"] as const;

Deno.test("errorPage() is a page for a browser, JSON for who asks for it, else short text", async () => {
  const cases: [headers: FakeRequest["headers"], type: string, body: string][] = [
    [[BROWSER], "text/html; charset=utf-8", '<h1><span class="dim">404</span> Not Found</h1>'],
    [[API], "application/problem+json", '{"title":"Not Found","status":404,"detail":"There'],
    [[], "text/plain; charset=utf-8", "404 Not Found\nThere is nothing at this address.\n"],
    [[["Accept", "*/*"]], "text/plain; charset=utf-8", "404 Not Found\n"],
  ];
  for (const [headers = [], type, body] of cases) {
    const page = errorPage("missing", fakeRequest({ headers }));
    assertEquals([page.status, field(page, "content-type")], [404, type]);
    assertStringIncludes(await bodyText(page), body);
    assertEquals(field(page, "vary"), "Accept");
    assertEquals(field(page, "x-content-type-options"), "nosniff");
  }
});

Deno.test("errorPage() returns the same object where nothing depends on the address", () => {
  const plain = fakeRequest();
  assertStrictEquals(
    errorPage("missing", plain),
    errorPage("missing", fakeRequest({ path: "/x" })),
  );
  const browser = fakeRequest({ headers: [BROWSER] });
  assertStrictEquals(errorPage("gateway", browser), errorPage("gateway", browser));
  const other = errorPage("method", plain, [["Allow", "GET"]]);
  assertEquals(field(other, "Allow"), "GET");
  assertEquals(field(errorPage("method", plain), "Allow"), null);
});

Deno.test("the page of a 404 shows the address that was asked for, whatever is in it", async () => {
  const pageAt = (path: string): Promise<string> => {
    return bodyText(errorPage("missing", fakeRequest({ path, headers: [BROWSER] })));
  };
  assertStringIncludes(
    await pageAt('/<script>alert("1")</script>'),
    "<code>/&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</code>",
  );
  assertStringIncludes(await pageAt("/a\u202egpj.exe\n"), "<code>/a?gpj.exe?</code>");
  assertStringIncludes(await pageAt(`/${"x".repeat(5000)}`), `${"x".repeat(299)}…</code>`);
  const links = async (path: string): Promise<string[]> => {
    return [...(await pageAt(path)).matchAll(/href="([^"]*)"/g)].map((match) => match[1]!);
  };
  assertEquals(await links("/x"), ["/"]);
  assertEquals(await links("/"), ["/"]);
  assertEquals(await links("/a/b"), ["./", "/"]);
  assertEquals(await links("/a/b/"), ["../", "/"]);
});

Deno.test("refusalPage() is for what HTTP.sys has no words for", async () => {
  const request = fakeRequest({ path: "/secret/", headers: [BROWSER] });
  for (const reason of ["N/A", "QueueFull", "NotFound", "Hostname", "BadRequest"] as const) {
    assertEquals(refusalPage(reason, request), null);
  }
  const statuses = [
    ["BadGateway", 502],
    ["GatewayTimeout", 504],
    ["FileChanged", 503],
    ["FileUnavailable", 503],
    ["Internal", 500],
  ] as const;
  for (const [reason, status] of statuses) {
    const page = refusalPage(reason, request)!;
    assertEquals(page.status, status);
    assertStringIncludes(await bodyText(page), `<span class="dim">${status}</span>`);
    assertEquals((await bodyText(page)).includes("secret"), false);
  }
});
