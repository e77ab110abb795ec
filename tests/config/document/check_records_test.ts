// Goal: what a hand in the file can get wrong about ssl and urlAcl. Method: documents, all problems.
import { assertEquals } from "@std/assert";
import { checkRecords } from "../../../mod/config/document/check_records.ts";
import { DEFAULT_DOCUMENT, type SslRecord } from "../../../mod/config/document/document.ts";

function ssl(key: string): SslRecord {
  return {
    key,
    hash: "0".repeat(40),
    appId: "{00000000-0000-0000-0000-000000000000}",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
}

Deno.test("checkRecords() gives every problem with its place", () => {
  const sddl = "D:(A;;GX;;;WD)";
  const document = {
    ...DEFAULT_DOCUMENT,
    ssl: [
      ssl("0.0.0.0:443"),
      ssl("www.example.com:443"),
      ssl("[::0]:443"),
      ssl("0.0.0.0:443"),
      ssl("nonsense"),
    ],
    urlAcl: [
      { url: "http://+:80/a/", sddl },
      { url: "http://+:80/A/", sddl },
      { url: "http://+/", sddl: "everyone" },
    ],
  };
  assertEquals(checkRecords(DEFAULT_DOCUMENT), []);
  assertEquals(checkRecords(document), [
    { at: "ssl[2].key", message: '"[::0]:443" is to be written "[::]:443"' },
    { at: "ssl[3].key", message: '"0.0.0.0:443" stands here twice' },
    { at: "ssl[4].key", message: '"nonsense" is no IP:port and no name:port' },
    { at: "urlAcl[1].url", message: '"http://+:80/a/" stands here twice' },
    { at: "urlAcl[2].url", message: '"http://+/" is no scheme://host:port/path/' },
    { at: "urlAcl[2].sddl", message: '"everyone" is no D:(…) list' },
  ]);
});
