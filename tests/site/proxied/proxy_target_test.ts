/** Goal: a program of a user is proxied on this machine and nowhere else, and an administrator's
 * target is read in one way. Method: tables. */
import { assert, assertEquals } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import {
  authorityOf,
  formatProxyTarget,
  nearestProxyTarget,
  parseLocalTarget,
  parseProxyTarget,
} from "../../../mod/site/proxied/proxy_target.ts";

Deno.test("parseLocalTarget() accepts loopback addresses and absolute socket paths", () => {
  const cases: [text: string, want: string | null][] = [
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["http://127.8.9.1:1/", "http://127.8.9.1:1"],
    ["http://[::1]:65535", "http://[::1]:65535"],
    ["unix:/run/app.sock", "unix:/run/app.sock"],
    ["http://[::ffff:127.0.0.1]:80", "http://127.0.0.1:80"],
    ["http://10.0.0.1:80", null],
    ["http://0.0.0.0:80", null],
    ["http://localhost:80", null], // a name may mean anything
    ["http://127.0.0.1", null],
    ["http://127.0.0.1:0", null],
    ["http://127.0.0.1:80/path", null],
    ["http://user@127.0.0.1:80", null],
    ["https://127.0.0.1:443", null],
    ["127.0.0.1:80", null],
    ["unix:run/app.sock", null],
    ["unix:", null],
    ["unix:/a\u0000b", null],
    [`unix:/${"x".repeat(103)}`, null],
    ["", null],
  ];
  for (const [text, want] of cases) {
    const target = parseLocalTarget(text);
    assertEquals(target === null ? null : formatProxyTarget(target), want, text);
  }
});

Deno.test("parseProxyTarget() accepts any host, a path, and TLS", () => {
  const cases: [text: string, canonical: string][] = [
    ["http://10.0.0.1:8080", "http://10.0.0.1:8080"],
    ["http://App.Internal:80/", "http://app.internal:80/"],
    ["http://app.internal", "http://app.internal:80"],
    ["https://app.internal", "https://app.internal:443"],
    ["https://app.internal.:8443/v1/", "https://app.internal:8443/v1/"],
    ["http://localhost:3000/base/x%20y", "http://localhost:3000/base/x%20y"],
    ["https://[2001:DB8::1]", "https://[2001:db8::1]:443"],
    ["http://my_app:1", "http://my_app:1"],
    ["unix:/run/a b.sock", "unix:/run/a b.sock"],
  ];
  for (const [text, canonical] of cases) {
    const target = parseProxyTarget(text);
    assert(!isProblem(target), text);
    assertEquals(formatProxyTarget(target), canonical);
    assertEquals(parseProxyTarget(canonical), target, "the canonical text is the same target");
  }
});

Deno.test("parseProxyTarget() says why a text is no target, and what was meant", () => {
  const cases: [text: string, reason: RegExp, meant: string][] = [
    ["127.0.0.1:80", /must start with/, "http://127.0.0.1:80"],
    ["app:3000", /must start with/, "http://127.0.0.1:3000"],
    ["ftp://a:1", /must start with/, "http://a:1"],
    ["http://", /host name or address/, "http://127.0.0.1:3000"],
    ["http://a:0", /port/, "http://a:3000"],
    ["http://a:65536", /port/, "http://a:3000"],
    ["http://a:", /port/, "http://a:3000"],
    ["http://u:p@a:1", /user name/, "http://a:1"],
    ["http://1.2:80", /host name or address/, "http://127.0.0.1:3000"],
    ["http://0x7f.1:80", /host name or address/, "http://127.0.0.1:3000"],
    ["http://2130706433:80", /host name or address/, "http://127.0.0.1:3000"],
    ["http://a b:80", /host name or address/, "http://127.0.0.1:3000"],
    ["http://a:80/x?y", /query/, "http://a:80"],
    ["http://a:80/x#y", /fragment/, "http://a:80"],
    ["http://a:80/x/../y", /\.\./, "http://a:80"],
    ["https://a:80/ä", /percent-encoded/, "https://a:80"],
    ["http://a:1\r\nX: y", /port/, "http://a:1"],
    [`http://${"a".repeat(3000)}`, /longer/, "http://127.0.0.1:3000"],
    ["unix:run/x", /unix:/, "unix:/run/x"],
    ["/run/x.sock", /must start with/, "unix:/run/x.sock"],
  ];
  for (const [text, reason, meant] of cases) {
    const target = parseProxyTarget(text);
    assert(isProblem(target) && reason.test(target.reason), text);
    assertEquals(nearestProxyTarget(text), meant, text);
    assert(!isProblem(parseProxyTarget(meant)));
  }
});

Deno.test("authorityOf() writes host and port as a Host field has them", () => {
  for (const [text, want] of [["http://[::1]:1", "[::1]:1"], ["https://a.b", "a.b:443"]] as const) {
    const target = parseProxyTarget(text);
    assert(!isProblem(target) && target.kind === "tcp");
    assertEquals(authorityOf(target), want);
  }
});
