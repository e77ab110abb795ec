import { assertEquals } from "@std/assert";
import { redirectResponse } from "../../../mod/site/pages/redirect_response.ts";
import { bodyText, field } from "../../support/request.ts";

Deno.test("redirectResponse() has the location, and a line for who does not follow it", async () => {
  const response = redirectResponse(308, "/a%20b/?x");
  assertEquals([response.status, field(response, "location")], [308, "/a%20b/?x"]);
  assertEquals(await bodyText(response), "308 Permanent Redirect\n");
});
