import { assertEquals } from "@std/assert";
import { evaluate, type Outcome } from "../../../mod/site/static/preconditions.ts";

const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
const DOCUMENT = { etag: '"a-1"', lastModified: DATE, isDateStrong: true, size: 1000 };

type Fields = Readonly<Record<string, string>>;

Deno.test("evaluate() follows the order of RFC 9110 13.2.2", () => {
  const cases: [fields: Fields, want: number][] = [
    [{}, 200],
    [{ "if-match": '"a-1"' }, 200],
    [{ "if-match": '"x", "a-1"' }, 200],
    [{ "if-match": "*" }, 200],
    [{ "if-match": '"x"' }, 412],
    [{ "if-match": 'W/"a-1"' }, 412],
    [{ "if-match": '"a-1"', "if-unmodified-since": BEFORE }, 200], // the tag decides
    [{ "if-unmodified-since": BEFORE }, 412],
    [{ "if-unmodified-since": DATE }, 200],
    [{ "if-unmodified-since": "no date" }, 200],
    [{ "if-none-match": '"a-1"' }, 304],
    [{ "if-none-match": 'W/"a-1"' }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": '"x"' }, 200],
    [{ "if-none-match": "a-1" }, 200],
    [{ "if-none-match": '"x"', "if-modified-since": AFTER }, 200], // the tag decides
    [{ "if-modified-since": DATE }, 304],
    [{ "if-modified-since": AFTER }, 304],
    [{ "if-modified-since": "Sunday, 06-Nov-94 08:49:37 GMT" }, 304],
    [{ "if-modified-since": BEFORE }, 200],
    [{ "if-modified-since": "no date" }, 200],
    [{ "if-match": '"x"', "if-none-match": '"a-1"' }, 412],
    [{ "if-none-match": '"a-1"', "range": "bytes=0-1" }, 304],
    [{ "if-none-match": `${'"x",'.repeat(5000)}"a-1"` }, 200], // too long to be parsed
  ];
  for (const [fields, want] of cases) {
    assertEquals(run(fields).status, want, JSON.stringify(fields).slice(0, 100));
  }
});

Deno.test("evaluate() requests ranges, refuses those that there are not, ignores others", () => {
  const cases: [range: string, want: number, ranges?: [start: number, end: number][]][] = [
    ["bytes=0-0", 206, [[0, 0]]],
    ["bytes=0-1,5-6", 206, [[0, 1], [5, 6]]],
    ["bytes=1000-", 416],
    ["lines=0-1", 200],
  ];
  for (const [range, want, ranges] of cases) {
    const outcome = run({ range });
    assertEquals(outcome.status, want, range);
    if (outcome.status !== 206) continue;
    assertEquals(outcome.ranges.map(({ start, end }) => [start, end]), ranges, range);
  }
});

Deno.test("evaluate() ignores a range unless If-Range has the very document, or for HEAD", () => {
  const range = "bytes=0-1";
  const weak = { ...DOCUMENT, etag: 'W/"a-1"' };
  const recent = { ...DOCUMENT, isDateStrong: false };
  const cases: [ifRange: string, want: number, document?: typeof DOCUMENT][] = [
    ['"a-1"', 206],
    ['"a-1"', 200, weak],
    ['W/"a-1"', 200],
    ['W/"a-1"', 200, weak],
    ['"x"', 200],
    ['"x", "a-1"', 200], // one tag, no list
    ["*", 200],
    ["a-1", 200],
    [DATE, 206],
    ["Sunday, 06-Nov-94 08:49:37 GMT", 206], // the same date, as it was written once
    [DATE, 200, recent],
    [AFTER, 200],
    [BEFORE, 200],
    ["no date", 200],
    ["", 200],
  ];
  for (const [ifRange, want, document = DOCUMENT] of cases) {
    assertEquals(run({ range, "if-range": ifRange }, true, document).status, want, ifRange);
  }
  assertEquals(run({ range }, false).status, 200);
  assertEquals(run({ range, "if-match": 'W/"a-1"' }, true, weak).status, 412);
  assertEquals(run({ range, "if-none-match": '"a-1"' }, true, weak).status, 304);
});

Deno.test("evaluate() works for an empty document, and for one without a date", () => {
  const empty = { ...DOCUMENT, size: 0 };
  assertEquals(run({ range: "bytes=0-" }, true, empty).status, 416);
  assertEquals(run({ range: "bytes=-1" }, true, empty).status, 416);
  const undated = { ...DOCUMENT, lastModified: null };
  assertEquals(run({ "if-modified-since": AFTER }, true, undated).status, 200);
  assertEquals(run({ "if-unmodified-since": BEFORE }, true, undated).status, 200);
});

function run(
  fields: Fields,
  isGet = true,
  document: typeof DOCUMENT | { lastModified: null } & Omit<typeof DOCUMENT, "lastModified"> =
    DOCUMENT,
): Outcome {
  return evaluate({ header: (name) => fields[name] ?? null }, isGet, document);
}
