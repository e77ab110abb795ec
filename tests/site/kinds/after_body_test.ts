import { assertEquals, assertStrictEquals } from "@std/assert";
import { afterBody } from "../../../mod/site/kinds/after_body.ts";
import { fakeRequest } from "../../support/request.ts";

const RESPONSE = { status: 200, headers: [], body: null };

Deno.test("afterBody() returns its response at once, or after the content was read", async () => {
  assertStrictEquals(afterBody(fakeRequest(), RESPONSE), RESPONSE);
  const request = fakeRequest({ method: "POST", body: [new Uint8Array(3), new Uint8Array(4)] });
  assertStrictEquals(await afterBody(request, RESPONSE), RESPONSE);
  assertEquals(request.bodyReads, 3); // two pieces and the end
});
