// Goal: what shows the machine is bound to it alone, unless somebody says otherwise and knows it.
import { assertEquals } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";

const NOTE = "can be reached from other machines: everybody there sees how this machine is set up";

Deno.test("site add binds a live page to loopback, if nothing else is said", async () => {
  await using home = await commandHome();
  assertEquals((await home.run("site add page --dashboard")).note, "");
  assertEquals((await home.run("site add two --dashboard --bind-tls 127.0.0.1:444:")).note, "");
  const [page, two] = home.stored()!.sites.slice(1);
  assertEquals([page!.bindings, page!.content], [["127.0.0.1:9181:"], { kind: "dashboard" }]);
  assertEquals([two!.bindings, two!.secureBindings], [[], ["127.0.0.1:444:"]]);
});

Deno.test("site add and set say who can reach a live page, unless a rule says who may", async () => {
  await using home = await commandHome();
  const cases: [line: string, isNoted: boolean][] = [
    ["site add a --bind :81: --dashboard", true],
    ["site add b --bind 127.0.0.1:82: --bind 10.0.0.1:82: --dashboard", true],
    ["site add c --bind [::1]:83: --dashboard", false],
    ["site add d --bind :84: --dashboard --allow 10.0.0.0/8", false],
    ["site add e --bind :85: --echo", false],
    ["site add f --bind :86: --echo --map /status/=dashboard", true],
    ["site set a --max-connections 5", true],
    ["site set a --allow 127.0.0.0/8 --allow ::1", false],
    ["site set c --bind :83:", true],
  ];
  for (const [line, isNoted] of cases) {
    const { status, note } = await home.run(line);
    assertEquals([status, note.includes(NOTE)], [0, isNoted], `${line}\n${note}`);
  }
});

Deno.test("the hint of that note is the line that keeps others away", async () => {
  await using home = await commandHome();
  const { note } = await home.run(["site", "add", "my page", "--bind", ":81:", "--dashboard"]);
  assertEquals(note.split("\n").map((line) => line.trim()).filter((line) => line !== ""), [
    `note: ":81:" ${NOTE}`,
    "hint: httpcfg site set 'my page' --allow 127.0.0.0/8 --allow ::1",
  ]);
});
