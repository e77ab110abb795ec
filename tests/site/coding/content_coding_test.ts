import { assertEquals } from "@std/assert";
import {
  acceptedCodings,
  type ContentCoding,
  preferredCoding,
} from "../../../mod/site/coding/content_coding.ts";

const CANDIDATES = [{ coding: "br" }, { coding: "zstd" }, { coding: "gzip" }] as const;

function chosen(value: string | null): ContentCoding | null {
  return preferredCoding(acceptedCodings(value), CANDIDATES)?.coding ?? null;
}

Deno.test("preferredCoding() follows names, the asterisk and weights", () => {
  const cases: [value: string | null, want: ContentCoding | null][] = [
    // Nothing said, or nothing wanted.
    [null, null],
    ["", null],
    [" ", null],
    [",", null],
    ["identity", null],
    ["deflate", null],
    ["gzipped", null],
    ["compress, deflate", null],
    // Names, in any case, with blanks and empty elements.
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["x-gzip", "gzip"],
    ["X-GZip", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["zstd", "zstd"],
    ["gzip,zstd", "zstd"],
    [" ,, \tBr ,", "br"],
    // Weights.
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["gzip;q=0.5, br;q=0.5", "br"],
    ["br;q=0.9, zstd;q=0.95, gzip;q=0.8", "zstd"],
    ["gzip;q=0", null],
    ["gzip;q=0.000", null],
    ["gzip;q=0.", null],
    ["gzip; q=0.001", "gzip"],
    ["gzip ; Q = 0.5 , br;q=0", "gzip"],
    ["br;q=0.0001, gzip;q=0", "br"],
    ["gzip;q=x", null],
    ["gzip;q=", null],
    ["gzip;q=-1", null],
    ["gzip;q=2", null],
    ["gzip;level=9", "gzip"],
    ["gzip;level=9;q=0", null],
    // The asterisk is what is not named.
    ["*", "br"],
    ["*, br;q=0", "zstd"],
    ["*;q=0", null],
    ["gzip, *;q=0", "gzip"],
    ["*;q=0.5, gzip", "gzip"],
    ["gzip;q=0, br;q=0, zstd;q=0, *", null],
    // As it is.
    ["identity, gzip", "gzip"],
    ["identity;q=1, gzip;q=0.5", null],
    ["identity;q=0.5, gzip;q=0.4, br;q=0.6", "br"],
    ["identity;q=0", null],
    ["identity;q=0, deflate", null],
    ["identity;q=0, gzip;q=0.1", "gzip"],
  ];
  for (const [value, want] of cases) assertEquals(chosen(value), want, `${value}`);
});

// Goal: a list of thousands of names is read once. Method: the calls that read the text are counted.
Deno.test("acceptedCodings() reads a long list once", () => {
  const long = Array.from({ length: 5000 }, (_, i) => `x${i};q=0.${i % 10}`).join(", ");
  assertEquals(chosen(`${long}, gzip`), "gzip");
  assertEquals(chosen(`gzip, ${long}`), "gzip");
  assertEquals(chosen(`gzip;${";".repeat(20_000)}q=0`), null);
  const reads = countReads(long, () => acceptedCodings(long));
  assertEquals(reads > 0 && reads < 3 * long.length, true, `${reads} of ${long.length}`);
});

// Property: the same list in another order, in other letters and with other blanks is the same.
Deno.test("acceptedCodings() depends on neither order nor letters nor blanks", () => {
  const names = ["br", "zstd", "gzip", "identity", "*", "deflate"];
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 500; round++) {
    const items = names.filter(() => random(2) === 0).map((name) =>
      [name, random(11) / 10] as const
    );
    const plain = items.map(([name, q]) => `${name};q=${q}`).join(",");
    const odd = items.toReversed().map(([name, q]) => {
      return `${" ".repeat(random(3))}${name.toUpperCase()}${"\t".repeat(random(2))};${
        " ".repeat(random(2))
      }q=${q.toFixed(3)}`;
    }).join(" ,");
    assertEquals(acceptedCodings(odd), acceptedCodings(plain), `${plain} | ${odd}`);
    const best = chosen(plain);
    if (best === null) continue;
    const weight = acceptedCodings(plain)[best];
    for (const { coding } of CANDIDATES) {
      assertEquals(acceptedCodings(plain)[coding] <= weight, true, plain);
    }
  }
});

/** Returns how many characters of `text` are looked at while `run` runs. */
function countReads(text: string, run: () => void): number {
  const { charCodeAt } = String.prototype;
  let count = 0;
  String.prototype.charCodeAt = function (this: string, index: number): number {
    if (this.length === text.length) count++;
    return charCodeAt.call(this, index);
  };
  try {
    run();
  } finally {
    String.prototype.charCodeAt = charCodeAt;
  }
  return count;
}
