/** Goal: every bind error has address, port, reason and a hint. Method: a table of error codes. */
import { assertEquals, assertMatch } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { bindFault } from "../../../mod/listen/machine/bind_fault.ts";

function failure(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

Deno.test("bindFault() explains the error codes of bind", () => {
  const at = parseEndpoint("127.0.0.2:80") as Endpoint;
  const cases: readonly (readonly [code: string, reason: RegExp, hint: RegExp])[] = [
    ["EADDRINUSE", /the port is in use/, /ss -atnp/],
    ["EADDRNOTAVAIL", /no interface of this machine has the address/, /query iplisten/],
    ["EACCES", /permission denied/, /1024 or higher/],
    ["EMFILE", /too many open files/, /ulimit -n/],
    ["EAFNOSUPPORT", /does not support/, /IPv6/],
    ["EOTHER", /EOTHER \(os error\)/, /127\.0\.0\.2/],
  ];
  for (const [code, reason, hint] of cases) {
    const fault = bindFault(at, failure(code), [], "linux");
    assertMatch(fault.message, /^Cannot listen on "127\.0\.0\.2:80": /);
    assertMatch(fault.message, reason);
    assertMatch(fault.hint ?? "", hint);
    assertEquals(fault.isAbsent, code === "EADDRNOTAVAIL");
  }
});
