// Goal: a field value cannot smuggle a second field. Method: every code unit up to U+0200.
import { assertEquals } from "@std/assert";
import { BodyError, isFieldValue } from "../../mod/base/exchange.ts";

Deno.test("isFieldValue() accepts HTAB, visible and Latin-1 characters in any position", () => {
  for (let code = 0; code <= 0x200; code++) {
    const isAllowed = code === 0x09 || (code >= 0x20 && code <= 0xff && code !== 0x7f);
    const char = String.fromCharCode(code);
    for (const text of [char, `${char}end`, `start${char}`, `in${char}side`]) {
      assertEquals(isFieldValue(text), isAllowed, `code ${code}`);
    }
  }
});

Deno.test("isFieldValue() accepts the empty string and rejects a split response", () => {
  assertEquals(isFieldValue(""), true);
  assertEquals(isFieldValue("/there\r\nSet-Cookie: a=b"), false);
  assertEquals(isFieldValue("地址"), false);
});

Deno.test("BodyError has a class and a name of its own", () => {
  const error = new BodyError("too much");
  assertEquals([error instanceof Error, error.name, error.message], [
    true,
    "BodyError",
    "too much",
  ]);
});
