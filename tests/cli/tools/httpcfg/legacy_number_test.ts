// Goal: the numbers of -m, -r, -x and -f. Method: a table.
import { assertEquals } from "@std/assert";
import { parseLegacyNumber } from "../../../../mod/cli/tools/httpcfg/legacy_number.ts";

Deno.test("parseLegacyNumber() reads the leading decimal digits, else 0", () => {
  const cases: [text: string | undefined, want: number][] = [
    ["10", 10],
    ["12abc", 12],
    ["abc", 0],
    ["0x10", 0],
    ["", 0],
    [undefined, 0],
    ["4294967295", 4294967295],
    ["-1", 4294967295],
  ];
  for (const [text, want] of cases) assertEquals(parseLegacyNumber(text), want, text);
});
