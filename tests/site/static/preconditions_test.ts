import { assertEquals } from "@std/assert";
import { evaluate, type Outcome } from "../../../mod/site/static/preconditions.ts";

const DATE = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
const AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
const DOCUMENT = { etag: '"a-1"', lastModified: DATE, size: 1000 };

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

Deno.test("evaluate() accepts one range, and ignores anything unclear", () => {
  const cases: [range: string, want: [start: number, end: number] | number][] = [
    ["bytes=0-0", [0, 0]],
    ["bytes=0-499", [0, 499]],
    ["bytes=999-", [999, 999]],
    ["bytes=500-5000", [500, 999]],
    ["bytes=-1", [999, 999]],
    ["bytes=-5000", [0, 999]],
    ["Bytes= 5-9 ", [5, 9]],
    ["bytes=1000-", 416],
    ["bytes=1000-2000", 416],
    ["bytes=-0", 416],
    ["bytes=5-4", 200],
    ["bytes=-", 200],
    ["bytes=0-1,3-4", 200],
    ["bytes=a-b", 200],
    ["bytes=0x1-2", 200],
    ["bytes=1e2-", 200],
    ["bytes= 1 - 2", 200],
    ["bytes=99999999999999999999-", 200],
    ["lines=0-1", 200],
    ["", 200],
  ];
  for (const [range, want] of cases) {
    const outcome = run({ range });
    const got: number | number[] = outcome.status === 206
      ? [outcome.range.start, outcome.range.end]
      : outcome.status;
    assertEquals(got, want, range);
  }
});

Deno.test("evaluate() ignores a range if If-Range does not match, or for HEAD", () => {
  const range = "bytes=0-1";
  assertEquals(run({ range, "if-range": '"a-1"' }).status, 206);
  assertEquals(run({ range, "if-range": DATE }).status, 206);
  assertEquals(run({ range, "if-range": 'W/"a-1"' }).status, 200);
  assertEquals(run({ range, "if-range": AFTER }).status, 200);
  assertEquals(run({ range }, false).status, 200);
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
