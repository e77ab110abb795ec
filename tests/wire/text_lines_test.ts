// Goal: lines arrive whole, however their bytes are split. Method: every split of a short text.
import { assertEquals } from "@std/assert";
import { linesOf } from "../../mod/wire/text_lines.ts";

Deno.test("linesOf() yields whole lines at every split, and nothing after the last line feed", async () => {
  const bytes = new TextEncoder().encode("\ufeffa\n\nü\u{1f600}\nrest");
  for (let split = 0; split <= bytes.length; split++) {
    const stream = ReadableStream.from([bytes.subarray(0, split), bytes.subarray(split)]);
    assertEquals(await Array.fromAsync(linesOf(stream)), ["\ufeffa", "", "ü\u{1f600}"], `${split}`);
  }
});
