// Goal: a host has one spelling, or it is rejected. Method: tables.
import { assertEquals } from "@std/assert";
import { parseHost } from "../../../mod/http/parse/host_field.ts";
import { latin1Bytes } from "../../support/fake_stream.ts";

const host = (text: string): string | null => {
  const bytes = latin1Bytes(`<${text}>`);
  return parseHost(bytes, 1, bytes.length - 1);
};

Deno.test("parseHost() returns the name in lower case, without port and trailing dot", () => {
  const cases: [string, string][] = [
    ["a", "a"],
    ["A.Example.", "a.example"],
    ["a.example:8080", "a.example"],
    ["a.example.:1", "a.example"],
    ["a:", "a"],
    ["127.0.0.1:80", "127.0.0.1"],
    ["a_b-c~d", "a_b-c~d"],
    ["[::1]", "[::1]"],
    ["[0:0::0:1]:65535", "[::1]"],
    ["[2001:DB8::A]", "[2001:db8::a]"],
    ["[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]"],
    ["[fe80::1%eth0]:80", "[fe80::1]"],
    ["[fe80::1%25eth0]", "[fe80::1]"],
  ];
  for (const [sent, want] of cases) assertEquals(host(sent), want, sent);
});

Deno.test("parseHost() rejects everything else", () => {
  const cases = [
    "",
    ".",
    "..",
    ".a",
    "a..b",
    "a..",
    ":80",
    "a b",
    "a, b",
    "a,b",
    "a/b",
    "a/../b",
    "a@b",
    "a#b",
    "a?b",
    "a\\b",
    "%41",
    "a:b",
    "a:0",
    "a:080",
    "a:65536",
    "a:-1",
    "a:80:80",
    "a:80 ",
    "caf\xe9",
    "a=5000",
    "[::1",
    "::1",
    "[]",
    "[1.2.3.4]",
    "[::1]x",
    "[::1]:x",
    "[::1%eth0]",
    "[fe80::1%]",
    "[v1.a]",
    "x".repeat(263),
  ];
  for (const sent of cases) assertEquals(host(sent), null, sent);
});
