import { assertEquals } from "@std/assert";
import { writeLatin1 } from "../../../mod/wire/byte_text.ts";
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
  assertEquals(lines > 10_000 && lines < 12_000, true, `${lines}`);
  buffer.drain();
  assertEquals(buffer.isFull, false);
});

Deno.test("LineBuffer takes little room for few lines, and a block at once after many", () => {
  const buffer = new LineBuffer();
  const allocated = (lines: number): number => {
    for (let i = 0; i < lines; i++) buffer.add(`${"x".repeat(99)}\n`);
    return buffer.drain()!.bytes.buffer.byteLength;
  };
  const few = [allocated(1), allocated(20), allocated(100), allocated(300)];
  assertEquals(few, [1024, 4096, 16_384, 65_536]);
  const block = allocated(9000);
  assertEquals([block > 1024 * 1024, allocated(8000)], [true, block]);
});

Deno.test("LineBuffer.drain() copies lines out of a block that they do not fill", () => {
  const buffer = new LineBuffer();
  const lines = Array.from({ length: 3000 }, (_, i) => `${i}${"x".repeat(99)}\n`);
  for (const line of lines) buffer.add(line);
  const { bytes, count } = buffer.drain()!;
  assertEquals([bytes.buffer.byteLength, count], [bytes.length, 3000]);
  assertEquals(new TextDecoder().decode(bytes), lines.join(""));
});

Deno.test("LineBuffer.reserve() keeps what was written before", () => {
  const buffer = new LineBuffer();
  for (let i = 0; i < 3000; i++) {
    const text = `${i}\n`;
    buffer.reserve(text.length);
    buffer.commit(writeLatin1(buffer.bytes, buffer.end, text));
  }
  const text = new TextDecoder().decode(buffer.drain()!.bytes);
  assertEquals(text, Array.from({ length: 3000 }, (_, i) => `${i}\n`).join(""));
});

Deno.test("releaseLines() makes a block available to one buffer at a time", () => {
  const first = new LineBuffer();
  const second = new LineBuffer();
  const add = (buffer: LineBuffer, char: string): void => {
    for (let i = 0; i < 250; i++) buffer.add(`${char.repeat(4000)}\n`);
  };
  add(first, "a");
  const released = first.drain()!;
  releaseLines(released);
  add(first, "b");
  add(second, "c");
  const [b, c] = [first.drain()!.bytes, second.drain()!.bytes];
  assertEquals([b.buffer === released.bytes.buffer, c.buffer === b.buffer], [true, false]);
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replaceAll("\n", "");
  assertEquals([text(b), text(c)], ["b".repeat(1_000_000), "c".repeat(1_000_000)]);
});

Deno.test("LineBuffer returns what was written before in its place, each time with its time", () => {
  const buffer = new LineBuffer();
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const timed = [encode("a.000 one\n"), encode(`a.999 ${"x".repeat(9000)}\n`)];
  const [timeless, other] = [encode("no time\n"), encode("t=000\n")];
  for (const count of [1, 7, 5000]) {
    const want: string[] = [];
    for (let i = 0; i < count; i++) {
      const line = timed[i % 50 === 3 ? 1 : 0]!;
      buffer.addAgain(line, i % 1000, 2);
      const digits = String(i % 1000).padStart(3, "0");
      want.push(new TextDecoder().decode(line).replace(/[.][0-9]{3}/, `.${digits}`));
      if (i % 3 === 0) buffer.add(`new ${i}\n`);
      if (i % 3 === 0) want.push(`new ${i}\n`);
      if (i % 5 === 0) buffer.addAgain(timeless, i % 1000, null);
      if (i % 5 === 0) want.push("no time\n");
      if (i % 7 === 0) buffer.addAgain(other, i % 1000, 2);
      if (i % 7 === 0) want.push(`t=${digits}\n`);
    }
    assertEquals(buffer.count, want.length);
    const drained = buffer.drain()!;
    assertEquals(drained.count, want.length);
    assertEquals(new TextDecoder().decode(drained.bytes) === want.join(""), true);
    assertEquals([buffer.count, buffer.drain()], [0, null]);
    releaseLines(drained);
  }
  assertEquals(new TextDecoder().decode(timed[0]), "a.000 one\n", "what was given is not changed");
});

Deno.test("LineBuffer writes a line as often as it was added, each with its milliseconds", () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  const buffer = new LineBuffer();
  const lines = [encode("a.000 one\n"), encode("b.000 another, which is longer\n")];
  for (const run of [1, 2, 3, 64, 1000]) {
    let want = "";
    for (let i = 0; i < 5 * run; i++) {
      const line = lines[Math.floor(i / run) % 2]!;
      const millisecond = i < 2 * run ? 7 : (99 + Math.floor(i / 3)) % 1000;
      buffer.addAgain(line, millisecond, 2);
      want += new TextDecoder().decode(line).replace("000", String(millisecond).padStart(3, "0"));
      if (i === 4 * run) buffer.addAgain(lines[0]!, millisecond, null);
      if (i === 4 * run) want += "a.000 one\n";
    }
    const drained = buffer.drain()!;
    assertEquals(drained.count, 5 * run + 1);
    assertEquals(new TextDecoder().decode(drained.bytes) === want, true, `runs of ${run}`);
  }
});

Deno.test("LineBuffer is full of lines that were written before, too", () => {
  const buffer = new LineBuffer();
  const line = new TextEncoder().encode(`${"x".repeat(99)}\n`);
  let lines = 0;
  for (; !buffer.isFull; lines++) buffer.addAgain(line, 0, null);
  assertEquals(lines > 10_000 && lines < 12_000, true, `${lines}`);
  assertEquals(buffer.drain()!.bytes.length, lines * line.length);
  assertEquals(buffer.isFull, false);
});
