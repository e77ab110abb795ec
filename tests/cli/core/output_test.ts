// Goal: complete output, and a quiet end. Method: sinks that accept little, break or fill up.
import { printable } from "../../../mod/base/printable.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { PipeClosed, writeText } from "../../../mod/cli/core/output.ts";

Deno.test("writeText() continues until every byte is written", () => {
  const written: number[] = [];
  writeText({
    writeSync(bytes): number {
      const count = Math.min(3, bytes.length);
      written.push(...bytes.subarray(0, count));
      return count;
    },
  }, printable("IP :127.0.0.2 ü\n"));
  assertEquals(new TextDecoder().decode(new Uint8Array(written)), "IP :127.0.0.2 ü\n");
});

Deno.test("writeText() distinguishes a reader that has gone from a full disk", () => {
  const failing = (error: Error): { writeSync(): number } => ({
    writeSync(): number {
      throw error;
    },
  });
  assertThrows(
    () => writeText(failing(new Deno.errors.BrokenPipe("x")), printable("y")),
    PipeClosed,
  );
  assertThrows(
    () => writeText(failing(new Error("No space left")), printable("y")),
    Error,
    "No space left",
  );
});

Deno.test("writeText() writes nothing for an empty text", () => {
  writeText({ writeSync: () => assertEquals("called", "not called") ?? 0 }, printable(""));
});
