// Goal: values arrive whole at every split, and no line is endless. Method: fake streams.
import { assertEquals, assertRejects } from "@std/assert";
import { type LineStream, readLines, writeLine } from "../../../mod/host/control/json_lines.ts";

/** A stream whose reads return `pieces`, and whose writes accept at most `writeMax` bytes. */
function fake(pieces: readonly Uint8Array[], writeMax = Infinity): LineStream & { sent(): string } {
  const left = [...pieces];
  const written: number[] = [];
  return {
    read(buffer): Promise<number | null> {
      const piece = left.shift();
      if (piece === undefined) return Promise.resolve(null);
      buffer.set(piece);
      return Promise.resolve(piece.length);
    },
    write(bytes): Promise<number> {
      const count = Math.min(writeMax, bytes.length);
      written.push(...bytes.subarray(0, count));
      return Promise.resolve(count);
    },
    sent: () => new TextDecoder().decode(new Uint8Array(written)),
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

async function valuesOf(stream: LineStream, bytesMax = 1000): Promise<unknown[]> {
  return await Array.fromAsync(readLines(stream, bytesMax));
}

Deno.test("writeLine() sends one line, even through short writes", async () => {
  const stream = fake([], 3);
  await writeLine(stream, { a: "ü\n", b: [1, null] });
  assertEquals(stream.sent(), '{"a":"ü\\n","b":[1,null]}\n');
});

Deno.test("readLines() yields each value, wherever the bytes are split", async () => {
  const whole = bytes('{"a":"ü€😀"}\n[1]\n"x"\n');
  const want = [{ a: "ü€😀" }, [1], "x"];
  for (let split = 0; split <= whole.length; split++) {
    const pieces = [whole.subarray(0, split), whole.subarray(split)].filter((p) => p.length > 0);
    assertEquals(await valuesOf(fake(pieces)), want, `split at ${split}`);
  }
  assertEquals(await valuesOf(fake([...whole].map((byte) => Uint8Array.of(byte)))), want);
});

Deno.test("readLines() keeps a byte order mark inside a value, wherever the bytes are split", async () => {
  const pieces = [...bytes('"a\ufeffb"\n')].map((byte) => Uint8Array.of(byte));
  assertEquals(await valuesOf(fake(pieces)), ["a\ufeffb"]);
});

Deno.test("readLines() yields nothing for no input, and drops an incomplete line", async () => {
  assertEquals(await valuesOf(fake([])), []);
  assertEquals(await valuesOf(fake([bytes('{"a":1}\n{"b":')])), [{ a: 1 }]);
});

Deno.test("readLines() throws on invalid JSON, and on a line that is too long", async () => {
  await assertRejects(() => valuesOf(fake([bytes("GET / HTTP/1.1\r\n")])), SyntaxError);
  const endless = fake(Array.from({ length: 50 }, () => bytes("x".repeat(100))));
  await assertRejects(() => valuesOf(endless, 1000), RangeError, "1000 bytes");
  const whole = fake([bytes('"short"\n'), bytes('"xxxx'), bytes('xxxx"\n')]);
  await assertRejects(() => valuesOf(whole, 9), RangeError, "9 bytes");
});

Deno.test("readLines() reads each byte of a large answer a limited number of times", async () => {
  const line = bytes(`"${"x".repeat(8_000_000)}"\n`);
  const pieces: Uint8Array[] = [];
  for (let i = 0; i < line.length; i += 65_536) pieces.push(line.subarray(i, i + 65_536));
  const { decode } = TextDecoder.prototype;
  const { parse } = JSON;
  const searchText = String.prototype.indexOf;
  const searchBytes = Uint8Array.prototype.indexOf;
  const work = { decodedBytes: 0, parsedChars: 0, searched: 0 };
  TextDecoder.prototype.decode = function (part, options): string {
    work.decodedBytes += part?.byteLength ?? 0;
    return decode.call(this, part, options);
  };
  JSON.parse = (text): unknown => {
    work.parsedChars += text.length;
    return parse(text);
  };
  String.prototype.indexOf = function (text, from = 0): number {
    work.searched += this.length - from;
    return searchText.call(this, text, from);
  };
  Uint8Array.prototype.indexOf = function (byte, from = 0): number {
    work.searched += this.length - from;
    return searchBytes.call(this, byte, from);
  };
  try {
    const [value] = await valuesOf(fake(pieces), 10_000_000);
    assertEquals((value as string).length, 8_000_000);
  } finally {
    TextDecoder.prototype.decode = decode;
    JSON.parse = parse;
    String.prototype.indexOf = searchText;
    Uint8Array.prototype.indexOf = searchBytes;
  }
  const { searched, ...once } = work;
  assertEquals(once, { decodedBytes: line.length - 1, parsedChars: line.length - 1 });
  assertEquals(searched <= 2 * line.length, true, `${searched} of ${line.length}`);
});
