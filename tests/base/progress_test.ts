/** Goal: a step reads as a person would write it. Method: a table. */
import { assertEquals } from "@std/assert";
import { progressText } from "../../mod/base/progress.ts";

Deno.test("progressText() groups digits, and leaves out what is not known", () => {
  const cases: readonly (readonly [step: Parameters<typeof progressText>, text: string])[] = [
    [["verifying", "addresses", 1240, 9000], "verifying 1,240 of 9,000 addresses"],
    [["reading", "versions", 0, 999], "reading 0 of 999 versions"],
    [["reading", "entries", 1234567], "reading 1,234,567 entries"],
    [["starting", "the service"], "starting the service"],
  ];
  for (const [step, text] of cases) assertEquals(progressText(...step), text);
});
