import { assertEquals, assertRejects } from "@std/assert";
import { type BodySource, SourceRefusal } from "../../../mod/base/exchange.ts";
import type { ContentCoding } from "../../../mod/site/coding/content_coding.ts";
import { encodedBody } from "../../../mod/site/coding/encoded_body.ts";
import { EncodeTurns } from "../../../mod/site/coding/encode_turns.ts";
import { decoded, sampleText } from "./decoding.ts";

const CODINGS: readonly ContentCoding[] = ["br", "zstd", "gzip"];

Deno.test("encodedBody() sends what its source has, in pieces of any size", async () => {
  const text = new TextEncoder().encode(sampleText(400_000));
  for (const coding of CODINGS) {
    for (const size of [7_000, 65_536, 400_000]) {
      const pieces: Uint8Array[] = [];
      for (let i = 0; i < text.length; i += size) pieces.push(text.subarray(i, i + size));
      const source = new HandSource();
      for (const piece of pieces) source.push(piece);
      source.push(null);
      const { body, turns } = encoded(source, coding);
      assertEquals(body.length, null);
      assertEquals(decoded(await all(body), coding), text, `${coding} ${size}`);
      body.close();
      assertEquals([source.closed, turns.places], [1, 0]);
    }
  }
});

// Goal: an answer that comes piece by piece is sent piece by piece. Method: a source by hand, whose
// next piece comes only after the last one has arrived at the client.
Deno.test("encodedBody() holds nothing back while its source waits", async () => {
  for (const coding of CODINGS) {
    const source = new HandSource();
    const { body } = encoded(source, coding);
    const received: number[] = [];
    for (const word of ["first ", "second ", "third "]) {
      source.push(new TextEncoder().encode(word));
      received.push(...(await body.pull())!); // does not resolve if it waits for more
    }
    source.push(null);
    for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
      received.push(...piece);
    }
    body.close();
    const text = new TextDecoder().decode(decoded(Uint8Array.from(received), coding));
    assertEquals(text, "first second third ", coding);
  }
});

Deno.test("encodedBody() fails as its source does", async () => {
  const source = new HandSource();
  source.push(new TextEncoder().encode("begun"));
  const { body, turns } = encoded(source, "gzip");
  await body.pull();
  source.fail(new SourceRefusal("BadGateway"));
  await assertRejects(() => body.pull(), SourceRefusal);
  body.close();
  assertEquals([source.closed, turns.places], [1, 0]);
});

Deno.test("encodedBody() can be closed at any moment", async () => {
  for (const coding of CODINGS) {
    const unused = new HandSource();
    const { body: never } = encoded(unused, coding);
    never.close();
    assertEquals(unused.closed, 1);
    const source = new HandSource();
    const { body, turns } = encoded(source, coding);
    const waiting = body.pull();
    body.close();
    source.push(null); // as sources do when they are closed
    assertEquals([await waiting, source.closed, turns.places], [null, 1, 0]);
    const busy = new HandSource();
    busy.push(new TextEncoder().encode(sampleText(300_000)));
    const { body: compressing } = encoded(busy, coding);
    const pulled = compressing.pull();
    await Promise.resolve();
    compressing.close();
    busy.push(null);
    await pulled; // neither hangs nor rejects
    assertEquals(busy.closed, 1);
  }
});

class CountedPlaces extends EncodeTurns {
  places = 0;

  constructor() {
    super(() => new Promise((resolve) => setTimeout(resolve, 0)));
  }

  override enter(): boolean {
    const hasPlace = super.enter();
    if (hasPlace) this.places++;
    return hasPlace;
  }

  override leave(): void {
    super.leave();
    this.places--;
  }
}

function encoded(
  source: BodySource,
  coding: ContentCoding,
): { body: BodySource; turns: CountedPlaces } {
  const turns = new CountedPlaces();
  turns.enter();
  const pauseOnce = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return { body: encodedBody(source, coding, { turns, pauseOnce }), turns };
}

async function all(body: BodySource): Promise<Uint8Array> {
  const bytes: number[] = [];
  for (let piece = await body.pull(); piece !== null; piece = await body.pull()) {
    for (const byte of piece) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/** A source whose pieces come by hand; null is the end. */
class HandSource implements BodySource {
  readonly length = null;
  closed = 0;
  readonly #pieces: (Uint8Array | null | Error)[] = [];
  #waiting: (() => void) | null = null;

  push(piece: Uint8Array | null): void {
    this.#pieces.push(piece);
    this.#waiting?.();
  }

  fail(error: Error): void {
    this.#pieces.push(error);
    this.#waiting?.();
  }

  async pull(): Promise<Uint8Array | null> {
    while (this.#pieces.length === 0) {
      await new Promise<void>((resolve) => this.#waiting = resolve);
    }
    const piece = this.#pieces.shift()!;
    if (piece instanceof Error) throw piece;
    return piece;
  }

  close(): void {
    this.closed++;
  }
}
