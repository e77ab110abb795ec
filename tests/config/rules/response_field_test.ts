// Goal: no field that a site adds ends its line, changes the framing or says what only the server
// knows. Method: tables, and every character.
import { assertEquals } from "@std/assert";
import { isFieldValue } from "../../../mod/base/exchange.ts";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseHsts, parseResponseField } from "../../../mod/config/rules/response_field.ts";

Deno.test("parseResponseField() reads Name: value", () => {
  for (
    const [text, want] of [
      ["X-Frame-Options: DENY", "X-Frame-Options: DENY"],
      ["X-Frame-Options:DENY", "X-Frame-Options: DENY"],
      ["Cache-Control: \t public, max-age=60 ", "Cache-Control: public, max-age=60"],
      ["Link: <https://a/b>; rel=x", "Link: <https://a/b>; rel=x"],
      ["X-Caf\xe9: 1", null],
      ["X-A: caf\xe9", "X-A: caf\xe9"],
      ["X-A: \u20ac", null],
      ["X-A", null],
      [": a", null],
      ["X-A:", null],
      ["X-A :b", null],
      ["X A: b", null],
      [`X-A: ${"b".repeat(5000)}`, null],
    ] as const
  ) {
    const field = parseResponseField(text);
    assertEquals(isProblem(field) ? null : field.text, want, text);
  }
});

Deno.test("parseResponseField() refuses fields that the server sets, in any spelling", () => {
  for (
    const name of [
      "Connection",
      "Content-Length",
      "Transfer-Encoding",
      "TE",
      "Trailer",
      "Upgrade",
      "Keep-Alive",
      "Date",
      "Server",
      "ETag",
      "Location",
      "Content-Type",
      "Content-Encoding",
      "Strict-Transport-Security",
      "WWW-Authenticate",
    ]
  ) {
    for (const spelling of [name, name.toLowerCase(), name.toUpperCase()]) {
      assertEquals(isProblem(parseResponseField(`${spelling}: 1`)), true, spelling);
    }
  }
});

Deno.test("parseResponseField() accepts no character that could end a line or a name", () => {
  for (let code = 0; code < 0x180; code++) {
    const c = String.fromCharCode(code);
    const value = parseResponseField(`X-A: a${c}b`);
    if (!isProblem(value)) assertEquals(isFieldValue(value.value), true, `value ${code}`);
    assertEquals(isProblem(value), !isFieldValue(`a${c}b`), `value ${code}`);
    const name = parseResponseField(`X${c}A: b`);
    if (!isProblem(name)) assertEquals(/^[!-~]+$/.test(name.name), true, `name ${code}`);
  }
  for (const text of ["X-A: b\r\nSet-Cookie: c=d", "X-A: b\n", "X-A\r\n: b", "X-A: b\0"]) {
    assertEquals(isProblem(parseResponseField(text)), true, JSON.stringify(text));
  }
});

Deno.test("parseHsts() returns the value of the field", () => {
  for (
    const [text, want] of [
      ["31536000", "max-age=31536000"],
      ["0", "max-age=0"],
      ["max-age=300; includeSubDomains", "max-age=300; includeSubDomains"],
      ["300,INCLUDESUBDOMAINS", "max-age=300; includeSubDomains"],
      [
        "63072000; preload; includeSubDomains",
        "max-age=63072000; includeSubDomains; preload",
      ],
      ["300; preload; includeSubDomains", null],
      ["63072000; preload", null],
      ["300; includeSubDomains; includeSubDomains", null],
      ["300; other", null],
      ["includeSubDomains", null],
      ["9999999999", null],
      ["-1", null],
      ["", null],
    ] as const
  ) {
    const value = parseHsts(text);
    assertEquals(isProblem(value) ? null : value, want, text);
    if (isProblem(value)) assertEquals(isProblem(parseHsts(value.hint!)), false, `hint of ${text}`);
  }
});
