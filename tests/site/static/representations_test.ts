import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { FileIdentity } from "../../../mod/site/static/opened_file.ts";
import { entryFor } from "../../../mod/site/static/representations.ts";
import {
  type CacheEntry,
  isSameEntry,
  representationsOf,
} from "../../../mod/site/static/response_cache.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0, 400);
const LONG_AGO_MS = NOW_MS - 86_400_123;

function identityOf(changes: Partial<FileIdentity> = {}): FileIdentity {
  const identity = {
    size: 5000,
    mtimeMs: LONG_AGO_MS,
    ctimeMs: LONG_AGO_MS,
    uid: 0,
    mode: 0o100644,
    isFile: true,
    isFolder: false,
    isLink: false,
    ...changes,
  };
  return { stamp: [identity.size, identity.mtimeMs, identity.ctimeMs].join(), ...identity };
}

function entry(
  name: string,
  identity: FileIdentity = identityOf(),
  { copies = [], nowMs = NOW_MS, compresses = true }: {
    copies?: (FileIdentity | undefined)[];
    nowMs?: number;
    compresses?: boolean;
  } = {},
): CacheEntry {
  return entryFor({ path: `/srv/${name}`, name, identity, copies }, { nowMs, compresses });
}

function codings({ variants }: CacheEntry): string[] {
  return variants.map(({ coding, isMade }) => isMade ? `${coding} made` : `${coding}`);
}

Deno.test("entryFor() has what can be made of a file, after what is prepared", () => {
  const copy = identityOf({ size: 900 });
  const small = identityOf({ size: 1023 });
  assertEquals(codings(entry("a.css")), ["br made", "zstd made", "gzip made"]);
  assertEquals(codings(entry("a.css", identityOf(), { copies: [undefined, undefined, copy] })), [
    "gzip",
    "br made",
    "zstd made",
  ]);
  assertEquals(codings(entry("a.css", identityOf(), { compresses: false })), []);
  assertEquals(codings(entry("a.css", small)), []);
  assertEquals(codings(entry("a.css", identityOf({ size: 1024 }))).length, 3);
  for (const name of ["a.png", "a.zip", "a", "a.woff2", "a.gz"]) {
    assertEquals(codings(entry(name)), [], name);
  }
  const archive = entry("a.tar", identityOf(), { copies: [copy] });
  assertEquals(codings(archive).includes("br"), true); // whoever prepares a copy wants it sent
});

Deno.test("every representation of what is compressed says what it depends on", () => {
  for (const one of representationsOf(entry("a.css"))) {
    const fields = new Map(one.headers);
    assertEquals(one.headers.filter(([name]) => name === "Vary"), [["Vary", "Accept-Encoding"]]);
    assertEquals(fields.get("Content-Encoding") ?? null, one.coding);
    assertEquals(fields.get("Accept-Ranges"), one.isMade ? undefined : "bytes");
  }
  const plain = entry("a.png");
  assertEquals(plain.identity.headers.some(([name]) => name === "Vary"), false);
});

Deno.test("a strong tag changes with the bytes, and with the coding", () => {
  const copy = identityOf();
  const tags = [
    ...representationsOf(entry("a.css")),
    ...representationsOf(entry("a.css", identityOf(), { copies: [copy, copy, copy] })).slice(1),
    ...representationsOf(entry("a.css", identityOf({ size: 5001 }))),
    ...representationsOf(entry("a.css", identityOf({ mtimeMs: LONG_AGO_MS + 1 }))),
    // Other bytes of the same length, and the time of modification set back.
    ...representationsOf(entry("a.css", identityOf({ ctimeMs: LONG_AGO_MS + 1 }))),
  ].map(({ etag }) => etag);
  assertEquals(new Set(tags).size, tags.length);
  for (const tag of tags) assertMatch(tag, /^"[0-9a-z-]+"$/);
});

Deno.test("the tag is weak, and never the same twice, while the file may change unnoticed", () => {
  const whole = Math.floor(NOW_MS / 1000) * 1000;
  const cases: [mtimeMs: number, isWeak: boolean][] = [
    [NOW_MS, true],
    [NOW_MS - 49, true],
    [NOW_MS - 50, false],
    [NOW_MS + 20, true], // the clock of the file system is ahead
    [NOW_MS + 86_400_001, false],
    [whole, true], // a file system that has only seconds
    [whole - 1000, true],
    [whole - 2000, false],
  ];
  for (const [mtimeMs, isWeak] of cases) {
    const identity = identityOf({ mtimeMs, ctimeMs: mtimeMs });
    const [first, second] = [
      entry("a.css", identity),
      entry("a.css", identity, {
        nowMs: NOW_MS + 1,
      }),
    ];
    assertEquals(first.identity.etag.startsWith("W/"), isWeak, `${mtimeMs - NOW_MS}`);
    assertEquals(isSameEntry(first, second), !isWeak);
    if (isWeak) assertNotEquals(first.identity.etag, second.identity.etag);
  }
});

Deno.test("a date is strong once its second is over", () => {
  const recent = identityOf({ mtimeMs: NOW_MS - 1500 });
  const first = entry("a.css", recent);
  const later = entry("a.css", recent, { nowMs: NOW_MS + 1000 });
  assertEquals([first.identity.isDateStrong, later.identity.isDateStrong], [false, true]);
  assertEquals(isSameEntry(first, later), false);
});
