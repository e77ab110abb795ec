/** Goal: every bind error has address, port, reason and a hint. Method: a table of error codes. */
import { assertEquals, assertMatch } from "@std/assert";
import { parseEndpoint } from "../../../mod/base/address.ts";
import type { Endpoint } from "../../../mod/base/address.ts";
import { type Binder, bindFault } from "../../../mod/listen/machine/bind_fault.ts";

const BINDER: Binder = { os: "linux", executable: null, document: null };

function failure(code: string): Error {
  return Object.assign(new Error(`${code} (os error)`), { code });
}

Deno.test("bindFault() explains the error codes of bind", () => {
  const at = parseEndpoint("127.0.0.2:80") as Endpoint;
  const cases: readonly (readonly [code: string, reason: RegExp, hint: RegExp])[] = [
    ["EADDRINUSE", /the port is in use/, /ss -atnp/],
    ["EADDRNOTAVAIL", /no interface of this machine has the address/, /ip address/],
    ["EACCES", /permission denied/, /ip_unprivileged_port_start=80$/],
    ["EMFILE", /too many open files/, /ulimit -n/],
    ["EAFNOSUPPORT", /does not support/, /--except ::/],
    ["EOTHER", /EOTHER \(os error\)/, /ip address/],
  ];
  for (const [code, reason, hint] of cases) {
    const fault = bindFault(at, failure(code), [], BINDER);
    assertMatch(fault.message, /^Cannot listen on "127\.0\.0\.2:80": /);
    assertMatch(fault.message, reason);
    assertMatch(fault.hint ?? "", hint);
    assertEquals(fault.isAbsent, code === "EADDRNOTAVAIL");
  }
});

Deno.test("bindFault() knows an interface that is gone by the text, or the number, of the error", () => {
  const at = parseEndpoint("[fe80::1%25gone0]:80") as Endpoint;
  const errors = [
    new Error("No such device (os error 19)"),
    new Error("failed to lookup address information: Name or service not known"),
    Object.assign(new Error("No such host is known. (os error 11001)"), { code: "ENOENT" }),
  ];
  for (const error of errors) {
    const fault = bindFault(at, error, [], BINDER);
    assertEquals([fault.isAbsent, fault.hint], [true, "ip address"], error.message);
  }
});

Deno.test("bindFault() says what lets this form of the program bind a low port", () => {
  const install = "sudo httpcfg service install | sudo sh";
  const lower = (port: number): string => `sudo sysctl net.ipv4.ip_unprivileged_port_start=${port}`;
  const cases:
    readonly (readonly [port: number, binder: Partial<Binder>, hint: readonly string[]])[] = [
      [80, {}, [install, lower(80)]],
      [80, { executable: "/opt/my bin/httpcfg" }, [
        install,
        "sudo setcap cap_net_bind_service=+ep '/opt/my bin/httpcfg'",
        lower(80),
      ]],
      [81, { document: "/home/ann/config.json" }, [
        `sudo httpcfg config import /home/ann/config.json && ${install}`,
        lower(81),
      ]],
      [8080, {}, [lower(8080), "sudo semanage port -a -t http_port_t -p tcp 8080"]],
      [80, { os: "darwin" }, [install]],
      [80, { os: "windows" }, [
        "httpcfg who 80",
        "netsh int ipv4 show excludedportrange tcp",
      ]],
    ];
  for (const [port, binder, hint] of cases) {
    const at = parseEndpoint(`127.0.0.2:${port}`) as Endpoint;
    const fault = bindFault(at, failure("EACCES"), [], { ...BINDER, ...binder });
    assertEquals(fault.hint?.split("\n"), hint);
  }
});

Deno.test("bindFault() gives the cause and the commands of each system", () => {
  const lo = "127.0.0.2:80";
  const cases: readonly (readonly [
    os: string,
    at: string,
    code: string,
    reason: RegExp,
    hint: string | undefined,
  ])[] = [
    ["windows", lo, "EADDRNOTAVAIL", /no interface of this machine/, "ipconfig"],
    ["darwin", "10.0.0.9:80", "EADDRNOTAVAIL", /no interface of this machine/, "ifconfig"],
    [
      "darwin",
      lo,
      "EADDRNOTAVAIL",
      /loopback .* only the addresses that it was given/,
      "sudo ifconfig lo0 alias 127.0.0.2 up",
    ],
    ["freebsd", lo, "EADDRNOTAVAIL", /only the addresses/, "sudo ifconfig lo0 alias 127.0.0.2 up"],
    ["windows", lo, "EADDRINUSE", /in use on this address/, "netstat -ano | findstr :80"],
    [
      "windows",
      "[::1]:80",
      "EACCES",
      /Windows keeps the port, or a program has it for itself/,
      "httpcfg who 80\nnetsh int ipv6 show excludedportrange tcp",
    ],
    ["windows", lo, "EMFILE", /too many open files/, undefined],
    ["darwin", lo, "EMFILE", /too many open files/, 'ulimit -n "$(ulimit -Hn)"'],
  ];
  for (const [os, text, code, reason, hint] of cases) {
    const at = parseEndpoint(text) as Endpoint;
    const fault = bindFault(at, failure(code), [], { ...BINDER, os });
    assertMatch(fault.message, reason);
    assertEquals(fault.hint, hint, `${os} ${code}`);
  }
});
