// Goal: the identifiers of ssl records. Method: tables.
import { assertEquals } from "@std/assert";
import { parseCertHash, parseGuid } from "../../mod/base/guid.ts";

Deno.test("parseGuid() returns the GUID in braces and lower case", () => {
  const plain = "2bb50d9c-7f6a-4d6f-873d-5aee7fb43290";
  const cases: [text: string, want: string | null][] = [
    [`{${plain}}`, `{${plain}}`],
    [`{${plain.toUpperCase()}}`, `{${plain}}`],
    [plain, `{${plain}}`],
    [`{${plain}`, null],
    [`${plain}}`, null],
    [`{${plain.slice(1)}}`, null],
    [`{${plain.replaceAll("-", "")}}`, null],
    ["", null],
    [`{${plain}} `, null],
  ];
  for (const [text, want] of cases) assertEquals(parseGuid(text), want, text);
});

Deno.test("parseCertHash() accepts exactly 20 bytes in hexadecimal", () => {
  const hash = "2c8bfddf59a4a51a2a5b6186c22473108295624d";
  const cases: [text: string, want: string | null][] = [
    [hash, hash],
    [hash.toUpperCase(), hash],
    [hash.slice(1), null],
    [`${hash}0`, null],
    [`g${hash.slice(1)}`, null],
    [`2c 8b ${hash.slice(6)}`, null],
    ["", null],
  ];
  for (const [text, want] of cases) assertEquals(parseCertHash(text), want, text);
});
