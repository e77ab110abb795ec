import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ListeningView } from "../../../mod/site/kinds/site_context.ts";
import { welcomeHandler, welcomePage } from "../../../mod/site/kinds/welcome.ts";
import { bodyText, fakeRequest, field, responseOf } from "../../support/request.ts";

const VIEW: ListeningView = {
  version: "1.2.3",
  ipListen: ["127.0.0.2"],
  endpoints: [
    { endpoint: "127.0.0.2:8080", state: "open", reason: null },
    { endpoint: "127.0.0.3:8080", state: "refused", reason: "held by <nginx>" },
  ],
  sites: [{ id: 1, name: "A & B", state: "started", bindings: [":8080:"], reason: null }],
};

Deno.test("welcomePage() shows addresses, ports, sites and the list, escaped", () => {
  const page = welcomePage(VIEW);
  for (const text of ["127.0.0.2:8080", "open", "held by &lt;nginx&gt;", "A &amp; B", ":8080:"]) {
    assertStringIncludes(page, text);
  }
  assertEquals(page.includes("<nginx>"), false);
  assertStringIncludes(welcomePage({ ...VIEW, ipListen: [] }), "listens on every address");
});

Deno.test("welcomeHandler() is live, and serves GET, HEAD and OPTIONS of the root", async () => {
  let version = "1";
  const handler = welcomeHandler(() => ({ ...VIEW, version }));
  const cases: [method: string, path: string, want: number][] = [
    ["GET", "/", 200],
    ["HEAD", "/", 200],
    ["OPTIONS", "*", 200],
    ["POST", "/", 405],
    ["GET", "/favicon.ico", 404],
  ];
  for (const [method, path, want] of cases) {
    const { status } = await responseOf(handler(fakeRequest({ method, path })));
    assertEquals(status, want, `${method} ${path}`);
  }
  version = "2";
  assertStringIncludes(
    await bodyText(await responseOf(handler(fakeRequest()))),
    "<footer>httpcfg 2</footer>",
  );
});

Deno.test("welcomeHandler() sends JSON to a client that asks for it", async () => {
  const headers = [["Accept", "application/json"]] as const;
  const response = await responseOf(welcomeHandler(() => VIEW)(fakeRequest({ headers })));
  assertEquals(field(response, "content-type"), "application/json");
  const { version: program, ...rest } = VIEW;
  assertEquals(JSON.parse(await bodyText(response)), { version: 1, program, ...rest });
});
