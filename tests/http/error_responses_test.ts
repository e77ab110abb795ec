// Goal: error responses are byte for byte those of HTTP.sys 2.0. Method: captured lengths, heads.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { errorBody, errorResponse, errorStatus } from "../../mod/http/error_responses.ts";

Deno.test("errorBody() has the length of the captured or documented page", () => {
  const cases = [
    ["Verb", 400, 326],
    ["URL", 400, 324],
    ["RequestLength", 400, 346],
    ["FieldLength", 400, 346],
    ["Hostname", 400, 334],
    ["LengthRequired", 411, 344],
    ["NotFound", 404, 315],
    ["N/A", 503, 326],
    ["Disabled", 503, 326],
    ["Header", 400, 339],
    ["BadRequest", 400, 311],
  ] as const;
  for (const [reason, status, length] of cases) {
    assertEquals([errorStatus(reason), errorBody(reason).length], [status, length], reason);
  }
});

Deno.test("errorResponse() has its fields in the order of HTTP.sys", () => {
  const text = (isHead: boolean, namesServer: boolean): string =>
    String.fromCharCode(...errorResponse("Verb", "DATE", { isHead, namesServer }));
  const head = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=us-ascii\r\n";
  const rest = "Date: DATE\r\nConnection: close\r\nContent-Length: 326\r\n\r\n";
  assertEquals(text(false, true), `${head}Server: httpcfg\r\n${rest}${errorBody("Verb")}`);
  assertEquals(text(true, false), head + rest);
});

Deno.test("errorBody() gives our own gateway errors the same form", () => {
  assertEquals([errorStatus("BadGateway"), errorStatus("GatewayTimeout")], [502, 504]);
  assertStringIncludes(errorBody("BadGateway"), "<h2>Bad Gateway</h2>\r\n<hr><p>HTTP Error 502. ");
  assertStringIncludes(errorBody("GatewayTimeout"), "<TITLE>Gateway Timeout</TITLE>");
});
