// Goal: registered methods reach a site, other words do not, and none is read in another case.
import { assertEquals } from "@std/assert";
import { isServedMethod, methodText, SERVER_OPTIONS } from "../../../mod/http/parse/method.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

Deno.test("isServedMethod() knows the registered methods, without those for proxies", () => {
  for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"]) {
    assertEquals(isServedMethod(method), true, method);
  }
  for (const method of ["CONNECT", "TRACE", "PRI", "get", "GE", "GETS", "FOO", "", "toString"]) {
    assertEquals(isServedMethod(method), false, method);
  }
});

Deno.test("methodText() gives the bytes as they are", () => {
  for (const method of ["GET", "GEX", "get", "POST", "G"]) {
    assertEquals(methodText(latin1Bytes(`<${method}>`), 1, 1 + method.length), method);
  }
});

Deno.test("SERVER_OPTIONS names methods that are served", () => {
  const allowed = SERVER_OPTIONS.headers[0]![1].split(", ");
  assertEquals(allowed.filter((method) => !isServedMethod(method)), []);
});
