// Goal: no response field can smuggle a second one. Method: every code unit.
import { assertEquals } from "@std/assert";
import { BodyError, isFieldValue } from "../../mod/base/exchange.ts";

Deno.test("isFieldValue() allows TAB, visible and Latin-1 characters, at every place", () => {
  for (let code = 0; code <= 0x200; code++) {
    const isAllowed = code === 0x09 || (code >= 0x20 && code <= 0xff && code !== 0x7f);
    const char = String.fromCharCode(code);
    for (const text of [char, `${char}end`, `start${char}`, `in${char}side`]) {
      assertEquals(isFieldValue(text), isAllowed, `code ${code}`);
    }
  }
});

Deno.test("isFieldValue() allows nothing at all, and refuses a split response", () => {
  assertEquals(isFieldValue(""), true);
  assertEquals(isFieldValue("/there\r\nSet-Cookie: a=b"), false);
  assertEquals(isFieldValue("地址"), false);
});

Deno.test("BodyError is told apart by its class and its name", () => {
  const error = new BodyError("too much");
  assertEquals([error instanceof Error, error.name, error.message], [
    true,
    "BodyError",
    "too much",
  ]);
});
