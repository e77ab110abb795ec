// Goal: sites are added, listed, shown and removed; what is rejected is not stored. Method: lines.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("site add stores a site with the next id, canonical bindings and content", async () => {
  await using home = await commandHome();
  const lines = [
    "site add one --bind *:80:WWW.example.com. --respond hello --status 503",
    "site add two --bind [::1]:81 --bind :82: --echo --no-start",
    `site add three --bind-tls :443: --root ${home.path} --listing`,
    "site add four --bind :83: --welcome",
    "site add five --bind :84: --respond ''",
  ];
  for (const line of lines) {
    assertEquals(await home.run(line), { status: 0, out: "", note: "" }, line);
  }
  const common = { secureBindings: [], autoStart: true } as const;
  assertEquals(home.stored()?.sites.slice(1), [
    {
      ...common,
      id: 2,
      name: "one",
      bindings: [":80:www.example.com"],
      content: { kind: "respond", text: "hello", status: 503 },
    },
    {
      ...common,
      id: 3,
      name: "two",
      bindings: ["[::1]:81:", ":82:"],
      autoStart: false,
      content: { kind: "echo" },
    },
    {
      ...common,
      id: 4,
      name: "three",
      bindings: [],
      secureBindings: [":443:"],
      content: { kind: "root", path: await Deno.realPath(home.path), listing: true },
    },
    { ...common, id: 5, name: "four", bindings: [":83:"], content: { kind: "welcome" } },
    { ...common, id: 6, name: "five", bindings: [":84:"], content: { kind: "respond", text: "" } },
  ]);
});

Deno.test("site add says why it refuses and what to type, and stores nothing", async () => {
  await using home = await commandHome();
  const cases: [args: string[], status: number, message: string][] = [
    [[], 2, "an argument is missing"],
    [["a"], 2, "--bind or --bind-tls is missing"],
    [["a", "--bind", ":81:"], 2, "exactly one of"],
    [["a", "--bind", ":81:", "--echo", "--respond", "x"], 2, "exactly one of"],
    [["a", "--bind", ":0:", "--echo"], 2, "port must be between 1 and 65535"],
    [["a", "--bind", "01.2.3.4:80:", "--echo"], 2, "not an IP address"],
    [["a", "--bind", ":81:", "--respond", "x", "--status", "99"], 2, "must be between 200 and 599"],
    [
      ["a", "--bind", ":81:", "--respond", "x", "--status", "2e2"],
      2,
      "must be between 200 and 599",
    ],
    [["a", "--bind", ":81:", "--root", "/nowhere/at/all"], 1, "no such file or directory"],
    [["Default Web SITE", "--bind", ":81:", "--echo"], 1, "already exists"],
    [["", "--bind", ":81:", "--echo"], 2, "not a valid name"],
    [["  ", "--bind", ":81:", "--echo"], 2, "not a valid name"],
    [["w3svc/9", "--bind", ":81:", "--echo"], 2, "not a valid name"],
    [["x".repeat(257), "--bind", ":81:", "--echo"], 1, "at most 256 characters"],
    [["a", "b", "--bind", ":81:", "--echo"], 2, 'Cannot use "b"'],
    [["a", "--bnd", ":81:", "--echo"], 2, 'Cannot use "--bnd"'],
  ];
  for (const [args, status, message] of cases) {
    const ran = await home.run(["site", "add", ...args]);
    assertEquals([ran.status, ran.out], [status, ""], args.join(" "));
    assertStringIncludes(ran.note, message, args.join(" "));
    assert(/\nhint: .+\n$/.test(ran.note), `${args.join(" ")}: ${ran.note}`);
  }
  assertEquals(home.stored(), null);
});

Deno.test("site add rejects a flag that its content does not use", async () => {
  await using home = await commandHome();
  for (const flags of [["--echo", "--status", "404"], ["--respond", "x", "--listing"]]) {
    const ran = await home.run(["site", "add", "a", "--bind", ":81:", ...flags]);
    assertEquals(ran.status, 2, flags.join(" "));
  }
  assertEquals(home.stored(), null);
});

Deno.test("site list prints every site in every format", async () => {
  await using home = await commandHome();
  await home.run("site add ping --bind :81: --bind :82: --respond pong");
  assertEquals(
    (await home.run("site list")).out,
    `ID  NAME              BINDINGS   SECUREBINDINGS  AUTOSTART  CONTENT
1   Default Web Site  :8080:                     true       welcome
2   ping              :81: :82:                  true       respond "pong"
`,
  );
  const { out } = await home.run("site list --format ndjson");
  const rows = out.trimEnd().split("\n").map((line) => JSON.parse(line) as { bindings: string[] });
  assertEquals(rows.map(({ bindings }) => bindings), [[":8080:"], [":81:", ":82:"]]);
});

Deno.test("site show prints one site by its name in any case, or W3SVC/n", async () => {
  await using home = await commandHome();
  for (const name of ["default web site", "W3SVC/1"]) {
    const { out, status } = await home.run(["site", "show", name, "--format", "json"]);
    assertEquals(status, 0);
    assertEquals(JSON.parse(out), { version: 1, site: DEFAULT_DOCUMENT.sites[0] });
  }
  assertStringIncludes((await home.run("site show w3svc/1")).out, "bindings: :8080:\n");
  const missing = await home.run("site show nobody");
  assertEquals([missing.status, missing.out], [1, ""]);
  assertStringIncludes(missing.note, "hint: httpcfg site list\n");
});

Deno.test("site remove removes one site, and says if there is none", async () => {
  await using home = await commandHome();
  await home.run("site add ping --bind :81: --respond pong");
  assertEquals((await home.run("site remove PING")).status, 0);
  assertEquals(home.stored(), { ...DEFAULT_DOCUMENT });
  const again = await home.run("site remove PING");
  assertEquals(again.status, 1);
  assertStringIncludes(again.note, 'Cannot find the site "PING"');
});
