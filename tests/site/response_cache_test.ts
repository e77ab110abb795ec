import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  type CacheEntry,
  type Representation,
  ResponseCache,
} from "../../mod/site/response_cache.ts";

const SETTINGS = { UriEnableCache: true, UriMaxUriBytes: 262144, UriScavengerPeriod: 120 };

Deno.test("ResponseCache gives the very same response for what it keeps", () => {
  const cache = new ResponseCache(SETTINGS);
  const entries = cache.partition();
  const kept = entry(0);
  cache.put(entries, "/a", kept);
  const response = cache.keep(entries, "/a", kept, kept.identity, new Uint8Array(10));
  assertStrictEquals(entries.get("/a")!.identity.whole, response);
  assertEquals(response.status, 200);
});

Deno.test("ResponseCache drops what was unused for the scavenger's period", () => {
  const cache = new ResponseCache({ ...SETTINGS, UriScavengerPeriod: 10 });
  const entries = cache.partition();
  cache.put(entries, "/old", entry(0));
  cache.put(entries, "/used", entry(0));
  cache.tick(9_000);
  assertEquals(entries.size, 2);
  entries.get("/used")!.usedMs = 15_000;
  cache.tick(19_500);
  assertEquals([...entries.keys()], ["/used"]);
  cache.tick(40_000);
  assertEquals([entries.size, cache.bytes], [0, 0]);
});

Deno.test("ResponseCache never holds more than its bound and counts what it holds", () => {
  const cache = new ResponseCache(SETTINGS, 10_000);
  const entries = cache.partition();
  for (let i = 0; i < 20; i++) {
    const added = entry(i);
    cache.put(entries, `/${i}`, added);
    cache.keep(entries, `/${i}`, added, added.identity, new Uint8Array(2000));
  }
  assertEquals(cache.bytes <= 10_000, true);
  assertEquals(entries.has("/0"), true); // what came first stays
  const before = cache.bytes;
  cache.put(entries, "/0", entry(0)); // replaced: its bytes are given back
  assertEquals(cache.bytes, before - 2000);
  for (const path of [...entries.keys()]) cache.remove(entries, path);
  assertEquals(cache.bytes, 0);
});

Deno.test("ResponseCache counts nothing for an entry that was replaced meanwhile", () => {
  const cache = new ResponseCache(SETTINGS);
  const entries = cache.partition();
  const first = entry(0);
  cache.put(entries, "/a", first);
  cache.put(entries, "/a", entry(1));
  const before = cache.bytes;
  cache.keep(entries, "/a", first, first.identity, new Uint8Array(500));
  assertEquals([cache.bytes, first.identity.whole], [before, null]);
});

Deno.test("ResponseCache keeps nothing with UriEnableCache off", () => {
  const cache = new ResponseCache({ ...SETTINGS, UriEnableCache: false });
  const entries = cache.partition();
  cache.put(entries, "/a", entry(0));
  assertEquals([entries.size, cache.bodyBytesMax], [0, 0]);
  assertEquals(new ResponseCache(SETTINGS).bodyBytesMax, 262144);
});

function entry(nowMs: number): CacheEntry {
  const identity: Representation = {
    path: "/file",
    size: 1,
    mtimeMs: 0,
    etag: '"0-1"',
    lastModified: null,
    headers: [],
    whole: null,
  };
  return { identity, brotli: null, gzip: null, checkedMs: nowMs, usedMs: nowMs };
}
