// Goal: the command line of iisweb.vbs. Method: tables.
import { assert, assertEquals } from "@std/assert";
import { readIisweb, siteIdOfName } from "../../../../mod/cli/tools/iisweb/args.ts";

Deno.test("readIisweb() reads one operation and its switches", () => {
  const cases: [words: string[], want: Record<string, unknown>][] = [
    [["/query"], { verb: "query", operands: [] }],
    [["/q", "A", "w3svc/2"], { verb: "query", operands: ["A", "w3svc/2"] }],
    [["/start", "w3svc/1"], { verb: "start", operands: ["w3svc/1"] }],
    [["-stop", "My Site"], { verb: "stop", operands: ["My Site"] }],
    [["/create", "/srv/www", "My Site"], { verb: "create", port: 80, ip: "", host: "" }],
    [
      ["/create", "C:\\www", "A", "/i", "127.0.0.2", "/b", "8081", "/d", "Www.A.com", "/dontstart"],
      { port: 8081, ip: "127.0.0.2", host: "www.a.com", dontStart: true },
    ],
    [["/s", "localhost", "/create", "/srv", "A", "/ap", "Pool"], { operands: ["/srv", "A"] }],
    [["/s", "\\\\WEB1", "/query"], { verb: "query" }],
    [["/create", "/srv/x", "A", "/d", "*.A.com"], { host: "*.a.com" }],
    [["/create", "/srv/x", "A", "/i", "::1"], { ip: "[::1]" }],
  ];
  for (const [words, want] of cases) {
    const call = readIisweb(words, "web1");
    assert("verb" in call, JSON.stringify(call));
    assertEquals({ ...call, ...want }, { ...call }, words.join(" "));
  }
});

Deno.test("readIisweb() rejects with the texts of the script", () => {
  const cases: [line: string, exit: number, firstLine: string][] = [
    ["", 1, "Not enough parameters."],
    ["name", 1, "Please specify an operation before the arguments."],
    ["/start /stop x", 1, "Please specify only one operation at a time."],
    ["/start", 1, "Not enough parameters."],
    ["/create", 1, "Need at least <root> to create a site."],
    ["/create /srv/www", 1, "Not enough parameters."],
    ["/create /srv/www A B", 1, "Not enough parameters."],
    [
      "/create srv A",
      1,
      "Root directory format unknown. Please use the '<drive>:\\<path>' format.",
    ],
    ["/create /srv/www A /b 0", 1, "Invalid port number."],
    ["/create /srv/www A /b", 1, "Not enough parameters."],
    [
      "/create /srv/www A /i 1.2.3",
      1,
      "Invalid IP Address. Please check if it is well formated and belongs to this machine.",
    ],
    ["/create /srv/www A /d a..b", 1, "Invalid host name: a..b"],
    ["/query /zzz", 1, "Invalid switch: zzz"],
    ["/query /p secret", 1, "Please specify /u switch before using /p."],
    ["/query /s other", 1, "Could not connect to WMI provider."],
    ["/?", 0, "Description: Start, Stop, Pause, Delete, Query, or Create a Web Site"],
    ["/start /?", 0, "Description: Starts a site(s) on a given IIS Server."],
    ["/create /?", 0, "Description: Creates a web site."],
  ];
  for (const [line, exit, firstLine] of cases) {
    const call = readIisweb(line.split(" ").filter(Boolean), "web1");
    assert("text" in call, line);
    assertEquals([call.exit, call.text.split("\n")[0]], [exit, firstLine], line);
  }
});

Deno.test("siteIdOfName() returns a large, stable and unused id", () => {
  const id = siteIdOfName("My Site", () => false);
  assertEquals(siteIdOfName("my site", () => false), id);
  assert(id > 1_000_000, String(id));
  assertEquals(siteIdOfName("My Site", (used) => used === id), id + 1);
});
