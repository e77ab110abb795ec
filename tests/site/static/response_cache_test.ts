import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  type CacheEntry,
  type Representation,
  ResponseCache,
} from "../../../mod/site/static/response_cache.ts";

const SETTINGS = { UriEnableCache: true, UriMaxUriBytes: 262144, UriScavengerPeriod: 120 };

Deno.test("ResponseCache returns the same response object while it is cached", () => {
  const cache = new ResponseCache(SETTINGS);
  const entries = cache.partition(1);
  const cached = entry(0);
  cache.put(entries, "/a", cached);
  const response = cache.cacheWhole(
    { entries, path: "/a", entry: cached },
    cached.identity,
    new Uint8Array(10),
  );
  assertStrictEquals(entries.get("/a")!.identity.whole, response);
  assertEquals(response.status, 200);
});

Deno.test("ResponseCache evicts what was unused for UriScavengerPeriod", () => {
  const cache = new ResponseCache({ ...SETTINGS, UriScavengerPeriod: 10 });
  const entries = cache.partition(1);
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

Deno.test("ResponseCache evicts many entries a part at a time", () => {
  const cache = new ResponseCache({ ...SETTINGS, UriScavengerPeriod: 10 });
  const entries = cache.partition(1);
  for (let i = 0; i < 20_000; i++) cache.put(entries, `/${i}`, entry(0));
  cache.tick(19_500);
  assertEquals(entries.size > 10_000 && entries.size < 20_000, true);
  for (let second = 20; entries.size > 0 && second < 25; second++) cache.tick(second * 1000);
  assertEquals([entries.size, cache.bytes], [0, 0]);
});

Deno.test("ResponseCache never exceeds its limit, and counts what it holds", () => {
  const cache = new ResponseCache(SETTINGS, 10_000);
  const entries = cache.partition(1);
  for (let i = 0; i < 20; i++) {
    const added = entry(i);
    cache.put(entries, `/${i}`, added);
    cache.cacheWhole(
      { entries, path: `/${i}`, entry: added },
      added.identity,
      new Uint8Array(2000),
    );
  }
  assertEquals(cache.bytes <= 10_000, true);
  assertEquals(entries.has("/0"), true); // what came first stays
  const before = cache.bytes;
  cache.put(entries, "/0", entry(0)); // replaced: its bytes are subtracted
  assertEquals(cache.bytes, before - 2000);
  for (const path of [...entries.keys()]) cache.remove(entries, path);
  assertEquals(cache.bytes, 0);
});

Deno.test("ResponseCache, when full, evicts only what was unused for ten seconds", () => {
  const cache = new ResponseCache(SETTINGS, 3 * 1024);
  const entries = cache.partition(1);
  for (const path of ["/cold", "/hot", "/warm"]) cache.put(entries, path, entry(0));
  entries.get("/hot")!.usedMs = 19_000;
  entries.get("/warm")!.usedMs = 12_000;
  cache.put(entries, "/new", entry(20_000));
  assertEquals([...entries.keys()], ["/hot", "/warm", "/new"]);
  cache.put(entries, "/newer", entry(20_100));
  // Less than a second later, and none is cold.
  assertEquals([...entries.keys()], ["/hot", "/warm", "/new"]);
  cache.put(entries, "/newest", entry(22_100));
  assertEquals([...entries.keys()], ["/hot", "/new", "/newest"]);
});

Deno.test("ResponseCache counts nothing for an entry that was replaced meanwhile", () => {
  const cache = new ResponseCache(SETTINGS);
  const entries = cache.partition(1);
  const first = entry(0);
  cache.put(entries, "/a", first);
  cache.put(entries, "/a", entry(1));
  const before = cache.bytes;
  const ref = { entries, path: "/a", entry: first };
  cache.cacheWhole(ref, first.identity, new Uint8Array(500));
  cache.cacheBytes(ref, first.identity, new Uint8Array(500));
  assertEquals(cache.bytes, before);
  assertEquals([first.identity.whole, first.identity.bytes], [null, null]);
});

Deno.test("ResponseCache caches a larger file after more than two requests in ten seconds", () => {
  const cache = new ResponseCache(SETTINGS, 10_000);
  const entries = cache.partition(1);
  const added = entry(0);
  cache.put(entries, "/a", added);
  const results = [0, 9_000, 10_000, 10_001, 10_002, 10_003].map((nowMs) => {
    return cache.shouldCacheBytes(added.identity, nowMs);
  });
  assertEquals(results, [false, false, false, false, true, true]);
  const before = cache.bytes;
  const ref = { entries, path: "/a", entry: added };
  cache.cacheBytes(ref, added.identity, new Uint8Array(5000));
  cache.cacheBytes(ref, added.identity, new Uint8Array(5000)); // two reads at the same time
  assertEquals(cache.bytes, before + 5000);
  added.usedMs = 10_003;
  const large = { ...added.identity, size: 6000, bytes: null };
  assertEquals(cache.shouldCacheBytes(large, 10_004), false); // no room
  cache.remove(entries, "/a");
  assertEquals(cache.bytes, 0);
  assertEquals(cache.shouldCacheBytes({ ...large, size: 5 * 1024 * 1024 }, 10_005), false);
});

Deno.test("ResponseCache caches nothing with UriEnableCache off", () => {
  const cache = new ResponseCache({ ...SETTINGS, UriEnableCache: false });
  const entries = cache.partition(1);
  cache.put(entries, "/a", entry(0));
  assertEquals([entries.size, cache.bodyBytesMax], [0, 0]);
  for (let i = 0; i < 5; i++) assertEquals(cache.shouldCacheBytes(entry(0).identity, i), false);
  assertEquals(new ResponseCache(SETTINGS).bodyBytesMax, 262144);
});

function entry(nowMs: number): CacheEntry {
  const identity: Representation = {
    path: "/file",
    coding: null,
    isMade: false,
    size: 1,
    stamp: "",
    etag: '"0-1"',
    lastModified: null,
    isDateStrong: true,
    headers: [],
    whole: null,
    bytes: null,
    count: 0,
    countedFromMs: nowMs,
  };
  return { identity, variants: [], checkedMs: nowMs, usedMs: nowMs };
}
