import { assertEquals } from "@std/assert";
import { httpDate, parseHttpDate } from "../../mod/wire/http_date.ts";

const TIME_MS = Date.UTC(1994, 10, 6, 8, 49, 37);

Deno.test("parseHttpDate() accepts what httpDate() writes and the two obsolete forms", () => {
  assertEquals(httpDate(TIME_MS + 999), "Sun, 06 Nov 1994 08:49:37 GMT");
  for (
    const text of [
      "Sun, 06 Nov 1994 08:49:37 GMT",
      "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994",
    ]
  ) assertEquals(parseHttpDate(text), TIME_MS, text);
});

Deno.test("parseHttpDate() rejects everything else", () => {
  for (
    const text of [
      "",
      "0",
      "1994",
      "1994-11-06T08:49:37Z",
      "Sun, 06 Nov 1994 08:49:37",
      "Sun, 06 Nov 1994 08:49:37 +0100",
      "Sun, 06 Nov 1994 25:49:37 GMT",
      "Sun, 06 Xyz 1994 08:49:37 GMT",
      " Sun, 06 Nov 1994 08:49:37 GMT",
    ]
  ) assertEquals(parseHttpDate(text), null, text);
});
