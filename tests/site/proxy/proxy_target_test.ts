/** Goal: requests are proxied to programs on this machine and nowhere else. Method: a table. */
import { assertEquals } from "@std/assert";
import { formatProxyTarget, parseProxyTarget } from "../../../mod/site/proxy/proxy_target.ts";

Deno.test("parseProxyTarget() accepts loopback addresses and absolute socket paths", () => {
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
    const target = parseProxyTarget(text);
    assertEquals(target === null ? null : formatProxyTarget(target), want, text);
  }
});
