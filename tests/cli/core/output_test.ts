// Goal: whole answers, quiet ends. Method: sinks that take little, break or fill up.
import { assertEquals, assertThrows } from "@std/assert";
import { PipeClosed, writeText } from "../../../mod/cli/core/output.ts";

Deno.test("writeText() goes on until every byte is taken", () => {
  const taken: number[] = [];
  writeText({
    writeSync(bytes): number {
      const count = Math.min(3, bytes.length);
      taken.push(...bytes.subarray(0, count));
      return count;
    },
  }, "IP :127.0.0.2 ü\n");
  assertEquals(new TextDecoder().decode(new Uint8Array(taken)), "IP :127.0.0.2 ü\n");
});

Deno.test("writeText() tells a reader that has gone from a disk that is full", () => {
  const failing = (error: Error): { writeSync(): number } => ({
    writeSync(): number {
      throw error;
    },
  });
  assertThrows(() => writeText(failing(new Deno.errors.BrokenPipe("x")), "y"), PipeClosed);
  assertThrows(() => writeText(failing(new Error("No space left")), "y"), Error, "No space left");
});

Deno.test("writeText() writes nothing for nothing", () => {
  writeText({ writeSync: () => assertEquals("called", "not called") ?? 0 }, "");
});
