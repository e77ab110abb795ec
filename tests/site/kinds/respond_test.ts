import { assertEquals, assertStrictEquals } from "@std/assert";
import { respondHandler } from "../../../mod/site/kinds/respond.ts";
import { bodyText, fakeRequest, field, responseOf } from "../../support/request.ts";

Deno.test("respondHandler() returns the same response for every method", async () => {
  const handler = respondHandler({ text: "grüß", status: 503 });
  const first = await responseOf(handler(fakeRequest()));
  assertEquals(first.status, 503);
  assertEquals(await bodyText(first), "grüß");
  assertEquals(field(first, "content-type"), "text/plain; charset=utf-8");
  for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PROPFIND"]) {
    assertStrictEquals(handler(fakeRequest({ method, path: "/any/where" })), first, method);
  }
});

Deno.test("respondHandler() reads the body to its end before it responds", async () => {
  const request = fakeRequest({ method: "POST", body: [new Uint8Array(3), new Uint8Array(4)] });
  assertEquals((await responseOf(respondHandler({ text: "ok" })(request))).status, 200);
  assertEquals(request.bodyReads, 3); // two pieces and the end
});

Deno.test("respondHandler() sends no content with 204 and 304", async () => {
  for (const status of [204, 304]) {
    const response = await responseOf(
      respondHandler({ text: "never seen", status })(fakeRequest()),
    );
    assertEquals(response, { status, headers: [], body: null });
  }
});
