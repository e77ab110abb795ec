// Goal: the live page is whole without script, can only be read, and only by those whom it is for.
// Method: requests to the handler alone.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { HttpResponse } from "../../../mod/base/exchange.ts";
import type { DashboardView } from "../../../mod/site/about/dashboard_view.ts";
import { ASSETS } from "../../../mod/site/dashboard/assets.ts";
import { dashboardHandler } from "../../../mod/site/dashboard/dashboard_handler.ts";
import { Dashboards } from "../../../mod/site/dashboard/dashboards.ts";
import { addressRow, FLEET, testDashboards, VIEW } from "../../support/about/dashboard.ts";
import {
  bodyText,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";
import { limitOf } from "../../support/workers/limits.ts";

const HOSTILE = `"><script>alert(1)</script>&amp;'`;

async function get(
  path: string,
  request: FakeRequest = {},
  { view = VIEW, applicationPath = "/", bindings = [":9181:"] }: {
    readonly view?: DashboardView;
    readonly applicationPath?: string;
    readonly bindings?: readonly string[];
  } = {},
): Promise<HttpResponse> {
  const site = { bindings, secureBindings: [] };
  const handler = dashboardHandler(testDashboards(view).of("page"), { site, applicationPath });
  return await responseOf(handler(fakeRequest({ path, ...request })));
}

Deno.test("the page has everything without script, and every text is escaped", async () => {
  const view: DashboardView = {
    ...VIEW,
    service: { ...VIEW.service, host: HOSTILE, user: HOSTILE },
    attention: [{ key: "a", level: "problem", about: HOSTILE, text: HOSTILE, hint: HOSTILE }],
    attentionCounts: { problem: 1, warning: 0 },
    addresses: [addressRow("10.0.0.1:80", { state: "refused", cause: HOSTILE })],
    addressCounts: { open: 0, wait: 0, refused: 1, draining: 0 },
    certificates: [{
      key: "MY/www",
      names: [HOSTILE],
      usedBy: ["0.0.0.0:443"],
      notAfter: "2026-12-01T00:00:00.000Z",
      daysLeft: 3,
      source: "file",
      problem: null,
    }],
  };
  const page = await bodyText(await get("/", {}, { view }));
  assertEquals(page.includes("<script>alert"), false);
  assertEquals(
    /\son\w+=|\sstyle=|<style|javascript:/.exec(page),
    null,
    "no inline script or style",
  );
  const wanted = [
    "<h1>",
    "1 problem",
    '<th scope="row">10.0.0.1:80</th>',
    '<span class="state bad">refused</span>',
    "3 days",
    "<caption",
    "12.5/s",
    "20 ms",
    "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;",
    "<dt><code>httpcfg_requests_total</code></dt><dd>Responses &lt;by site&gt;.</dd>",
  ];
  for (const text of wanted) assertStringIncludes(page, text);
  const tables = page.match(/<table/g)!.length;
  assertEquals(page.match(/<caption/g)!.length, tables, "every table has a caption");
});

Deno.test("a member of a fleet has a section of it without script, and in the JSON", async () => {
  const fleet = {
    ...FLEET,
    ...{ name: HOSTILE, outcome: "refused" as const, wanted: 8, head: 9, store: HOSTILE },
    ...{ isStoreUp: false, reason: HOSTILE, problems: [HOSTILE], hint: HOSTILE },
    ...{ overrides: [HOSTILE], counts: { problems: 1, overrides: 60 } },
  };
  const page = await bodyText(await get("/", {}, { view: { ...VIEW, fleet } }));
  assertEquals(page.includes("<script>alert"), false);
  const wanted = [
    '<section id="fleet" aria-labelledby="fleet-title"><h2',
    '<dd data-fact="wanted"><span>8</span></dd>',
    '<span class="state bad">refused</span>',
    '<span class="state bad">down</span>',
    "<li>and 59 more</li>",
  ];
  for (const text of wanted) assertStringIncludes(page, text);
  const alone = await bodyText(await get("/"));
  assertStringIncludes(alone, '<section id="fleet" aria-labelledby="fleet-title" hidden>');
  const state = async (view: DashboardView): Promise<unknown> => {
    return JSON.parse(await bodyText(await get("/state.json", {}, { view }))).fleet;
  };
  assertEquals(await state({ ...VIEW, fleet }), fleet);
  assertEquals(await state(VIEW), null);
});

Deno.test("of a long table a part is on a page, and links lead to the others", async () => {
  const addresses = Array.from(
    { length: 450 },
    (_, i) => addressRow(`10.0.${i >> 8}.${i & 255}:80`),
  );
  const view = { ...VIEW, addresses };
  const rowsAt = async (query: string | null): Promise<[number, string[]]> => {
    const page = await bodyText(await get("/", { query }, { view }));
    const links = [...page.matchAll(/href="(\?addresses=[^"]*)"/g)].map((match) => match[1]!);
    return [page.match(/<th scope="row">10\./g)!.length, links];
  };
  assertEquals(await rowsAt(null), [200, ["?addresses=201#addresses"]]);
  assertEquals(await rowsAt("addresses=201"), [200, [
    "?addresses=1#addresses",
    "?addresses=401#addresses",
  ]]);
  assertEquals(await rowsAt("addresses=401"), [50, ["?addresses=201#addresses"]]);
  assertEquals((await rowsAt("addresses=9999"))[0], 1);
  assertEquals((await rowsAt("addresses=-5<script>"))[0], 200);
});

Deno.test("its resources are all there, and refer to no others", async () => {
  const page = await bodyText(await get("/"));
  const named = [...page.matchAll(/(?:src|href)="([\w.]+)"/g)].map((match) => match[1]!);
  for (const { text } of ASSETS.values()) {
    named.push(
      ...[...text.matchAll(/^(?:import|\} from) .*?"\.\/([\w.]+)";$/gm)].map((one) => one[1]!),
    );
  }
  assert(named.length > 10);
  for (const name of new Set(named)) {
    const response = await get(`/${name}`);
    assertEquals(response.status, 200, name);
    assertEquals(field(response, "x-content-type-options"), "nosniff");
    assert((await bodyText(response)).length > 0, name);
  }
  const uplot = await bodyText(await get("/uplot.js"));
  assertStringIncludes(uplot, "Permission is hereby granted");
  assertEquals((await get("/nothing.js")).status, 404);
  assertEquals((await get("/dom.js/")).status, 404);
});

