// Goal: the texts, codes and switches of Httpcfg.exe for the list. Method: lines and their output.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";
import { type CommandHome, commandHome, serviceStatus } from "../../../support/command_home.ts";

const SET_0 = "HttpSetServiceConfiguration completed with 0\n";
const SET_183 = "HttpSetServiceConfiguration completed with 183\n";
const DELETE_0 = "HttpDeleteServiceConfiguration completed with 0\n";
const DELETE_2 = "HttpDeleteServiceConfiguration completed with 2\n";

function list(home: CommandHome): readonly string[] {
  return home.stored()?.ipListen ?? [];
}

Deno.test("set, query and delete iplisten print the KB's lines, and exit with codes", async () => {
  await using home = await commandHome();
  const steps: [line: string, out: string, status: number][] = [
    ["query iplisten", "HttpQueryServiceConfiguration completed with 1168\n", 1],
    ["set iplisten -i 127.0.0.2", SET_0, 0],
    ["set iplisten -i 127.0.0.2", SET_183, 183],
    ["query iplisten", "IP :127.0.0.2\n", 0],
    ["set iplisten -i ::1", SET_0, 0],
    ["query iplisten", "IP :127.0.0.2\nIP :::1\n", 0],
    ["delete iplisten -i 127.0.0.9", DELETE_2, 2],
    ["delete iplisten -i 127.0.0.2", DELETE_0, 0],
    ["delete iplisten -i 127.0.0.2", DELETE_2, 2],
    ["delete iplisten -i ::1", DELETE_0, 0],
    ["query iplisten", "HttpQueryServiceConfiguration completed with 1168\n", 1],
  ];
  for (const [line, out, status] of steps) {
    assertEquals(await home.run(line), { status, out, note: "" }, line);
  }
});

Deno.test("set iplisten accepts every form of the switch and stores canonical text", async () => {
  await using home = await commandHome();
  const lines: [line: string, out: string][] = [
    ["set iplisten -i 127.0.0.2", SET_0],
    ["SET IpListen /I 127.0.0.2", SET_183],
    ["set iplisten -ipaddr 127.0.0.2", SET_183],
    ["set iplisten /i ::FFFF:127.0.0.2", SET_183],
    ["set iplisten -i 0:0:0:0:0:0:0:1", SET_0],
    ["set iplisten -i ::1", SET_183],
    ["set iplisten -i 10.0.0.1 -i 10.0.0.2", SET_0 + SET_0],
    ["set iplisten -i 10.0.0.3 odd", SET_0], // an odd last word is ignored
    ["set iplisten -i 10.0.0.0/8", SET_0],
    ["set iplisten -i !10.0.0.9", SET_0],
    ["set iplisten -i 0.0.0.0", SET_0],
  ];
  for (const [line, out] of lines) assertEquals((await home.run(line)).out, out, line);
  assertEquals(
    [...list(home)],
    ["0.0.0.0", "10.0.0.0/8", "10.0.0.1", "10.0.0.2", "10.0.0.3", "127.0.0.2", "::1", "!10.0.0.9"],
  );
});

Deno.test("set iplisten says why an entry is invalid, and stores nothing", async () => {
  await using home = await commandHome();
  const cases: [value: string, reason: string][] = [
    ["1.2.3.4:70000", "an entry has no port"],
    ["[::1]", "an entry has no port and no brackets"],
    ["01.2.3.4", "leading zero"],
    ["1..2.3", "an IPv4 address has four parts"],
    ["", "the entry is empty"],
    ["1.2.3", "an IPv4 address has four parts"],
    ["10.0.0.5/24", "beyond its 24-bit prefix"],
    ["x".repeat(10_240), "longer than"],
    ["10.0.0.1\u001b[2J", "not an IP address"],
  ];
  for (const [value, reason] of cases) {
    for (const action of ["set", "delete"]) {
      const ran = await home.run([action, "iplisten", "-i", value]);
      assertEquals(ran.status, 1, "10022 is more than POSIX can carry");
      assert(ran.out.endsWith(" is not a valid IP address.\n"), ran.out);
      assert(ran.out.length < 200 && !ran.out.includes("\u001b"), ran.out);
      const what = action === "set" ? "error: Cannot add " : "error: Cannot remove ";
      assert(ran.note.startsWith(what), ran.note);
      assertStringIncludes(ran.note, reason);
      assert(/\nhint: .+\n$/.test(ran.note), ran.note);
    }
  }
  assertEquals(home.stored(), null);
  const onWindows = await home.run("set iplisten -i 1..2", { os: "windows" });
  assertEquals(onWindows.status, 10022);
});

