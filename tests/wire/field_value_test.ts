// Goal: the value of a field ends where RFC 9110 says, and a Content-Length is one number or none.
import { assertEquals } from "@std/assert";
import { latin1Bytes } from "../../mod/wire/byte_text.ts";
import { contentLengthAt, trimmedEnd, trimmedStart, valueEnd } from "../../mod/wire/field_value.ts";

Deno.test("valueEnd() stops at every byte that no value may have", () => {
  for (let byte = 0; byte < 256; byte++) {
    const bytes = Uint8Array.of(0x61, byte, 0x62);
    const isControl = (byte < 0x20 && byte !== 0x09) || byte === 0x7f;
    assertEquals(valueEnd(bytes, 0, 3), isControl ? 1 : 3, String(byte));
    assertEquals(valueEnd(bytes, 0, 1), 1, "not beyond the limit");
  }
});

Deno.test("trimmedStart() and trimmedEnd() drop spaces and tabs, and no other space", () => {
  const texts = ["", " ", "\t \t", "a", " a", "a\t", "\t a b \t", "\u00a0a\u00a0", "\va\f"];
  for (const text of texts) {
    const bytes = latin1Bytes(text);
    const start = trimmedStart(bytes, 0, bytes.length);
    const end = trimmedEnd(bytes, start, bytes.length);
    assertEquals(text.slice(start, end), text.replace(/^[ \t]+|[ \t]+$/g, ""), text);
  }
});

Deno.test("contentLengthAt() accepts one canonical number of up to fifteen digits", () => {
  const texts = ["0", "7", "10", "123456789012345", "", "00", "01", "1234567890123456", "-1", "+1"];
  for (const text of [...texts, "1,1", "1 ", " 1", "1.0", "0x1", "1e3", "a", "9:"]) {
    const bytes = latin1Bytes(`x${text}y`);
    const expected = /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : NaN;
    assertEquals(contentLengthAt(bytes, 1, 1 + text.length), expected, text);
  }
});
