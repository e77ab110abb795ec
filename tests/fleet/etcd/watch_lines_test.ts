// Goal: lines are whole wherever a network splits them, and no peer makes one that fills the memory.
// Method: one text in pieces of every size, and endings of each kind.
import { assertEquals, assertRejects } from "@std/assert";
import { boundedLines } from "../../../mod/fleet/etcd/watch_lines.ts";

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

Deno.test("boundedLines() yields whole lines, and what is left at the end", async () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\n\nb", ["a", "", "b"]],
    ["\ufeffé\u{1f600}\nx\n", ["\ufeffé\u{1f600}", "x"]],
  ];
  for (const [text, lines] of table) {
    for (let size = 1; size <= 8; size++) {
      assertEquals(await Array.fromAsync(boundedLines(inPieces(text, size), 100)), lines, text);
    }
  }
});

Deno.test("boundedLines() refuses a line that does not end", async () => {
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;; taken++) yield new Uint8Array(1000).fill(65);
  }
  await assertRejects(() => Array.fromAsync(boundedLines(endless(), 10_000)), RangeError);
  assertEquals(taken <= 11, true);
});