Deno.test("set iplisten without a value, or with an unknown switch, exits with 87", async () => {
  await using home = await commandHome();
  const cases: [line: string, out: string][] = [
    ["set iplisten", "(null) is not a valid IP address.\n"],
    ["set iplisten -i", "(null) is not a valid IP address.\n"],
    ["delete iplisten", "(null) is not a valid IP address.\n"],
    ["set iplisten 127.0.0.2", "(null) is not a valid IP address.\n"],
    ["set iplisten -z 127.0.0.2", "-z is not a valid command.\n"],
    ["delete iplisten /z 127.0.0.2", "/z is not a valid command.\n"],
  ];
  for (const [line, out] of cases) {
    const ran = await home.run(line);
    assertEquals([ran.status, ran.out], [87, out], line);
    assert(ran.note.startsWith("hint: httpcfg "), line);
  }
  assertEquals(home.stored(), null);
});

Deno.test("set and delete iplisten say how to apply a change while HTTP is running", async () => {
  await using home = await commandHome();
  await home.serve(() => Promise.resolve(serviceStatus({ HTTP: "running", W3SVC: "running" })));
  for (const action of ["set", "delete"]) {
    const changed = await home.run([action, "iplisten", "-i", "127.0.0.2"]);
    assertStringIncludes(changed.note, "httpcfg net stop http /y");
    const unchanged = await home.run("delete iplisten -i 127.0.0.9");
    assertEquals(unchanged.note, "");
  }
});

Deno.test("set iplisten keeps everything else in the document", async () => {
  await using home = await commandHome();
  const settings = { MaxFieldLength: 100 };
  await home.store({ $schema: "x", settings, ipListen: ["10.0.0.1"] });
  await home.run("set iplisten -i ::1");
  const ipListen = ["10.0.0.1", "::1"];
  assertEquals(home.stored(), { ...DEFAULT_DOCUMENT, $schema: "x", settings, ipListen });
});

Deno.test("set iplisten accepts an existing interface, or a future one with --later", async () => {
  await using home = await commandHome();
  const unknown = await home.run("set iplisten -i no-such0");
  assertEquals(unknown.status, 1);
  assertStringIncludes(unknown.note, "or an interface of this machine");
  assertStringIncludes(unknown.note, "--later");
  const later = await home.run("set iplisten -i no-such0 --later");
  assertEquals([later.status, later.out], [0, SET_0]);
  const [own] = Deno.networkInterfaces();
  assertEquals((await home.run(["set", "iplisten", "-i", own!.name])).status, 0);
  assertEquals([...list(home)], [own!.name, "no-such0"].sort());
});

Deno.test("set iplisten --strict rejects an address that the machine does not have", async () => {
  await using home = await commandHome();
  const strict = await home.run("set iplisten -i 203.0.113.9 --strict");
  assertEquals(strict.out, "HttpSetServiceConfiguration completed with 10049\n");
  assertEquals([strict.status, home.stored()], [1, null]);
  assertStringIncludes(strict.note, "no interface of this machine has the address");
  assertEquals((await home.run("set iplisten -i 203.0.113.9")).status, 0);
  assertEquals((await home.run("set iplisten -i 127.0.0.1 --strict")).status, 0);
});
