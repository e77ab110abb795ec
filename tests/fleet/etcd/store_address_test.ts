// Goal: whatever is typed or stored as a store is its endpoints, or says what to type.
// Method: tables.
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { UsageFault } from "../../../mod/base/fault.ts";
import { parseStoreUrls, storeAddressSchema } from "../../../mod/fleet/etcd/store_address.ts";

Deno.test("parseStoreUrls() returns origins with a port", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["http://10.0.0.1:2379", ["http://10.0.0.1:2379"]],
    ["https://etcd.example", ["https://etcd.example:2379"]],
    ["https://etcd.example:443", ["https://etcd.example:443"]],
    ["http://etcd.example:80/", ["http://etcd.example:80"]],
    ["HTTPS://ETCD.example/", ["https://etcd.example:2379"]],
    ["http://[::1]:1", ["http://[::1]:1"]],
    [" http://a:1, http://b:2,,http://a:1 ", ["http://a:1", "http://b:2"]],
  ];
  for (const [text, urls] of table) {
    assertEquals(parseStoreUrls(text), urls, text);
    assert(v.is(storeAddressSchema, { urls }), text);
  }
});

Deno.test("parseStoreUrls() says why a text is no store, and what is one", () => {
  const table: readonly (readonly [text: string, reason: string, hint: string])[] = [
    ["", "no URL", "https://10.0.0.1:2379,"],
    ["10.0.0.1:2379", "it must begin with http:// or https://", "join https://10.0.0.1:2379 "],
    ["etcd.example", "it must begin with", "join https://etcd.example:2379 "],
    ["grpc://a:1", "it must begin with", "join https://a:1 "],
    ["http://a:1/prefix", "without a path", "join http://a:1 "],
    ["http://a:1?x", "without a path", "join http://a:1 "],
    ["http://root:secret@a:1", "in a URL", "--password-file FILE"],
    ["http://root@a:1", "in a URL", "--user NAME"],
    ["http://", "it must begin with", "https://10.0.0.1:2379,"],
    [Array.from({ length: 17 }, (_, i) => `http://a:${i + 1}`).join(), "more than 16", ""],
  ];
  for (const [text, reason, hint] of table) {
    const fault = assertThrows(() => parseStoreUrls(text), UsageFault, reason, text);
    assert(fault.hint?.includes(hint), `${text}: ${fault.hint}`);
    assert(!fault.message.includes("secret"), fault.message);
  }
});

Deno.test("a stored address has origins, and what belongs together", () => {
  const urls = ["https://a:2379"];
  const bad: readonly unknown[] = [
    {},
    { urls: [] },
    { urls: ["https://a"] },
    { urls: ["https://x:y@a:2379"] },
    { urls: ["file:///etc/passwd"] },
    { urls, certFile: "/a" },
    { urls, keyFile: "/a" },
    { urls, user: "a" },
    { urls, passwordFile: "/a" },
    { urls, caFile: "" },
  ];
  for (const value of bad) assert(!v.is(storeAddressSchema, value), JSON.stringify(value));
  assert(v.is(storeAddressSchema, {
    urls,
    caFile: "/ca",
    certFile: "/c",
    keyFile: "/k",
    user: "web1",
    passwordFile: "/p",
  }));
});
