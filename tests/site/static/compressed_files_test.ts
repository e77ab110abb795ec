// Goal: files in the coding that a client prefers, their validators, ranges and caching. Method: a
// handler and real files, with a clock by hand.
import { assert, assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import type { Handler, HttpResponse } from "../../../mod/base/exchange.ts";
import type { ContentCoding } from "../../../mod/site/coding/content_coding.ts";
import { encodeTurns } from "../../../mod/site/coding/encode_turns.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { staticFiles } from "../../../mod/site/static/static_files.ts";
import {
  bodyBytes,
  type FakeRequest,
  fakeRequest,
  field,
  responseOf,
} from "../../support/request.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { decoded, sampleText } from "../coding/decoding.ts";
import { parseMultipart } from "./multipart_parser.ts";

const CODINGS: readonly ContentCoding[] = ["br", "zstd", "gzip"];
const SETTINGS = { UriEnableCache: true, UriMaxUriBytes: 262_144, UriScavengerPeriod: 120 };
/** Longer than any kept file; 8 bytes recur, so that it is quick to compress. */
const HUGE_BYTES = 5_000_000;

interface Site {
  readonly handler: Handler;
  readonly cache: ResponseCache;
  readonly clock: { nowMs: number };
  put(name: string, content: string | Uint8Array): Promise<void>;
  get(
    path: string,
    fields?: Readonly<Record<string, string>>,
    method?: string,
  ): Promise<HttpResponse>;
}

async function withSite(
  body: (site: Site) => Promise<void>,
  { compresses = true, settings = SETTINGS } = {},
): Promise<void> {
  await using temp = await tempFolder();
  const clock = { nowMs: Date.now() };
  const cache = new ResponseCache(settings);
  const files = new FileAccess().site(1);
  const handler = staticFiles({
    root: temp.path,
    below: "/",
    listing: false,
    compresses,
    cache,
    files,
    siteId: 1,
    now: () => clock.nowMs,
  });
  let modified = 1000;
  await body({
    handler,
    cache,
    clock,
    async put(name, content): Promise<void> {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(temp.at(name), bytes);
      modified += 10;
      await Deno.utime(temp.at(name), modified, modified);
    },
    get(path, fields = {}, method = "GET"): Promise<HttpResponse> {
      const request: FakeRequest = { path, method, headers: Object.entries(fields) };
      return responseOf(handler(fakeRequest(request)));
    },
  });
}

Deno.test("a file is compressed once for each coding, and kept", async () => {
  await withSite(async ({ put, get, handler, cache, clock }) => {
    const text = sampleText(20_000);
    await put("a.css", text);
    const plain = await get("/a.css");
    const before = cache.bytes;
    for (const coding of CODINGS) {
      const fields = { "Accept-Encoding": coding };
      const [first, second] = await Promise.all([get("/a.css", fields), get("/a.css", fields)]);
      assertEquals(field(first, "content-encoding"), coding);
      assertEquals(field(first, "content-type"), "text/css; charset=UTF-8");
      assertEquals(field(first, "accept-ranges"), null);
      const bytes = await bodyBytes(first);
      assertEquals(new TextDecoder().decode(decoded(bytes, coding)), text);
      assertEquals(await bodyBytes(second), bytes);
      const request = { path: "/a.css", headers: [["Accept-Encoding", coding]] as const };
      const hot = handler(fakeRequest(request));
      assertEquals(hot instanceof Promise, false);
      assertStrictEquals(handler(fakeRequest(request)), hot);
    }
    assert(cache.bytes > before);
    assertStrictEquals(await get("/a.css"), plain);
    const changed = sampleText(30_000);
    await put("a.css", changed);
    clock.nowMs += 1000;
    const now = await get("/a.css", { "Accept-Encoding": "gzip" });
    assertEquals(new TextDecoder().decode(decoded(await bodyBytes(now), "gzip")), changed);
    cache.evict(() => true);
    assertEquals(cache.bytes, 0); // everything that was counted is given back
  });
});

Deno.test("what need not or must not be compressed is sent as it is", async () => {
  await withSite(async ({ put, get }) => {
    await put("small.css", sampleText(1023));
    await put("a.png", sampleText(5000));
    await put("noise.txt", crypto.getRandomValues(new Uint8Array(4000)));
    for (const path of ["/small.css", "/a.png", "/noise.txt"]) {
      const response = await get(path, { "Accept-Encoding": "gzip, br" });
      assertEquals([response.status, field(response, "content-encoding")], [200, null], path);
      assertEquals(field(response, "vary"), path === "/noise.txt" ? "Accept-Encoding" : null);
    }
  });
  await withSite(async ({ put, get }) => {
    await put("a.css", sampleText(5000));
    const response = await get("/a.css", { "Accept-Encoding": "gzip" });
    assertEquals([field(response, "content-encoding"), field(response, "vary")], [null, null]);
  }, { compresses: false });
});

Deno.test("each coding has a tag of its own, and a 304 all that a cache needs", async () => {
  await withSite(async ({ put, get }) => {
    await put("a.css", sampleText(20_000));
    const tags: Record<string, string> = {};
    for (const coding of ["identity", ...CODINGS]) {
      tags[coding] = field(await get("/a.css", { "Accept-Encoding": coding }), "etag")!;
    }
    assertEquals(new Set(Object.values(tags)).size, 4);
    for (const coding of ["identity", ...CODINGS]) {
      for (const [of, tag] of Object.entries(tags)) {
        for (const form of [tag, `W/${tag}`, `"x", ${tag}`]) {
          const response = await get("/a.css", {
            "Accept-Encoding": coding,
            "If-None-Match": form,
          });
          assertEquals(response.status, of === coding ? 304 : 200, `${coding} ${form}`);
          assertEquals(field(response, "etag"), tags[coding]);
          assertEquals(field(response, "vary"), "Accept-Encoding");
        }
        const held = await get("/a.css", { "Accept-Encoding": coding, "If-Match": tag });
        assertEquals(held.status, of === coding ? 200 : 412, `${coding} ${tag}`);
        assertEquals(held.headers.filter(([name]) => name === "Vary").length > 0, true);
      }
    }
  });
});

Deno.test("HEAD has the fields of GET, also if nothing was requested before", async () => {
  for (const size of [20_000, 2_000_000, HUGE_BYTES]) {
    for (const accept of ["identity", ...CODINGS]) {
      await withSite(async ({ put, get }) => {
        await put("a.txt", "abcdefg\n".repeat(size / 8));
        const fields = { "Accept-Encoding": accept };
        const head = await get("/a.txt", fields, "HEAD");
        const whole = await get("/a.txt", fields);
        assertEquals([head.status, head.headers], [200, whole.headers], `${size} ${accept}`);
        assertEquals(head.body?.length, whole.body?.length, `${size} ${accept}`);
        if (!(whole.body instanceof Uint8Array)) whole.body?.close();
      });
    }
  }
});

Deno.test("a large result is kept, and a larger file is compressed while it is sent", async () => {
  await withSite(async ({ put, get, cache }) => {
    const large = sampleText(3_000_000);
    await put("large.json", large);
    const first = await get("/large.json", { "Accept-Encoding": "zstd" });
    const bytes = await bodyBytes(first);
    assertEquals([first.body?.length, cache.bytes > bytes.length], [bytes.length, true]);
    assertEquals(new TextDecoder().decode(decoded(bytes, "zstd")) === large, true);
    await put("huge.txt", "abcdefg\n".repeat(HUGE_BYTES / 8));
    const before = cache.bytes;
    const huge = await get("/huge.txt", { "Accept-Encoding": "zstd" });
    assertEquals([field(huge, "content-encoding"), huge.body?.length], ["zstd", null]);
    assertEquals(decoded(await bodyBytes(huge), "zstd").length, HUGE_BYTES);
    assert(cache.bytes - before < 10_000);
  });
});

Deno.test("while too much is compressed, a file is sent as it is", async () => {
  await withSite(async ({ put, get }) => {
    await put("a.css", sampleText(20_000));
    await put("huge.txt", "abcdefg\n".repeat(HUGE_BYTES / 8));
    let places = 0;
    while (encodeTurns.enter()) places++;
    try {
      for (const path of ["/a.css", "/huge.txt"]) {
        const response = await get(path, { "Accept-Encoding": "gzip" });
        assertEquals([response.status, field(response, "content-encoding")], [200, null]);
        assertEquals(field(response, "vary"), "Accept-Encoding");
        if (!(response.body instanceof Uint8Array)) response.body?.close();
      }
    } finally {
      for (; places > 0; places--) encodeTurns.leave();
    }
    const response = await get("/a.css", { "Accept-Encoding": "gzip" });
    assertEquals(field(response, "content-encoding"), "gzip");
  });
});

Deno.test("ranges are those of a file or its copy, never of what is made", async () => {
  await withSite(async ({ put, get }) => {
    const text = sampleText(20_000);
    await put("a.css", text);
    await put("b.css", text);
    await put("b.css.gz", "0123456789 as gzip");
    const plain = field(await get("/a.css"), "etag")!;
    const made = field(await get("/a.css", { "Accept-Encoding": "gzip" }), "etag")!;
    const copy = field(await get("/b.css", { "Accept-Encoding": "gzip" }), "etag")!;
    const cases: [path: string, ifRange: string | null, status: number, etag: string][] = [
      ["/a.css", null, 206, plain],
      ["/a.css", plain, 206, plain],
      ["/a.css", made, 200, plain],
      ["/b.css", null, 206, copy],
      ["/b.css", copy, 206, copy],
      ["/b.css", plain, 200, copy],
    ];
    for (const [path, ifRange, status, etag] of cases) {
      const response = await get(path, {
        "Accept-Encoding": "gzip",
        Range: "bytes=2-5",
        ...(ifRange === null ? {} : { "If-Range": ifRange }),
      });
      assertEquals(
        [response.status, field(response, "etag")],
        [status, etag],
        `${path} ${ifRange}`,
      );
      assertEquals(field(response, "vary"), "Accept-Encoding");
      const bytes = new TextDecoder().decode(await bodyBytes(response));
      const whole = path === "/a.css" ? text : "0123456789 as gzip";
      assertEquals(bytes === (status === 206 ? whole.slice(2, 6) : whole), true);
    }
    const several = { Range: "bytes=0-1,5-6", "Accept-Encoding": "gzip" };
    const parts = await get("/b.css", several);
    assertEquals([parts.status, field(parts, "content-encoding")], [200, "gzip"]);
    const beyond = await get("/a.css", { Range: "bytes=99999-", "Accept-Encoding": "gzip" });
    assertEquals(field(beyond, "content-range"), "bytes */20000");
  });
});

// Property: whatever ranges are asked for, what comes are those bytes of the file, from the disk and
// from memory.
Deno.test("several ranges are the bytes of the file", async () => {
  await withSite(async ({ put, get }) => {
    const content = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31 + (i >> 8)) % 256);
    await put("a.bin", content);
    await put("b.bin", content.subarray(0, 3000));
    const ranges = ["0-1,699990-", "5-9,0-3", "100-400000,500000-600000,-7", "0-0,2-2,4-4"];
    for (let round = 0; round < 4; round++) {
      for (const [path, size] of [["/a.bin", 700_000], ["/b.bin", 3000]] as const) {
        for (const range of ranges) {
          const response = await get(path, { Range: `bytes=${range}` });
          const bytes = await bodyBytes(response);
          if (response.status === 206 && field(response, "content-range") !== null) {
            const [, first] = /^bytes (\d+)-/.exec(field(response, "content-range")!)!;
            assertEquals(bytes, content.slice(Number(first), Number(first) + bytes.length));
            continue;
          }
          assertEquals([response.status, field(response, "accept-ranges")], [206, "bytes"]);
          assertEquals(response.body?.length, bytes.length);
          const parts = parseMultipart(field(response, "content-type")!, bytes);
          assertEquals(parts.length > 1, true);
          for (const part of parts) {
            assertEquals([part.type, part.size], ["application/octet-stream", size]);
            assertEquals(part.bytes, content.slice(part.start, part.end + 1));
          }
        }
      }
      await bodyBytes(await get("/b.bin"));
    }
    const [first, second] = [
      await get("/b.bin", { Range: "bytes=0-1,5-6" }),
      await get("/b.bin", {
        Range: "bytes=0-1,5-6",
      }),
    ];
    assertNotEquals(field(first, "content-type"), field(second, "content-type")); // not foreseeable
  });
});
