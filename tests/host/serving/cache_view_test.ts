// Goal: cached responses are listed by URL and dropped by URL. Method: a cache with two entries.
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { CachedResponses } from "../../../mod/host/serving/cache_view.ts";
import { type CacheEntry, ResponseCache } from "../../../mod/site/static/response_cache.ts";

function entry(type: string, text: string): CacheEntry {
  const headers = [["Content-Type", type]] as const;
  const identity = {
    path: "/srv/x",
    coding: null,
    isMade: false,
    size: text.length,
    stamp: "",
    etag: '"1"',
    lastModified: null,
    isDateStrong: true,
    headers,
    bytes: null,
    count: 0,
    countedFromMs: 0,
    whole: { status: 200, headers, body: new TextEncoder().encode(text) },
  };
  return { identity, variants: [], checkedMs: 0, usedMs: 0 };
}

function cachedOf(bindings: readonly string[]): CachedResponses {
  const settings = { UriEnableCache: true, UriMaxUriBytes: 1000, UriScavengerPeriod: 120 };
  const cache = new ResponseCache(settings);
  const entries = cache.partition(1);
  cache.put(entries, "/a/b.txt", entry("text/plain", "hello"));
  cache.put(entries, "/c.js", entry("text/javascript", "1"));
  return new CachedResponses(cache, [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings }]);
}

Deno.test("CachedResponses lists and evicts by URL", () => {
  const cached = cachedOf(["127.0.0.2:80:"]);
  assertEquals(
    cached.list().map(({ url, contentType, contentLength, site, headersLength }) => {
      return [url, contentType, contentLength, site, headersLength];
    }),
    [
      ["http://127.0.0.2:80/a/b.txt", "text/plain", 5, "Default Web Site", 26],
      ["http://127.0.0.2:80/c.js", "text/javascript", 1, "Default Web Site", 31],
    ],
  );
  assertEquals(cached.evict({ url: "http://127.0.0.2:80/a", recursive: false }), 0);
  assertEquals(cached.evict({ url: "http://127.0.0.2:80/a", recursive: true }), 1);
  assertEquals(cached.evict({ url: null, recursive: false }), 1);
  assertEquals(cached.list(), []);
});

Deno.test("CachedResponses writes the URLs of a site with its first binding", () => {
  const urls = [[":80:"], [":80:a.example"], ["[::1]:80:"], []].map((bindings) => {
    return cachedOf(bindings).list()[1]?.url;
  });
  assertEquals(urls, [
    "http://localhost:80/c.js",
    "http://a.example:80/c.js",
    "http://[::1]:80/c.js",
    "http://localhost/c.js",
  ]);
});
