// Goal: one canonical text per binding, and a reason for every other text. Method: tables.
import { isProblem } from "../../../mod/base/problem.ts";
import { formatUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { valueOf } from "../../support/problems.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  bindingPrefix,
  formatBinding,
  parseBinding,
  registeredPrefix,
} from "../../../mod/config/document/binding.ts";

Deno.test("parseBinding() and formatBinding() produce the canonical text", () => {
  const cases: [text: string, canonical: string][] = [
    [":80:", ":80:"],
    [":80", ":80:"],
    ["*:80:", ":80:"],
    ["192.168.1.10:80:", "192.168.1.10:80:"],
    ["192.168.1.10:80", "192.168.1.10:80:"],
    [":80:www.example.com", ":80:www.example.com"],
    [":80:WWW.Example.COM.", ":80:www.example.com"],
    ["10.0.0.5:65535:a", "10.0.0.5:65535:a"],
    ["[::1]:8080:", "[::1]:8080:"],
    ["[2001:DB8:0::5]:80:x", "[2001:db8::5]:80:x"],
    ["[::ffff:10.0.0.5]:80:", "10.0.0.5:80:"],
    ["[fe80::1%eth0]:80:", "[fe80::1%eth0]:80:"],
    [":80:my_host-2.intra", ":80:my_host-2.intra"],
    ["*:80:*.Example.COM.", ":80:*.example.com"],
    ["10.0.0.5:80:*.com", "10.0.0.5:80:*.com"],
  ];
  for (const [text, canonical] of cases) {
    const binding = valueOf(parseBinding(text));
    assertEquals(formatBinding(binding), canonical);
    assertEquals(parseBinding(canonical), binding, `${canonical} means the same`);
  }
});

Deno.test("parseBinding() returns address, port and host", () => {
  assertEquals(parseBinding("*:81:"), { ip: null, port: 81, host: "" });
});

Deno.test("parseBinding() says what is wrong", () => {
  const form = "not of the form IP:Port:Host";
  const cases: [text: string, reason: string][] = [
    ["", form],
    ["80", form],
    ["::1:80:", form], // an IPv6 address without its brackets
    ["http://10.0.0.5:80:", form],
    ["10.0.0.5:80:host:more", form],
    ["localhost:80:", form],
    ["+:80:", form],
    [":80:\n", "host name"],
    ["10.0.0.5:80: ", "host name"],
    ["10.0.0.5:-1:", form],
    ["10.0.0:80:", '"10.0.0" is not an IP address'],
    ["01.2.3.4:80:", '"01.2.3.4" is not an IP address'],
    ["1..2.3:80:", '"1..2.3" is not an IP address'],
    ["224.0.0.1:80:", '"224.0.0.1" is a multicast address, to which no client connects'],
    ["[ff02::1]:80:", '"[ff02::1]" is a multicast address, to which no client connects'],
    ["255.255.255.255:80:", "is a broadcast address"],
    [
      "0.0.0.0:80:",
      '"0.0.0.0" stands for every address, and no client connects to it: leave it out',
    ],
    ["0.0.0.0:80:a.example", '"0.0.0.0" stands for every address'],
    ["0.0.0.0:80", '"0.0.0.0" stands for every address'],
    ["[::]:80:", '"[::]" stands for every address, and no client connects to it: leave it out'],
    ["[0:0::0]:80:", '"[0:0::0]" stands for every address'],
    ["[::ffff:0.0.0.0]:80:", '"[::ffff:0.0.0.0]" stands for every address'],
    ["[::g]:80:", '"[::g]" is not an IP address'],
    ["[1:2]:80:", '"[1:2]" is not an IP address'],
    [":0:", 'port must be between 1 and 65535, not "0"'],
    [":65536:", 'port must be between 1 and 65535, not "65536"'],
    [":080:", 'port must not begin with 0: "080"'],
    [":80:-bad", "host name"],
    [":80:a..b", "host name"],
    [":80:*.*.example.com", 'a "*" can only be its whole first label, as in *.example.com'],
    [":80:www.*.example.com", 'a "*" can only be its whole first label'],
    [":80:w*.example.com", 'a "*" can only be its whole first label'],
    [":80:*example.com", 'a "*" can only be its whole first label'],
    [":80:*", 'a "*" can only be its whole first label'],
    [":80:*.", 'a "*" can only be its whole first label'],
    [":80:*.0.0.1", 'a "*" can only be its whole first label'],
    [`:80:${"a".repeat(64)}`, "host name"],
  ];
  for (const [text, reason] of cases) {
    const result = parseBinding(text);
    assert(isProblem(result), `${JSON.stringify(text)} is a binding`);
    assertStringIncludes(result.reason, reason, text);
  }
});

Deno.test("registeredPrefix() returns the URL that IIS registers for a binding", () => {
  const cases: readonly (readonly [string, "http" | "https", string])[] = [
    [":80:", "http", "http://*:80/"],
    [":80:www.test", "http", "http://www.test:80/"],
    ["1.2.3.4:80:", "http", "http://1.2.3.4:80:1.2.3.4/"],
    ["1.2.3.4:443:www.test", "https", "https://www.test:443:1.2.3.4/"],
    ["[::1]:82:", "http", "http://[::1]:82:[::1]/"],
    ["", "https", "https://*/"],
  ];
  for (const [text, scheme, want] of cases) {
    assertEquals(registeredPrefix(text, scheme), want, text);
  }
});

Deno.test("bindingPrefix() returns the prefix that a binding claims, and its bucket", () => {
  const cases: [binding: string, prefix: string, bucket: string][] = [
    [":80:", "http://*:80/", "weak"],
    [":80:a.test", "http://a.test:80/", "name"],
    ["10.0.0.5:80:", "http://10.0.0.5:80/", "ip"],
    ["[::1]:8080:", "http://[::1]:8080/", "ip"],
    ["10.0.0.5:80:a.test", "http://a.test:10.0.0.5:80/", "name"],
  ];
  for (const [text, prefix, bucket] of cases) {
    const claimed = bindingPrefix(valueOf(parseBinding(text)), "http");
    assertEquals([formatUrlPrefix(claimed), claimed.bucket], [prefix, bucket]);
  }
  assertEquals(
    formatUrlPrefix(bindingPrefix(valueOf(parseBinding(":1:")), "https")),
    "https://*:1/",
  );
});
