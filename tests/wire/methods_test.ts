// Goal: which methods are known. Method: a list.
import { assertEquals } from "@std/assert";
import { isRegisteredMethod } from "../../mod/wire/methods.ts";

Deno.test("isRegisteredMethod() knows the registry, and that case matters", () => {
  for (
    const method of ["GET", "HEAD", "PATCH", "PROPFIND", "VERSION-CONTROL", "CONNECT", "TRACE"]
  ) {
    assertEquals(isRegisteredMethod(method), true, method);
  }
  for (const method of ["PRI", "get", "GE", "GETS", "FOO", "PURGE", "", "toString"]) {
    assertEquals(isRegisteredMethod(method), false, method);
  }
});
