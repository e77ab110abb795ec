import { assertEquals } from "@std/assert";
import { byteRanges } from "../../../mod/site/static/byte_ranges.ts";

type Pairs = readonly (readonly [start: number, end: number])[];

Deno.test("byteRanges() reads the grammar of RFC 9110 14.1.2, and nothing else", () => {
  const cases: [value: string, want: Pairs | "none" | null][] = [
    ["bytes=0-0", [[0, 0]]],
    ["bytes=0-499", [[0, 499]]],
    ["bytes=999-", [[999, 999]]],
    ["bytes=500-5000", [[500, 999]]],
    ["bytes=0-99999999999999999999", [[0, 999]]],
    ["bytes=-1", [[999, 999]]],
    ["bytes=-5000", [[0, 999]]],
    ["bytes=-99999999999999999999", [[0, 999]]],
    ["Bytes= 5-9 ", [[5, 9]]],
    ["bytes=1000-", "none"],
    ["bytes=1000-2000", "none"],
    ["bytes=-0", "none"],
    ["bytes=5-4", null],
    ["bytes=-", null],
    ["bytes=--1", null],
    ["bytes=a-b", null],
    ["bytes=0x1-2", null],
    ["bytes=1e2-", null],
    ["bytes= 1 - 2", null],
    ["bytes=+1-2", null],
    ["bytes=1-2-3", null],
    ["bytes=0-1;2-3", null],
    ["bytes=99999999999999999999-", null],
    ["bytes=", null],
    ["bytes=,", null],
    ["bytes 0-1", null],
    ["lines=0-1", null],
    ["", null],
    // Several.
    ["bytes=0-1,5-6", [[0, 1], [5, 6]]],
    ["bytes=0-1, ,5-6,", [[0, 1], [5, 6]]],
    ["bytes=5-6,0-1", [[5, 6], [0, 1]]], // in the order of the request
    ["bytes=0-1,-1", [[0, 1], [999, 999]]],
    ["bytes=0-1,2000-3000", [[0, 1]]], // what there is not is left out
    ["bytes=2000-,-0", "none"],
    ["bytes=0-1,5-4", null], // one that is not valid makes all of it not valid
    // What overlaps or touches is one.
    ["bytes=0-5,3-9", [[0, 9]]],
    ["bytes=0-5,6-9", [[0, 9]]],
    ["bytes=0-5,7-9", [[0, 5], [7, 9]]],
    ["bytes=500-,0-10,5-20", [[0, 20], [500, 999]]],
    ["bytes=0-,0-,0-", [[0, 999]]],
    ["bytes=0-999,10-20,-5", [[0, 999]]],
  ];
  for (const [value, want] of cases) assertEquals(pairs(byteRanges(value, 1000)), want, value);
  assertEquals(byteRanges("bytes=0-", 0), "none");
  assertEquals(byteRanges("bytes=-1", 0), "none");
});

Deno.test("byteRanges() ignores more ranges than a client needs", () => {
  const many = (count: number): string => {
    return `bytes=${Array.from({ length: count }, (_, i) => `${3 * i}-${3 * i}`).join(",")}`;
  };
  assertEquals(byteRanges(many(50), 10_000)?.length, 50);
  assertEquals(byteRanges(many(51), 10_000), null);
  assertEquals(byteRanges(`bytes=0-1,${" ".repeat(5000)}4-5`, 10_000), null);
  assertEquals(byteRanges(`bytes=${"0-,".repeat(1000)}0-`, 10_000), null);
});

// Property: the ranges hold exactly the bytes that were asked for, and none of them twice.
Deno.test("byteRanges() has each byte that is asked for once, and no other", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 2000; round++) {
    const size = 1 + random(60);
    const wanted = new Uint8Array(size);
    const specs = Array.from({ length: 1 + random(6) }, () => {
      const [a, b] = [random(80), random(80)].toSorted((x, y) => x - y) as [number, number];
      const kind = random(4);
      if (kind === 0) {
        wanted.subarray(Math.max(0, size - a)).fill(1);
        return `-${a}`;
      }
      wanted.subarray(Math.min(a, size), kind === 1 ? size : Math.min(b + 1, size)).fill(1);
      return kind === 1 ? `${a}-` : `${a}-${b}`;
    });
    const value = `bytes=${specs.join(",")}`;
    const ranges = byteRanges(value, size);
    const sent = new Uint8Array(size);
    if (ranges === null) throw new Error(value);
    if (ranges !== "none") {
      for (const { start, end } of ranges) {
        for (let i = start; i <= end; i++) sent[i]!++;
      }
    }
    assertEquals(sent, wanted, `${value} of ${size}`);
  }
});

function pairs(ranges: ReturnType<typeof byteRanges>): Pairs | "none" | null {
  if (ranges === null || ranges === "none") return ranges;
  return ranges.map(({ start, end }) => [start, end]);
}
