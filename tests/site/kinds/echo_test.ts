import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { SiteRecord } from "../../../mod/config/document/document.ts";
import { echo } from "../../../mod/site/kinds/echo.ts";
import type { SiteContext } from "../../../mod/site/kinds/site_context.ts";
import { bodyBytes, bodyText, fakeRequest, field, responseOf } from "../../support/request.ts";

const SITE: SiteRecord = {
  id: 7,
  name: "probe",
  bindings: [":8080:"],
  secureBindings: [],
  autoStart: true,
  content: { kind: "echo" },
};
const { handler: makeHandler } = await echo.load();
const handler = makeHandler({ kind: "echo" }, SITE, {} as SiteContext);

Deno.test("echoHandler() shows as text where a request arrived, and its fields", async () => {
  const response = await responseOf(handler(fakeRequest({
    path: "/a b",
    rawPath: "/a%20b",
    query: "x=1",
    host: "localhost",
    headers: [["Host", "localhost"], ["X-One", "1"], ["X-One", "2"]],
  })));
  const text = await bodyText(response);
  for (
    const line of [
      "site: probe",
      "siteId: 7",
      "local: 127.0.0.2:8080",
      "remote: 127.0.0.1:50000",
      "host: localhost",
      "path: /a%20b",
      "query: x=1",
      "X-One: 1\nX-One: 2",
    ]
  ) assertStringIncludes(text, `${line}\n`);
  assertEquals(field(response, "x-content-type-options"), "nosniff");
});

Deno.test("echoHandler() shows the same as JSON", async () => {
  const headers = [["Accept", "application/json"]] as const;
  const response = await responseOf(handler(fakeRequest({ headers })));
  const shown = JSON.parse(await bodyText(response));
  assertEquals(shown.local, "127.0.0.2:8080");
  assertEquals(shown.siteId, 7);
  assertEquals(shown.headers, [["Accept", "application/json"]]);
});

Deno.test("echoHandler() shows the name of the site to clients on this machine alone", async () => {
  const remote = { ip: "10.0.0.9" as Ip, port: 50000 };
  for (const headers of [[], [["Accept", "application/json"]]] as const) {
    const text = await bodyText(await responseOf(handler(fakeRequest({ headers, remote }))));
    assertStringIncludes(text, "127.0.0.2:8080");
    assertEquals(/probe|site/.test(text), false, text);
  }
});

Deno.test("echoHandler() returns a body of any size as it was received", async () => {
  for (const pieces of [0, 1, 3, 40]) {
    const body = Array.from({ length: pieces }, (_, i) => new Uint8Array(64 * 1024).fill(i + 1));
    const response = await responseOf(handler(fakeRequest({ method: "POST", body })));
    const back = await bodyBytes(response);
    const sent = new Uint8Array(await new Blob(body).arrayBuffer());
    assertEquals(equals(back, sent), true, `${pieces}`);
    if (response.body !== null && !(response.body instanceof Uint8Array)) {
      assertEquals(response.body.length, back.length); // a declared length stays declared
    }
  }
});

Deno.test("echoHandler() never returns a body with a type that a browser executes", async () => {
  const cases: [sent: string | null, want: string][] = [
    ["text/plain", "text/plain"],
    ["application/json; charset=utf-8", "application/json; charset=utf-8"],
    ["text/html", "application/octet-stream"],
    ["text/plainish", "application/octet-stream"],
    ["image/svg+xml", "application/octet-stream"],
    ["application/json;\u0100", "application/octet-stream"],
    [null, "application/octet-stream"],
  ];
  for (const [sent, want] of cases) {
    const headers = sent === null ? [] : [["Content-Type", sent] as const];
    const body = [new Uint8Array(1)];
    const response = await responseOf(handler(fakeRequest({ method: "POST", headers, body })));
    assertEquals(field(response, "content-type"), want, `${sent}`);
  }
});

/** Compares without building a difference of megabytes. */
function equals(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
