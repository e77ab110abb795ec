// Goal: no argument, and nothing that is stored, adds a line to an old tool's output. Method: each
// tool, words and a document with line ends.
import { assert, assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { commandHome } from "../../support/command_home.ts";
import { startFakeService } from "../../support/fake_service.ts";

Deno.test("the old tools print an argument that they do not know on one line", async () => {
  await using home = await commandHome();
  const lines: string[][] = [
    ["set", "iplisten", "-i", "{}"],
    ["set", "iplisten", "{}"],
    ["set", "iplisten", "-{}"],
    ["delete", "iplisten", "-i", "{}"],
    ["set", "ssl", "-i", "{}", "-h", "{}"],
    ["set", "ssl", "-i", "1.2.3.4:443", "-h", "{}"],
    ["set", "ssl", "-i", "1.2.3.4:443", "-h", "00", "-g", "{}"],
    ["set", "ssl", "{}"],
    ["query", "ssl", "{}"],
    ["set", "urlacl", "{}"],
    ["set", "urlacl", "-u", "{}", "-a", "{}"],
    ["query", "{}"],
    ["net", "{}"],
    ["net", "help", "{}"],
    ["net", "start", "{}"],
    ["net", "stop", "http", "/{}"],
    ["net", "pause", "http", "/{}"],
    ["net", "helpmsg", "{}"],
    ["netsh", "http", "{}"],
    ["netsh", "http", "add", "iplisten", "{}"],
    ["netsh", "http", "add", "iplisten", "ipaddress={}"],
    ["netsh", "http", "add", "timeout", "timeouttype={}", "value=1"],
    ["netsh", "http", "add", "urlacl", "url={}", "user={}"],
    ["netsh", "http", "show", "urlacl", "url={}"],
    ["adsutil", "{}"],
    ["adsutil", "GET", "{}"],
    ["adsutil", "GET", "W3SVC/{}"],
    ["adsutil", "SET", "{}", "1"],
    ["adsutil", "SET", "W3SVC/1/ServerCommand", "{}"],
    ["adsutil", "ENUM", "{}"],
    ["adsutil", "FIND", "W3SVC/{}"],
    ["adsutil", "DELETE", "{}"],
    ["adsutil", "CREATE", "{}/a", "IIsWebServer"],
    ["adsutil", "COPY", "{}", "W3SVC/9"],
    ["adsutil", "START_SERVER", "{}"],
    ["iisweb", "/{}"],
    ["iisweb", "/query", "{}"],
    ["iisweb", "/start", "{}"],
    ["iisweb", "/create", "/tmp", "a", "/d", "{}"],
    ["iisweb", "/create", "/tmp", "a", "/i", "{}"],
    ["iisreset", "{}"],
    ["iisreset", "/timeout:{}"],
    ["sc", "{}"],
    ["sc", "query", "{}"],
    ["sc", "\\\\{}", "query", "w3svc"],
    ["appcmd", "{}"],
    ["appcmd", "list", "{}"],
    ["appcmd", "start", "site", "{}"],
    ["appcmd", "set", "site", "{}", "/name:a"],
    ["appcmd", "add", "site", "/name:a", "/bindings:{}"],
  ];
  const forged = "x\nFORGED\u001b[2J";
  const found: string[] = [];
  for (const words of lines) {
    const { out, note } = await home.run(words.map((word) => word.replace("{}", forged)));
    const output = `${out}\n${note}`;
    if (output.includes("\nFORGED") || output.includes("\u001b")) {
      found.push(`${words.join(" ")}: ${out}${note}`);
    }
  }
  assertEquals(found, []);
});

/** They store names, paths and values with a line end, and show them. */
const LINES: readonly (readonly string[])[] = [
  ["adsutil", "SET", "W3SVC/1/ServerComment", "a\nFORGED"],
  ["adsutil", "GET", "W3SVC/1/ServerComment"],
  ["adsutil", "ENUM", "W3SVC/1"],
  ["adsutil", "SET", "W3SVC/1/LogFileDirectory", "a\nFORGED"],
  ["adsutil", "CREATE", "W3SVC/1/ROOT/a\nFORGED", "IIsWebDirectory"],
  ["adsutil", "SET", "W3SVC/1/ROOT/a\nFORGED/AppPoolId", "b"],
  ["adsutil", "FIND", "W3SVC/AppPoolId"],
  ["adsutil", "ENUM", "W3SVC/1/ROOT"],
  ["adsutil", "COPY", "W3SVC/1/ROOT/a\nFORGED", "W3SVC/1/ROOT/b\nFORGED"],
  ["adsutil", "GET", "W3SVC/1/ROOT/a/AppPoolId\nFORGED"],
  ["adsutil", "DELETE", "W3SVC/1/ROOT/a\nFORGED"],
  ["iisweb", "/query"],
  ["iisweb", "/create", "{home}/a\nFORGED", "b\nFORGED", "/b", "81"],
  ["netsh", "http", "show", "sslcert"],
  ["netsh", "http", "dump"],
  ["netsh", "http", "show", "servicestate"],
  ["query", "ssl"],
  ["set", "iplisten", "-x\nFORGED", "a"],
  ["site", "add", "c\nFORGED"],
  ["plan"],
  ["site", "list"],
];

Deno.test("the old tools print what is stored on one line", async () => {
  await using home = await commandHome();
  const record = {
    key: "0.0.0.0:443",
    hash: "0".repeat(40),
    appId: "{00000000-0000-0000-0000-000000000000}",
    certStoreName: "a\nFORGED",
    sslCtlIdentifier: "a\nFORGED",
    certCheckMode: 0,
    revocationFreshnessTime: 0,
    urlRetrievalTimeout: 0,
    flags: 0,
  };
  const [site] = DEFAULT_DOCUMENT.sites;
  const other = { ...site!, id: 2, name: "d\nFORGED" };
  await home.store({ ssl: [record], sites: [site!, other] });
  await startFakeService(home, "W3SVC");
  for (const words of LINES) {
    const { out, note } = await home.run(words.map((word) => word.replace("{home}", home.path)));
    const forged = `${out}${note}`.split("\n").filter((line) => line.startsWith("FORGED"));
    assertEquals(forged, [], JSON.stringify(words));
    assert(!note.includes("internal error"), note);
  }
});
