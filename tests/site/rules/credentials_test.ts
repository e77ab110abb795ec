// Goal: only whole credentials of the right kind are read. Method: a table.
import { assertEquals } from "@std/assert";
import { parseCredentials } from "../../../mod/site/rules/credentials.ts";

const basic = (text: string): string => {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}`;
};

Deno.test("parseCredentials() reads the user and the password", () => {
  const bob = { user: "bob", password: "secret" };
  for (
    const [value, want] of [
      [basic("bob:secret"), bob],
      [basic("bob:secret").replace("Basic", "bAsIc  "), bob],
      [basic("bob:"), { user: "bob", password: "" }],
      [basic("bob:a:b"), { user: "bob", password: "a:b" }],
      [basic("j\u00fcrgen:p\u00e4ss"), { user: "j\u00fcrgen", password: "p\u00e4ss" }],
      [null, null],
      ["", null],
      ["Basic", null],
      ["Basic ", null],
      ["Basic !!!!", null],
      ["Basic Ym9iOnNlY3JldA", bob], // without its padding, as some clients send it
      ["Basic Ym9iOnNlY3JldA===", null],
      ["Bearer Ym9iOnNlY3JldA==", null],
      [`${basic("bob:secret")}, ${basic("eve:secret")}`, null], // two field lines
      [basic(":secret"), null],
      [basic("bob"), null],
      [basic("bob\n:secret"), null],
      [basic("bob:sec\0ret"), null],
      ["Basic /zrv", null], // not UTF-8
      [basic(`bob:${"x".repeat(3000)}`), null],
    ] as const
  ) {
    assertEquals(parseCredentials(value), want, String(value));
  }
});
