// Goal: whatever is no key, thumbprint or application id is explained, with one that is. Method:
// tables.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  explainNoAddressKey,
  explainNoAppId,
  explainNoHash,
  explainNoNameKey,
} from "../../../mod/config/certs/no_record.ts";

type Case = [text: string, reason: RegExp, cure: string | null];

function check(explain: typeof explainNoHash, cases: readonly Case[]): void {
  for (const [text, reason, cure] of cases) {
    const found = explain(text);
    assert(found !== null, text);
    assertMatch(found.reason, reason, text);
    assertEquals(found.cure, cure, text);
    if (cure !== null) assertEquals(explain(cure), null, cure);
  }
}

Deno.test("explainNoAddressKey() names the fault", () => {
  check(explainNoAddressKey, [
    ["", /empty/, "0.0.0.0:443"],
    ["10.0.0.5", /^the port is missing$/, "10.0.0.5:443"],
    ["::1", /^the port is missing$/, "[::1]:443"],
    ["::1:443", /in brackets/, "[::1]:443"],
    ["2001:db8::1", /^the port is missing$/, "[2001:db8::1]:443"],
    ["10.0.0.5:", /missing after the colon/, "10.0.0.5:443"],
    ["10.0.0.5:70000", /between 1 and 65535/, "10.0.0.5:443"],
    ["10.0.0.5:0", /between 1 and 65535/, "10.0.0.5:443"],
    ["10.0.0.5:0443", /begin with 0/, "10.0.0.5:443"],
    ["*:8443", /every address is 0\.0\.0\.0/, "0.0.0.0:8443"],
    [":8443", /every address is 0\.0\.0\.0/, "0.0.0.0:8443"],
    ["www.example.com:443", /host name, and no address/, "0.0.0.0:443"],
    ["https://10.0.0.5:443/", /URL/, "10.0.0.5:443"],
    ["1.2.3:443", /not an IP address: "1.2.3"/, "0.0.0.0:443"],
    ["10.0.0.5:443\u200e", /U\+200E/, "10.0.0.5:443"],
    ["www.example.com", /port is missing, and the host is no address/, "0.0.0.0:443"],
  ]);
  assertEquals(explainNoAddressKey("[::]:443"), null);
});

Deno.test("explainNoNameKey() names the fault", () => {
  check(explainNoNameKey, [
    ["www.example.com", /port is missing$/, "www.example.com:443"],
    ["10.0.0.5:443", /address, and no host name/, null],
    ["[::1]:443", /address, and no host name/, null],
    ["https://www.example.com/", /URL/, "www.example.com:443"],
    ["www.example.com:99999", /between 1 and 65535/, "www.example.com:443"],
    ["a.*.com:443", /whole first label/, "*.com:443"],
    ["www_:x!:1", /is not a host name/, null],
    ["\u201cwww.example.com:443\u201d", /U\+201C/, "www.example.com:443"],
  ]);
});

const HASH = "63b5d9dcfdbd2bcb501aefe48f8dda92b560dba6";

Deno.test("explainNoHash() names the fault", () => {
  check(explainNoHash, [
    ["", /empty/, null],
    [`\u200e${HASH}`, /U\+200E \(left-to-right mark\)/, HASH],
    [HASH.replace(/..(?=.)/g, "$& "), /spaces between/, HASH],
    [HASH.toUpperCase().replace(/..(?=.)/g, "$&:"), /colons between/, HASH],
    [HASH.slice(1), /39 hex digits, not 40/, null],
    [`${HASH}00`, /42 hex digits/, null],
    ["a".repeat(64), /SHA-256/, null],
    [`g${HASH.slice(1)}`, /"g" is no hex digit/, null],
    [`"${HASH}"`, /quotes/, HASH],
  ]);
  assertEquals(explainNoHash(HASH.toUpperCase()), null);
});

const APP = "{4dc3e181-e14b-4a21-b022-59fc669b0914}";
const NULL = "{00000000-0000-0000-0000-000000000000}";

Deno.test("explainNoAppId() names the fault", () => {
  check(explainNoAppId, [
    ["", /empty/, NULL],
    [APP.slice(1), /opening brace is missing/, APP],
    [APP.slice(0, -1), /closing brace is missing/, APP],
    [APP.replaceAll("-", ""), /hyphens/, APP],
    [`'${APP}'`, /quotes/, APP],
    [`\u200e${APP}`, /U\+200E/, APP],
    [APP.replaceAll("-", "\u2013"), /U\+2013/, APP],
    ["{4dc3e181-e14b-4a21-b022- 59fc669b0914}", /space in it/, APP],
    ["nonsense", /not of the form/, NULL],
  ]);
});
