/** Goal: each class has the bytes of its grammar. Method: a regular expression for all 256 bytes. */
import { assertEquals } from "@std/assert";
import {
  BYTE_CLASS,
  HEX_VALUE,
  HOST,
  PATH,
  QUERY,
  QUOTED,
  TOKEN,
  VALUE,
  VISIBLE,
} from "../../mod/wire/byte_class.ts";

Deno.test("BYTE_CLASS has the tokens, values and quoted strings of RFC 9110", () => {
  const classes: [bit: number, grammar: RegExp][] = [
    [TOKEN, /[!#$%&'*+\-.^_`|~0-9A-Za-z]/],
    [VALUE, /[\t\x20-\x7e\x80-\xff]/],
    [VISIBLE, /[\x21-\x7e]/],
    [PATH, /[\x21\x22\x24-\x3e\x40-\x5b\x5d-\x7e]/],
    [QUERY, /[\x21\x22\x24-\x7e]/],
    [HOST, /[0-9A-Za-z\-._~]/],
    [QUOTED, /[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]/],
  ];
  for (const [bit, grammar] of classes) {
    for (let byte = 0; byte < 256; byte++) {
      const isIn = grammar.test(String.fromCharCode(byte));
      assertEquals((BYTE_CLASS[byte]! & bit) !== 0, isIn, `bit ${bit}, byte ${byte}`);
    }
  }
});

Deno.test("HEX_VALUE has the value of every hexadecimal digit", () => {
  for (let byte = 0; byte < 256; byte++) {
    const char = String.fromCharCode(byte);
    assertEquals(HEX_VALUE[byte], /[0-9a-f]/i.test(char) ? parseInt(char, 16) : 255, char);
  }
});
