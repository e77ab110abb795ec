import { assertEquals } from "@std/assert";
import { LineBuffer, releaseLines } from "../../../mod/telemetry/logs/line_buffer.ts";

Deno.test("LineBuffer returns all lines as bytes: few or many, short or long, any script", () => {
  const buffer = new LineBuffer();
  assertEquals(buffer.drain(), null);
  const cases: [name: string, lines: string[]][] = [
    ["one", ["a\n"]],
    ["few", ["a\n", "ü\n", "\u{1f600}\n"]],
    ["many", Array.from({ length: 5000 }, (_, i) => `line ${i} of many\n`)],
    ["long", ["x".repeat(300_000), "y\n"]],
    ["long in two bytes", ["s\n", "ü".repeat(100_000), "y\n"]],
    ["long behind many", [
      ...Array.from({ length: 500 }, (_, i) => `line ${i}\n`),
      "ü".repeat(80_000),
    ]],
  ];
  for (let round = 0; round < 3; round++) {
    for (const [name, lines] of cases) {
      for (const line of lines) buffer.add(line);
      assertEquals(buffer.count, lines.length);
      const drained = buffer.drain()!;
      assertEquals(drained.count, lines.length, name);
      assertEquals(new TextDecoder().decode(drained.bytes) === lines.join(""), true, name);
      assertEquals([buffer.count, buffer.drain()], [0, null]);
      releaseLines(drained);
    }
  }
});

Deno.test("LineBuffer is full once a write is worth its cost, and not before", () => {
  const buffer = new LineBuffer();
  const line = `${"x".repeat(99)}\n`;
  let lines = 0;
  for (; !buffer.isFull; lines++) buffer.add(line);
  assertEquals(lines > 600 && lines < 800, true, `${lines}`);
  buffer.drain();
  assertEquals(buffer.isFull, false);
});

Deno.test("releaseLines() makes a block available to one buffer at a time", () => {
  const first = new LineBuffer();
  const second = new LineBuffer();
  const many = (char: string): string => `${char.repeat(5000)}\n`;
  first.add(many("a"));
  releaseLines(first.drain()!);
  first.add(many("b"));
  second.add(many("c"));
  const text = (buffer: LineBuffer): string => new TextDecoder().decode(buffer.drain()!.bytes);
  assertEquals([text(first), text(second)], [many("b"), many("c")]);
});