Deno.test("the JSON is the view, and every response says that nobody may keep or embed it", async () => {
  const response = await get("/state.json");
  assertEquals(JSON.parse(await bodyText(response)), VIEW);
  for (const path of ["/", "/state.json", "/page.js", "/page.css", "/events"]) {
    const { headers } = await get(path);
    const fields = Object.fromEntries(headers);
    assertEquals(fields["Cache-Control"], "no-store", path);
    assertEquals(fields["Cross-Origin-Resource-Policy"], "same-origin", path);
    assertEquals(fields["Referrer-Policy"], "no-referrer", path);
    const policy = String(fields["Content-Security-Policy"]);
    assertStringIncludes(policy, "default-src 'none'; script-src 'self'; style-src 'self'");
    assertStringIncludes(policy, "frame-ancestors 'none'");
    assertEquals(policy.includes("unsafe"), false);
  }
});

Deno.test("only requests that read are answered, HEAD without a stream", async () => {
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const response = await get("/", { method });
    assertEquals([response.status, field(response, "allow")], [405, "GET, HEAD, OPTIONS"], method);
  }
  const head = await get("/events", { method: "HEAD" });
  assertEquals([head.status, head.body, field(head, "content-type")], [
    200,
    null,
    "text/event-stream",
  ]);
});

Deno.test("a host that is no address has to be bound (DNS rebinding)", async () => {
  const bindings = [":9181:", "10.0.0.5:9181:status.example.com", ":9181:*.in.example"];
  const cases: [host: string, status: number][] = [
    ["127.0.0.1", 200],
    ["[::1]", 200],
    ["10.0.0.5", 200],
    ["localhost", 200],
    ["page.localhost", 200],
    ["status.example.com", 200],
    ["a.in.example", 200],
    ["evil.example", 403],
    ["status.example.com.evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["in.example", 403],
    ["", 403],
  ];
  for (const [host, status] of cases) {
    for (const path of ["/", "/state.json", "/events", "/page.js"]) {
      assertEquals((await get(path, { host }, { bindings })).status, status, `${host}${path}`);
    }
  }
});

Deno.test("another site may link to the page, and load nothing of it", async () => {
  const from = (site: string, mode: string, dest: string): FakeRequest["headers"] => [
    ["Sec-Fetch-Site", site],
    ["Sec-Fetch-Mode", mode],
    ["Sec-Fetch-Dest", dest],
  ];
  const host = ["Host", "127.0.0.1:9181"] as const;
  const cases: [path: string, headers: FakeRequest["headers"], status: number][] = [
    ["/", from("none", "navigate", "document"), 200],
    ["/", from("cross-site", "navigate", "document"), 200],
    ["/", from("cross-site", "navigate", "iframe"), 403],
    ["/", from("cross-site", "no-cors", "image"), 403],
    ["/state.json", from("cross-site", "navigate", "document"), 403],
    ["/state.json", from("same-site", "cors", "empty"), 403],
    ["/events", from("same-origin", "cors", "empty"), 200],
    ["/events", from("cross-site", "cors", "empty"), 403],
    ["/page.js", from("cross-site", "no-cors", "script"), 403],
    ["/state.json", [host, ["Origin", "http://127.0.0.1:9181"]], 200],
    ["/state.json", [host, ["Origin", "http://127.0.0.1:80"]], 403],
    ["/state.json", [host, ["Origin", "http://evil.example"]], 403],
    ["/state.json", [host, ["Origin", "null"]], 403],
  ];
  for (const [path, headers, status] of cases) {
    const response = await get(path, { host: "127.0.0.1", headers: headers ?? [] });
    assertEquals(response.status, status, `${path} ${JSON.stringify(headers)}`);
  }
});

Deno.test("below the path of an application everything is found, and its slash is added", async () => {
  const place = { applicationPath: "/ops/status/" };
  assertEquals((await get("/ops/status/", {}, place)).status, 200);
  assertEquals((await get("/OPS/Status/page.js", {}, place)).status, 200);
  const response = await get("/ops/status", { query: "a=1" }, place);
  assertEquals([response.status, field(response, "location")], [308, "/ops/status/?a=1"]);
  const other = await get("/ops/status", { rawPath: "//evil.example/..", query: null }, place);
  assertEquals(field(other, "location"), "/evil.example/../");
});

Deno.test("beyond the number of viewers there is a 503", async () => {
  const pages = new Dashboards({ source: () => Promise.resolve(VIEW), viewers: limitOf(1) });
  const site = { bindings: [":9181:"], secureBindings: [] };
  const handler = dashboardHandler(pages.of("page"), { site, applicationPath: "/" });
  const open = async (): Promise<HttpResponse> => {
    return await responseOf(handler(fakeRequest({ path: "/events" })));
  };
  const first = await open();
  assertEquals([first.status, (await open()).status], [200, 503]);
  assert(first.body !== null && !(first.body instanceof Uint8Array));
  first.body.close();
  const again = await open();
  assertEquals(again.status, 200);
  assert(again.body !== null && !(again.body instanceof Uint8Array));
  again.body.close();
});
