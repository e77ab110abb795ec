import { assertEquals } from "@std/assert";
import type { ContentCoding } from "../../../mod/site/coding/content_coding.ts";
import { EncodeTurns } from "../../../mod/site/coding/encode_turns.ts";
import { Encoder, encodeWhole, encodingTag } from "../../../mod/site/coding/encoder.ts";
import { decoded, sampleText } from "./decoding.ts";

const CODINGS: readonly ContentCoding[] = ["br", "zstd", "gzip"];

Deno.test("encodeWhole() compresses any number of bytes so that they come back", async () => {
  for (const coding of CODINGS) {
    for (const size of [0, 1, 1023, 32_768, 32_769, 300_000]) {
      const bytes = new TextEncoder().encode(sampleText(size));
      const encoded = await encodeWhole(bytes, coding);
      assertEquals(decoded(encoded, coding), bytes, `${coding} ${size}`);
      if (size >= 1023) assertEquals(encoded.length < size / 2, true, `${coding} ${size}`);
    }
  }
});

// A strong entity tag promises it: the same document is the same bytes, however it is read.
Deno.test("an encoder makes the same bytes of the same document", async () => {
  const bytes = new TextEncoder().encode(sampleText(500_000));
  for (const coding of CODINGS) {
    const whole = await encodeWhole(bytes, coding);
    const encoder = await Encoder.open(coding);
    for (let start = 0; start < bytes.length; start += 262_144) {
      await encoder.write(bytes.subarray(start, start + 262_144));
    }
    await encoder.end();
    assertEquals(encoder.take(), whole, coding);
    encoder.close();
  }
  assertEquals(new Set(CODINGS.map(encodingTag)).size, 3);
});

Deno.test("flush() makes what was written available", async () => {
  for (const coding of CODINGS) {
    const encoder = await Encoder.open(coding);
    await encoder.write(new TextEncoder().encode("first"));
    await encoder.flush();
    const first = encoder.take();
    assertEquals((first?.length ?? 0) > 5, true, coding);
    await encoder.write(new TextEncoder().encode(" second"));
    await encoder.end();
    const rest = encoder.take()!;
    const all = Uint8Array.from([...first!, ...rest]);
    assertEquals(new TextDecoder().decode(decoded(all, coding)), "first second", coding);
    encoder.close();
  }
});

// Goal: everything else has its turn while much is compressed. Method: the bytes that encoders get
// between two pauses are counted, of one document and of many at the same time.
Deno.test("between two pauses, little is compressed, however many compress", async () => {
  const bytes = new TextEncoder().encode(sampleText(1_000_000));
  const cases: [coding: ContentCoding, most: number][] = [
    ["gzip", 131_072],
    ["zstd", 131_072],
    ["br", 65_536],
  ];
  for (const [coding, most] of cases) {
    for (const documents of [1, 5]) {
      const turns = new CountedTurns();
      await Promise.all(
        Array.from({ length: documents }, () => encodeWhole(bytes, coding, turns)),
      );
      assertEquals(turns.total, documents * bytes.length);
      assertEquals(turns.most > 0 && turns.most <= most, true, `${coding}: ${turns.most}`);
      assertEquals(turns.pauses >= turns.total / most - 1, true, `${turns.pauses} pauses`);
    }
  }
});

/** Counts the bytes that are granted in each turn of the event loop. */
class CountedTurns extends EncodeTurns {
  total = 0;
  most = 0;
  pauses = 0;
  #inTurn = 0;

  constructor() {
    super(async () => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      this.pauses++;
      this.#inTurn = 0;
    });
  }

  override take(coding: ContentCoding, bytes: number): Promise<void> | null {
    const granted = (): void => {
      this.total += bytes;
      this.#inTurn += bytes;
      this.most = Math.max(this.most, this.#inTurn);
    };
    const wait = super.take(coding, bytes);
    if (wait !== null) return wait.then(granted);
    granted();
    return null;
  }
}

Deno.test("EncodeTurns has a limited number of places", () => {
  const turns = new EncodeTurns(() => Promise.resolve());
  let places = 0;
  while (turns.enter()) places++;
  assertEquals(places, 16);
  turns.leave();
  assertEquals([turns.enter(), turns.enter()], [true, false]);
});
