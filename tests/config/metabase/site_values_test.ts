// Goal: what is served follows the inheritance of the metabase. Method: documents in, values out; a
// model that walks up the keys by itself.
import { assertEquals } from "@std/assert";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type MetabaseValue,
  type SiteRecord,
} from "../../../mod/config/document/document.ts";
import { type ServedSite, siteValues } from "../../../mod/config/metabase/site_values.ts";

const SITE: SiteRecord = {
  ...DEFAULT_DOCUMENT.sites[0]!,
  content: { kind: "root", path: "/srv/www" },
  applications: [{ path: "/Docs/", content: { kind: "root", path: "/srv/docs" } }],
};

type Keys = Record<string, Record<string, MetabaseValue>>;

function served(metabase: Keys, settings: ConfigDocument["settings"] = {}): ServedSite {
  return siteValues({ ...DEFAULT_DOCUMENT, sites: [SITE], metabase, settings })(SITE);
}

Deno.test("a site of which nothing is said is served as it is stored", () => {
  assertEquals(served({}), SITE);
  assertEquals(served({ W3SVC: { DisableSocketPooling: true } }), SITE);
  assertEquals(
    served({ "W3SVC/2": { LogType: 0 }, "W3SVC/Info": { MajorIIsVersionNumber: 6 } }),
    SITE,
  );
});

Deno.test("values of connections, limits and logs come from the site, else from W3SVC", () => {
  const own = served({
    W3SVC: { MaxConnections: 7, AllowKeepAlive: false },
    "W3SVC/1": { ConnectionTimeout: 5, LogExtFileFlags: 3, AllowKeepAlive: true },
  });
  assertEquals(own.maxConnections, 7);
  assertEquals(own.values?.connectionTimeout, 5);
  assertEquals(own.values?.closes, undefined);
  assertEquals(own.values?.log, { enabled: true, flags: 3 });
  const service = served({ W3SVC: { MaxConnections: 4294967295, AllowKeepAlive: false } });
  assertEquals([service.maxConnections, service.values?.closes], [undefined, true]);
  const off = served({ "W3SVC/1": { LogType: 1 } }, { LogEnabled: false });
  assertEquals(off.values?.log?.enabled, true);
  assertEquals(
    served({ "W3SVC/1": { ConnectionTimeout: "soon", LogType: 1 } }).values?.log,
    undefined,
  );
});

Deno.test("paths are those of the keys that differ, the longest first", () => {
  const site = served({
    "W3SVC/1/ROOT": { AccessFlags: 0x1001 },
    "W3SVC/1/ROOT/Docs": { AccessFlags: 0 },
    "W3SVC/1/ROOT/Docs/Open": { KeyType: "IIsWebDirectory", AccessFlags: 1 },
    "W3SVC/1/ROOT/same": { KeyType: "IIsWebDirectory", AccessFlags: 0x1001 },
  });
  assertEquals(site.values?.paths, [
    { path: "/docs/open" },
    { path: "/docs", closedTo: "all" },
    { path: "", closedTo: "remote" },
  ]);
});

Deno.test("HttpRedirect of a site or W3SVC has no effect, that of a key below has its path", () => {
  const value = "/new, PERMANENT";
  const above = served({ W3SVC: { HttpRedirect: value }, "W3SVC/1": { HttpRedirect: value } });
  assertEquals(above.values?.paths, undefined);
  const below = served({
    "W3SVC/1/ROOT/old": { KeyType: "IIsWebDirectory", HttpRedirect: value },
    "W3SVC/1/ROOT/old/deep": { KeyType: "IIsWebDirectory", DefaultDoc: "a.htm" },
  });
  assertEquals(below.values?.paths, [
    { path: "/old/deep", redirect: { value, at: "/old" }, documents: ["a.htm"] },
    { path: "/old", redirect: { value, at: "/old" } },
  ]);
});

Deno.test("a folder that is listed is listed below, but not in an application", () => {
  const listed = served({
    W3SVC: { DirBrowseFlags: 0xc000003e },
    "W3SVC/1/ROOT/own": { KeyType: "IIsWebDirectory", DirBrowseFlags: 0 },
  });
  assertEquals(listed.values?.paths, [
    { path: "/docs", listing: false },
    { path: "/own", documents: [], listing: false },
    { path: "", listing: true },
  ]);
});

Deno.test("fields for caches are made of HttpExpires and CacheControl…", () => {
  const cases: [Record<string, MetabaseValue>, string[] | undefined][] = [
    [{ HttpExpires: "D, 0x15180" }, ["Cache-Control: max-age=86400"]],
    [{ HttpExpires: "D, 60", CacheControlMaxAge: 5 }, ["Cache-Control: max-age=5"]],
    [{ HttpExpires: "S, Sat, 01 Jan 2028 00:00:00 GMT" }, [
      "Expires: Sat, 01 Jan 2028 00:00:00 GMT",
    ]],
    [{ CacheControlNoCache: true, CacheControlCustom: "private" }, [
      "Cache-Control: no-cache, private",
    ]],
    [{ HttpExpires: "" }, undefined],
    [{ HttpExpires: "tomorrow" }, undefined],
    [{ HttpExpires: "S, x\r\nSet-Cookie: a=b" }, undefined],
  ];
  for (const [properties, want] of cases) {
    const { values } = served({ "W3SVC/1/ROOT": properties });
    assertEquals(values?.paths?.at(-1)?.caching, want, JSON.stringify(properties));
  }
});

Deno.test("any keys: a path has what the nearest key above it says", () => {
  let seed = 1;
  const random = (max: number): number => (seed = (seed * 48271) % 2147483647) % max;
  const places = ["", "/a", "/a/b", "/a/b/c", "/d", "/Docs/x"];
  for (let round = 0; round < 300; round++) {
    const keys = ["W3SVC", "W3SVC/1", ...places.map((place) => `W3SVC/1/ROOT${place}`)];
    const metabase: Keys = {};
    for (const key of keys) {
      const isCreated = /ROOT\/./.test(key);
      if (isCreated && random(2) === 0) continue;
      metabase[key] = {
        ...(isCreated ? { KeyType: "IIsWebDirectory" } : {}),
        ...(random(2) === 0 ? { DontLog: random(2) === 0 } : {}),
      };
    }
    const { values } = served(metabase);
    for (const place of [...places, "/Docs", "/a/b/c/d/e"]) {
      let key = `W3SVC/1/ROOT${place}`;
      while (key !== "" && metabase[key]?.DontLog === undefined) {
        key = key.slice(0, Math.max(0, key.lastIndexOf("/")));
      }
      const covering = values?.paths?.find(({ path }) => {
        return place.toLowerCase() === path || place.toLowerCase().startsWith(`${path}/`);
      });
      const want = metabase[key]?.DontLog === true;
      assertEquals(covering?.unlogged === true, want, `${place} ${JSON.stringify(metabase)}`);
    }
  }
});
