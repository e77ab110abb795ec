// Goal: which record serves a connection, and which bindings have one. Method: tables.
import { assertEquals } from "@std/assert";
import { type Endpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { type Binding, parseBinding } from "../../../mod/config/document/binding.ts";
import type { SslRecord } from "../../../mod/config/document/document.ts";
import { certificateCheck, sslKeysFor } from "../../../mod/config/certs/ssl_lookup.ts";

Deno.test("sslKeysFor() returns the name, its wildcards, the address, then any address", () => {
  const cases: [endpoint: string, name: string, keys: string[]][] = [
    ["10.0.0.1:443", "", ["10.0.0.1:443", "0.0.0.0:443"]],
    ["10.0.0.1:443", "WWW", ["www:443", "10.0.0.1:443", "0.0.0.0:443"]],
    [
      "10.0.0.1:443",
      "A.b.x",
      ["a.b.x:443", "*.b.x:443", "*.x:443", "10.0.0.1:443", "0.0.0.0:443"],
    ],
    ["[::1]:8443", "", ["[::1]:8443", "[::]:8443", "0.0.0.0:8443"]],
    ["[fe80::1%v0]:1", "", ["[fe80::1%v0]:1", "[fe80::1]:1", "[::]:1", "0.0.0.0:1"]],
  ];
  for (const [endpoint, name, keys] of cases) {
    assertEquals(sslKeysFor(parseEndpoint(endpoint) as Endpoint, name), keys);
  }
});

Deno.test("certificateCheck() says which bindings cannot be served, and why", () => {
  const records = ["10.0.0.1:443", "a.test:443", "0.0.0.0:8443", "[::]:9443", "bad.test:7443"]
    .map((key) => ({ key }) as SslRecord);
  const check = certificateCheck(records, ({ key }) => {
    return key.startsWith("bad") ? "its key is missing" : null;
  });
  const cases: [binding: string, why: string | null][] = [
    ["10.0.0.1:443:", null],
    ["10.0.0.2:443:", 'https on "10.0.0.2:443:" has no certificate'],
    ["10.0.0.2:443:a.test", null],
    [":443:", null],
    [":443:b.test", null], // served by the record of 10.0.0.1
    [":444:", 'https on ":444:" has no certificate'],
    ["10.9.9.9:8443:b.test", null],
    ["[::1]:8443:", null],
    ["[::1]:9443:", null],
    ["10.0.0.1:9443:", 'https on "10.0.0.1:9443:" has no certificate'],
    [":7443:other.test", 'https on ":7443:other.test" has no certificate'],
    [
      ":7443:bad.test",
      'https on ":7443:bad.test" cannot use the certificate of bad.test:7443: its key is missing',
    ],
  ];
  for (const [text, why] of cases) {
    assertEquals(check(parseBinding(text) as Binding)?.reason ?? null, why, text);
  }
});

Deno.test("certificateCheck() takes a wildcard record for every name below it", () => {
  const records = ["*.a.test:443", "x.b.test:443"].map((key) => ({ key }) as SslRecord);
  const check = certificateCheck(records, () => null);
  const cases: [binding: string, isServed: boolean][] = [
    [":443:www.a.test", true],
    [":443:deep.www.a.test", true],
    ["10.0.0.1:443:www.a.test", true],
    [":443:a.test", false],
    ["10.0.0.1:443:a.test", false],
    [":443:*.a.test", true],
    [":443:*.deep.a.test", true],
    [":443:*.test", true], // for some of the names below it
    [":443:*.b.test", true],
    ["10.0.0.1:443:*.b.test", true],
    [":443:*.c.test", false],
    [":443:y.b.test", false],
    [":444:www.a.test", false],
    [":443:", true],
  ];
  for (const [text, isServed] of cases) {
    assertEquals(check(parseBinding(text) as Binding) === null, isServed, text);
  }
});

Deno.test("certificateCheck() passes over a record whose certificate cannot be used", () => {
  const records = ["a.test:443", "0.0.0.0:443"].map((key) => ({ key }) as SslRecord);
  const check = certificateCheck(records, ({ key }) => key.startsWith("a.") ? "gone" : null);
  assertEquals(check(parseBinding("10.0.0.1:443:a.test") as Binding), null);
});
