// Goal: the command line of appcmd.exe for sites. Method: tables.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { isProblem } from "../../../../mod/base/problem.ts";
import { isAbsolutePath } from "../../../../mod/base/files/path_parts.ts";
import { readAppcmd } from "../../../../mod/cli/tools/appcmd/args.ts";

const isWholePath = (path: string): boolean => isAbsolutePath(path, "linux");

Deno.test("readAppcmd() reads a verb, a site and its parameters", () => {
  const cases: [words: string[], want: Record<string, unknown>][] = [
    [["list", "sites"], { verb: "list", site: null, text: null }],
    [["LIST", "SITE", "Default Web Site"], { verb: "list", site: "Default Web Site" }],
    [["list", "site", "/site.name:A b"], { site: "A b" }],
    [["list", "site", "/id:7", "/TEXT:Bindings"], { id: 7, text: "bindings" }],
    [["delete", "site", "-site.name:a"], { verb: "delete", site: "a" }],
    [["set", "site", "a", "/serverAutoStart:FALSE", "/name:b"], { autoStart: false, name: "b" }],
    [["add", "site", "/name:a", "/physicalPath:/srv/a:b"], { physicalPath: "/srv/a:b" }],
    [["set", "site", "a", "/bindings:"], { bindings: [] }],
  ];
  for (const [words, want] of cases) {
    const call = readAppcmd(words, isWholePath);
    assert(!isProblem(call), words.join(" "));
    assertEquals({ ...call, ...want }, { ...call }, words.join(" "));
  }
});

Deno.test("readAppcmd() reads bindings in each of their forms", () => {
  const cases: [value: string, want: string[]][] = [
    ["http/*:81:", ["http :81:"]],
    ["http/*:80:,https/*:443:WWW.a.test", ["http :80:", "https :443:www.a.test"]],
    ["HTTP/[::1]:80:", ["http [::1]:80:"]],
    ["http://a.test:81", ["http :81:a.test"]],
    ["http://*", ["http :80:"]],
    ["https://*.a.test/", ["https :443:*.a.test"]],
    ["http://10.0.0.1:82", ["http 10.0.0.1:82:"]],
    ["http://[::1]:82/", ["http [::1]:82:"]],
  ];
  for (const [value, want] of cases) {
    const call = readAppcmd(["set", "site", "a", `/bindings:${value}`], isWholePath);
    assert(!isProblem(call), value);
    assertEquals(call.bindings?.map(({ protocol, text }) => `${protocol} ${text}`), want, value);
  }
  const elements = [
    "[protocol='http',bindingInformation='*:8080:*.a.test']",
    '[protocol="http",bindingInformation="*:8080:*.a.test"]',
    "[bindinginformation='*:8080:*.a.test', protocol='HTTP']",
    "[protocol=http,bindingInformation=*:8080:*.a.test]",
  ];
  for (const element of elements) {
    const words = ["set", "site", "a", `/+bindings.${element}`, `/-bindings.${element}`];
    const call = readAppcmd(words, isWholePath);
    assert(!isProblem(call), element);
    const want = [{ protocol: "http", text: ":8080:*.a.test" }] as const;
    assertEquals([call.added, call.removed], [want, want], element);
  }
});

Deno.test("readAppcmd() refuses what it does not carry out", () => {
  const cases: [words: string[], reason: string][] = [
    [["recycle", "apppool"], '"recycle" is no command'],
    [["list", "apppool"], "only SITE objects"],
    [["set", "site", "a", "/limits.maxConnections:1"], "cannot be used with set site"],
    [["delete", "site", "a", "/name:b"], "cannot be used with delete site"],
    [["set", "site", "a", "b"], "second name"],
    [["set", "site", "a", "/bindings:net.tcp/808:*"], "not a binding of http or https"],
    [["set", "site", "a", "/bindings:http/80"], "not of the form"],
    [["set", "site", "a", "/+bindings.[protocol='http']"], "not of the form"],
    [["set", "site", "a", "/+bindings.[x='1']"], '"x" of a binding'],
    [["set", "site", "a", "/+bindings:http/*:80:"], "not a binding"],
    [["set", "site", "a", "/serverAutoStart:maybe"], "neither true nor false"],
    [["add", "site", "/id:0"], "no site id"],
    [["list", "site", "/text:*"], "none of"],
    [["list", "site", "/text"], "not of the form /name:value"],
  ];
  for (const [words, reason] of cases) {
    const call = readAppcmd(words, isWholePath);
    assert(isProblem(call), words.join(" "));
    assertStringIncludes(call.reason, reason, words.join(" "));
  }
});

Deno.test("readAppcmd() takes the whole path of a directory as the system has it", () => {
  const cases: [path: string, onLinux: boolean, onWindows: boolean][] = [
    ["/srv/a", true, true],
    ["C:\\inetpub\\a b", false, true],
    ["\\\\server\\a", false, true],
    ["srv", false, false],
    ["", false, false],
  ];
  for (const [path, ...taken] of cases) {
    const words = ["add", "site", "/name:a", `/physicalPath:${path}`];
    const calls = ["linux", "windows"].map((os) => {
      return readAppcmd(words, (path) => isAbsolutePath(path, os));
    });
    assertEquals(calls.map((call) => !isProblem(call) && call.physicalPath === path), taken, path);
  }
});
