// Story: wrong input gets a clear error with a hint and the right exit status, and changes nothing.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document/document.ts";
import { Program, type Result } from "../support/program.ts";
import { testWith } from "../support/tools.ts";
import { ON_POSIX } from "../support/platforms.ts";

/** Only root can drop privileges and mount. */
const isRoot = Deno.uid() === 0;

/** Returns the names and contents of all files in the home. */
function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) Object.assign(found, snapshot(path));
    else found[path] = Deno.readTextFileSync(path);
  }
  return found;
}

function assertClearError({ out, err }: Result, parts: readonly string[], line: string): void {
  assertMatch(err, /^error: /m, line);
  assertMatch(err, /^hint: .+$/m, line);
  for (const part of parts) assertStringIncludes(err, part, line);
  assert(!err.includes("internal error") && !err.includes("    at "), `${line}: ${err}`);
  assert(err.length < 1000 && out.length < 200, `${line}: output too long`);
}

Deno.test(
  "not an address: an error with the reason, exit status 1, nothing stored",
  ON_POSIX,
  async () => {
    await using program = await Program.make();
    const values: [value: string, reason: string][] = [
      ["nonsense!", "not an IP address"],
      ["[::1]", "an entry has no port and no brackets"],
      ["01.2.3.4", "leading zero"],
      ["1..2.3", "an IPv4 address has four parts"],
      ["", "empty"],
      ["x".repeat(10_240), "longer than"],
      ["10.0.0.1\u001b[31m\n", "not an IP address"],
    ];
    for (const [value, reason] of values) {
      const result = await program.run(["set", "iplisten", "-i", value]);
      assertEquals(result.status, 1, value);
      assertMatch(result.out, /^\P{Cc}* is not a valid IP address\.\n$/u);
      assertClearError(result, ["Cannot add ", reason], value.slice(0, 20));
    }
    assertEquals(Object.keys(snapshot(program.home)), [`${program.home}/bin/httpcfg`]);
  },
);

Deno.test("a wrong command line: exit status 2, or 87 as with the old tool", ON_POSIX, async () => {
  await using program = await Program.make();
  const lines: [line: string, status: number][] = [
    ["nonsense", 2],
    ["site", 2],
    ["query iplisten --format xml", 2],
    ["query iplisten --fromat json", 2],
    ["site add", 2],
    ["site add a --bind nonsense --echo", 2],
    ["set iplisten -z 1.2.3.4", 87],
    ["set iplisten", 87],
  ];
  for (const [line, status] of lines) {
    const result = await program.run(line);
    assertEquals(result.status, status, line);
    assertMatch(result.err, /^hint: .+$/m, line);
  }
  assertEquals(Object.keys(snapshot(program.home)), [`${program.home}/bin/httpcfg`]);
});

Deno.test("a broken document: every command reports where, none changes it or starts", async () => {
  await using program = await Program.make();
  const changed = (change: Record<string, unknown>): string => {
    return JSON.stringify({ ...DEFAULT_DOCUMENT, ...change });
  };
  const documents: [shows: string, text: string, parts: string[]][] = [
    ["broken JSON", '{"version": 1, "ipListen": [', ["Cannot read", program.config]],
    ["an empty file", "", ["Cannot read", program.config]],
    ["an unknown field", changed({ ipLisen: [] }), ["ipLisen: unknown field"]],
    ["a wrong type", changed({ ipListen: "10.0.0.1" }), ["ipListen: expected a list"]],
    ["an invalid entry", changed({ ipListen: ["10.0.0.1", "1 .2.3"] }), ["ipListen[1]"]],
    ["a newer version", changed({ version: 3 }), ["version 3 is newer"]],
  ];
  const lines = ["set iplisten -i 127.0.0.2", "query iplisten", "site list", "status"];
  for (const [shows, text, parts] of documents) {
    await Deno.writeTextFile(program.config, text);
    const results = await Promise.all(lines.map((line) => program.run(line)));
    results.push(await program.run("serve")); // alone, because it responds to status until it fails
    [...lines, "serve"].forEach((line, i) => {
      const result = results[i]!;
      // A query reads only the list; other commands report what else is wrong.
      if (line === "query iplisten" && shows === "an unknown field") return;
      assertEquals([result.status, result.out], [1, ""], `${shows}: ${line}`);
      assertClearError(result, parts, `${shows}: ${line}`);
    });
    assertEquals(await Deno.readTextFile(program.config), text, shows);
    assertEquals(program.servicePid(), null, shows);
  }
  const net = await program.run("net start w3svc");
  assertStringIncludes(net.out, "service could not be started.");
  assertClearError(net, ["version 3 is newer"], "net start w3svc");
  assert(net.status !== 0);
});

testWith(isRoot ? ["setpriv"] : [], "a directory that is not writable", async () => {
  await using program = await Program.make();
  await program.do("set iplisten -i 127.0.0.2");
  if (isRoot) await Deno.chown(program.home, 65534, 65534);
  const before = snapshot(program.home);
  await Deno.chmod(program.home, 0o555);
  // Root without capabilities is a user like any other.
  const as = isRoot ? "setpriv --bounding-set=-all --inh-caps=-all " : "";
  try {
    // The old tool exits with ERROR_ACCESS_DENIED.
    const lines: [line: string, status: number, out: string][] = [
      ["set iplisten -i 127.0.0.3", 5, "HttpSetServiceConfiguration completed with 5\n"],
      ["delete iplisten -i 127.0.0.2", 5, "HttpDeleteServiceConfiguration completed with 5\n"],
      ["site remove W3SVC/1", 1, ""],
      ["serve", 1, ""],
    ];
    for (const [line, status, out] of lines) {
      const result = await program.shell(`${as}httpcfg ${line}`);
      assertEquals([result.status, result.out], [status, out], line);
      assertClearError(result, [program.home], line);
    }
    assertEquals((await program.shell(`${as}httpcfg query iplisten`)).out, "IP :127.0.0.2\n");
  } finally {
    await Deno.chmod(program.home, 0o755);
  }
  assertEquals(snapshot(program.home), before);
});

testWith(isRoot ? ["unshare", "mount"] : ["root"], "a read-only file system", async () => {
  await using program = await Program.make();
  await program.do("set iplisten -i 127.0.0.2");
  const before = snapshot(program.home);
  const mount = `mount --bind "$HTTPCFG_HOME" "$HTTPCFG_HOME" && ` +
    `mount -o remount,ro,bind "$HTTPCFG_HOME"`;
  const script = `unshare -m sh -c '${mount} || exit 77; exec httpcfg set iplisten -i ::1'`;
  const result = await program.shell(script);
  if (result.status === 77) return; // a container that is not allowed to mount
  assertEquals([result.status, result.out], [1, ""]);
  assertClearError(result, [program.config, "read-only"], "set");
  assertEquals(snapshot(program.home), before);
});

Deno.test("an impossible home: a file in its place", ON_POSIX, async () => {
  await using program = await Program.make();
  const file = `${program.home}/bin/httpcfg`;
  for (const line of ["set iplisten -i 127.0.0.2", "query iplisten", "serve"]) {
    const result = await program.run(line, { env: { HTTPCFG_HOME: file } });
    assertEquals([result.status, result.out], [1, ""], line);
    assertClearError(result, [file], line);
  }
});
