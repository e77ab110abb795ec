// Goal: no argument adds a line to an old tool's output. Method: each tool, a word with line ends.
import { assertEquals } from "@std/assert";
import { commandHome } from "../../support/command_home.ts";

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
