import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { ListeningView } from "../../../mod/site/about/listening_view.ts";
import { welcomeHandler } from "../../../mod/site/pages/welcome_page.ts";
import {
  bodyText,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";

const VIEW: ListeningView = {
  version: "1.2.3",
  ipListen: ["127.0.0.2"],
  endpoints: [
    { endpoint: "127.0.0.2:8080", state: "open", reason: null },
    { endpoint: "127.0.0.3:8080", state: "refused", reason: "held by <nginx>" },
  ],
  sites: [{ id: 1, name: "A & B", state: "started", bindings: [":8080:"], reason: null }],
};

const REPLACE = "httpcfg site set W3SVC/7 --root DIR";
const JSON_WANTED = ["Accept", "application/json"] as const;

Deno.test("the welcome page shows a local client addresses, ports, sites and the list, escaped", async () => {
  const page = await textFor({});
  for (
    const text of [
      "127.0.0.2:8080",
      ">open<",
      "held by &lt;nginx&gt;",
      "A &amp; B",
      ":8080:",
      "httpcfg 1.2.3",
      REPLACE,
    ]
  ) assertStringIncludes(page, text);
  assertEquals(page.includes("<nginx>"), false);
  assertStringIncludes(
    await textFor({}, { ...VIEW, ipListen: [] }),
    "listens on every address",
  );
});

Deno.test("welcomeHandler() is live, and serves GET, HEAD and OPTIONS of the root", async () => {
  let version = "1";
  const handler = welcomeHandler(REPLACE, () => ({ ...VIEW, version }));
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
  assertStringIncludes(await bodyText(await responseOf(handler(fakeRequest()))), "httpcfg 2<");
});

Deno.test("welcomeHandler() sends JSON to a client that asks for it", async () => {
  const response = await responseOf(
    welcomeHandler(REPLACE, () => VIEW)(fakeRequest({ headers: [JSON_WANTED] })),
  );
  assertEquals(field(response, "content-type"), "application/json");
  const { version: program, ...rest } = VIEW;
  assertEquals(JSON.parse(await bodyText(response)), { version: 1, program, ...rest });
});

Deno.test("welcomeHandler() tells nothing to a client that is not local, in either form", async () => {
  const others: FakeRequest[] = [
    { remote: { ip: "10.0.0.9" as Ip, port: 50000 } },
    { host: "evil.example" },
    { headers: [["X-Forwarded-For", "10.0.0.9"]] },
    { minor: 0 },
  ];
  const handler = welcomeHandler(REPLACE, () => {
    throw new Error("the view is not even made");
  });
  for (const other of others) {
    for (const more of [[], [JSON_WANTED]]) {
      const request = fakeRequest({ ...other, headers: [...other.headers ?? [], ...more] });
      const response = await responseOf(handler(request));
      assertEquals(response.status, 200);
      const all = `${await bodyText(response)}${response.headers.join()}`;
      const told = /httpcfg|W3SVC|8080|127\.0\.0|1\.2\.3|A &|version|\/srv/i.exec(all);
      assertEquals(told, null, all);
      assertEquals(field(response, "cache-control"), "no-store");
      assertStrictEquals(await handler(request), response); // so its bytes stay prepared
    }
  }
});

Deno.test("no cache may keep what a local client sees", async () => {
  const response = await responseOf(welcomeHandler(REPLACE, () => VIEW)(fakeRequest()));
  assertEquals(field(response, "cache-control"), "no-store");
  assert(field(response, "content-security-policy")!.includes("frame-ancestors 'none'"));
});

async function textFor(request: FakeRequest, view: ListeningView = VIEW): Promise<string> {
  return await bodyText(
    await responseOf(welcomeHandler(REPLACE, () => view)(fakeRequest(request))),
  );
}
