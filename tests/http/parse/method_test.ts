// Goal: any method but two reaches a site, and case matters. Method: lists of methods.
import { assertEquals } from "@std/assert";
import { isServedMethod, methodText, SERVER_OPTIONS } from "../../../mod/http/parse/method.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

Deno.test("isServedMethod() accepts every method, except those for proxies", () => {
  for (const method of ["GET", "POST", "PROPFIND", "PURGE", "M-SEARCH", "get", "trace", "x!"]) {
    assertEquals(isServedMethod(method), true, method);
  }
  for (const method of ["CONNECT", "TRACE"]) assertEquals(isServedMethod(method), false, method);
});

Deno.test("methodText() returns the method as sent", () => {
  for (const method of ["GET", "GEX", "get", "POST", "G"]) {
    assertEquals(methodText(latin1Bytes(`<${method}>`), 1, 1 + method.length), method);
  }
});

Deno.test("SERVER_OPTIONS lists only methods that are served", () => {
  const allowed = SERVER_OPTIONS.headers[0]![1].split(", ");
  assertEquals(allowed.filter((method) => !isServedMethod(method)), []);
});
