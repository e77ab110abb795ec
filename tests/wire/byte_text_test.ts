// Goal: bytes and text convert one to one, and a cached text is never another's. Method: tables.
import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  ByteCache,
  cachedLatin1,
  equalsIgnoringCase,
  latin1,
  writeInteger,
  writeLatin1,
} from "../../mod/wire/byte_text.ts";
import { latin1Bytes } from "../support/fake_stream.ts";

Deno.test("latin1() and writeLatin1() preserve every byte", () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const text = latin1(all, 0, 256);
  assertEquals([...text].map((char) => char.charCodeAt(0)), [...all]);
  const back = new Uint8Array(258);
  assertEquals(writeLatin1(back, 1, text), 257);
  assertEquals(back.slice(1, 257), all);
});

Deno.test("ByteCache returns a value only for its own bytes", () => {
  const cache = new ByteCache<number>();
  const texts = Array.from({ length: 5000 }, (_, i) => `/path/${i}/same-end-of-many-targets`);
  texts.forEach((text, i) => cache.set(latin1Bytes(text), 0, text.length, i));
  let cached = 0;
  texts.forEach((text, i) => {
    const found = cache.get(latin1Bytes(`xx${text}yy`), 2, 2 + text.length);
    if (found !== undefined) cached++;
    assertEquals(found ?? i, i);
  });
  assertEquals(cached > 0 && cached <= 1024, true, `${cached} cached`);
  assertEquals(cache.get(latin1Bytes("/unknown"), 0, 8), undefined);
  cache.clear();
  assertEquals(cache.get(latin1Bytes(texts[4999]!), 0, texts[4999]!.length), undefined);
});

Deno.test("ByteCache does not cache long values", () => {
  const cache = new ByteCache<number>();
  const bytes = new Uint8Array(257).fill(65);
  cache.set(bytes, 0, 257, 1);
  cache.set(bytes, 0, 256, 2);
  assertEquals([cache.get(bytes, 0, 257), cache.get(bytes, 0, 256)], [undefined, 2]);
});

Deno.test("cachedLatin1() returns the same text as latin1(), from a cache", () => {
  const bytes = latin1Bytes("a value\xff");
  assertEquals(cachedLatin1(bytes, 0, 8), "a value\xff");
  assertStrictEquals(cachedLatin1(bytes, 2, 7), cachedLatin1(latin1Bytes("value"), 0, 5));
  assertEquals(cachedLatin1(bytes, 3, 3), "");
});

Deno.test("equalsIgnoringCase() ignores the case of ASCII letters only", () => {
  const is = (text: string, name: string): boolean =>
    equalsIgnoringCase(latin1Bytes(text), 0, text.length, name);
  assertEquals([is("HoSt", "host"), is("host", "host"), is("", "")], [true, true, true]);
  assertEquals([is("hos", "host"), is("hosts", "host"), is("h0st", "host")], [false, false, false]);
  assertEquals([is("@", "`"), is("[", "{"), is("\xc4", "\xe4")], [false, false, false]);
});

Deno.test("writeInteger() writes what a text of the number would be", () => {
  const bytes = new Uint8Array(40);
  const values = [0, 2147483647, 2147483648, 4294967295, Number.MAX_SAFE_INTEGER, 1e15];
  for (let power = 1; power < 1e16; power *= 10) values.push(power - 1, power, power + 1);
  for (const value of values) {
    const end = writeInteger(bytes, 3, value);
    assertEquals(latin1(bytes, 3, end), String(value));
  }
});
