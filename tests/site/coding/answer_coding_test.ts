import { assertEquals } from "@std/assert";
import type { HeaderField } from "../../../mod/base/exchange.ts";
import { type CodedHead, codedHead } from "../../../mod/site/coding/answer_coding.ts";

type Fields = Readonly<Record<string, string>>;

const BROWSER = { "accept-encoding": "gzip, deflate, br, zstd" };
const HTML: HeaderField = ["Content-Type", "text/html"];

function head(
  fields: readonly HeaderField[],
  { request = BROWSER, status = 200, length = 5000, mayEncode = true }: {
    request?: Fields;
    status?: number;
    length?: number | null;
    mayEncode?: boolean;
  } = {},
): CodedHead | null {
  const preferences = { header: (name: string): string | null => request[name] ?? null };
  return codedHead({ status, fields, length }, preferences, () => mayEncode);
}

Deno.test("codedHead() chooses the coding that the client prefers, then the cheapest", () => {
  const cases: [accept: string | undefined, want: string | null][] = [
    ["gzip, deflate, br, zstd", "zstd"],
    ["gzip, deflate, br", "gzip"],
    ["br", "br"],
    ["gzip;q=0.5, br;q=0.9", "br"],
    ["identity", null],
    [undefined, null],
  ];
  for (const [accept, want] of cases) {
    const request: Fields = accept === undefined ? {} : { "accept-encoding": accept };
    const result = head([HTML], { request });
    assertEquals(result?.coding, want, accept);
    assertEquals(fieldLines(result, "vary"), ["Accept-Encoding"]);
    assertEquals(fieldLines(result, "content-encoding"), want === null ? [] : [want]);
  }
});

Deno.test("codedHead() leaves alone what it must not touch", () => {
  const cases: [fields: HeaderField[], status?: number][] = [
    [[["Content-Type", "image/png"]]],
    [[["Content-Type", "application/octet-stream"]]],
    [[["Content-Type", "text/event-stream"]]],
    [[]],
    [[HTML, ["Content-Encoding", "gzip"]]],
    [[HTML, ["content-encoding", "identity, br"]]],
    [[HTML, ["Cache-Control", "no-transform"]]],
    [[HTML, ["Cache-Control", "max-age=5"], ["cache-control", "public,No-Transform"]]],
    [[HTML, ["Content-Digest", "sha-256=:AAAA:"]]],
    [[HTML, ["Content-MD5", "AAAA"]]],
  ];
  for (const [fields, status] of cases) {
    assertEquals(
      head(fields, status === undefined ? {} : { status }),
      null,
      JSON.stringify(fields),
    );
  }
});

Deno.test("codedHead() says what depends on the client also where nothing is compressed", () => {
  const cases: Parameters<typeof head>[1][] = [
    { status: 206 },
    { status: 204 },
    { status: 205 },
    { status: 304 },
    { length: 1023 },
    { length: 0 },
    { mayEncode: false },
    { request: {} },
    { request: { ...BROWSER, "cache-control": "no-transform" } },
  ];
  for (const options of cases) {
    const tag: HeaderField = ["ETag", '"a"'];
    const result = head([HTML, tag, ["Accept-Ranges", "bytes"]], options);
    const want = [HTML, tag, ["Accept-Ranges", "bytes"], ["Vary", "Accept-Encoding"]];
    assertEquals(result, { coding: null, fields: want } as CodedHead, JSON.stringify(options));
  }
  for (const options of [{ length: 1024 }, { length: null }, { status: 404 }, { status: 500 }]) {
    assertEquals(head([HTML], options)?.coding, "zstd", JSON.stringify(options));
  }
  assertEquals(head([HTML, ["Content-Encoding", "identity"]])?.coding, "zstd");
});

Deno.test("codedHead() makes a strong tag weak, and takes ranges away", () => {
  const result = head([HTML, ["ETag", '"a"'], ["Accept-Ranges", "bytes"], ["X-Other", "1"]]);
  assertEquals(result?.fields, [
    HTML,
    ["ETag", 'W/"a"'],
    ["X-Other", "1"],
    ["Content-Encoding", "zstd"],
    ["Vary", "Accept-Encoding"],
  ]);
  assertEquals(fieldLines(head([HTML, ["ETag", 'W/"a"']]), "etag"), ['W/"a"']);
});

Deno.test("codedHead() has the tag of the client's own document in a 304", () => {
  const cases: [asked: string | undefined, want: string][] = [
    ['W/"a"', 'W/"a"'],
    ['"x", W/"a"', 'W/"a"'],
    ['"a"', '"a"'],
    ['W/"ab"', '"a"'],
    ["*", '"a"'],
    [undefined, '"a"'],
  ];
  for (const [asked, want] of cases) {
    const request: Fields = asked === undefined ? BROWSER : { ...BROWSER, "if-none-match": asked };
    const result = head([["ETag", '"a"']], { status: 304, request, length: null });
    assertEquals(fieldLines(result, "etag"), [want], asked);
    assertEquals(fieldLines(result, "vary"), ["Accept-Encoding"]);
  }
});

Deno.test("codedHead() names Accept-Encoding in Vary once", () => {
  const cases: [vary: string[], want: string[]][] = [
    [[], ["Accept-Encoding"]],
    [["Cookie"], ["Cookie", "Accept-Encoding"]],
    [["accept-encoding"], ["accept-encoding"]],
    [["Cookie, Accept-Encoding"], ["Cookie, Accept-Encoding"]],
    [["Cookie", "ACCEPT-ENCODING , Origin"], ["Cookie", "ACCEPT-ENCODING , Origin"]],
    [["*"], ["*"]],
  ];
  for (const [vary, want] of cases) {
    const fields = [HTML, ...vary.map((value): HeaderField => ["Vary", value])];
    assertEquals(fieldLines(head(fields), "vary"), want, vary.join(" | "));
  }
});

function fieldLines(result: CodedHead | null, lowerCaseName: string): string[] {
  return result?.fields.filter(([name]) => name.toLowerCase() === lowerCaseName)
    .map(([, value]) => value) ?? [];
}
