/** Goal: `--map` and `--unmap`. Method: commands on a home of their own. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT, type SiteRecord } from "../../../../mod/config/document/document.ts";
import { type CommandHome, commandHome } from "../../../support/command_home.ts";
import { tempFolder } from "../../../support/temp_folder.ts";

const ADD = ["site", "add", "shop", "--bind", ":8081:", "--respond", "home"];

Deno.test("site add --map stores applications in the order of their paths", async () => {
  await using home = await commandHome();
  await using temp = await tempFolder();
  const maps = [
    "/Old/=redirect:308:https://www.example.com{path}",
    "/docs=" + temp.path,
    "/text/=respond:404:no=such",
    "/echo/=echo",
  ];
  const added = await home.run([...ADD, ...maps.flatMap((map) => ["--map", map])]);
  assertEquals([added.status, added.note], [0, ""]);
  const expected = [
    { path: "/docs/", content: { kind: "root", path: await Deno.realPath(temp.path) } },
    { path: "/echo/", content: { kind: "echo" } },
    {
      path: "/Old/",
      content: { kind: "redirect", to: "https://www.example.com{path}", status: 308 },
    },
    { path: "/text/", content: { kind: "respond", text: "no=such", status: 404 } },
  ];
  assertEquals(siteOf(home).applications, expected);
  const listed = JSON.parse((await home.run("site list --format json")).out).sites.at(-1);
  assertEquals(listed.content, 'respond "home"');
  assertEquals(listed.applications.slice(1, 3), [
    "/echo/ echo",
    "/Old/ redirect https://www.example.com{path} with 308",
  ]);
  const shown = await home.run("site show shop");
  assertStringIncludes(shown.out, "/Old/ redirect https://www.example.com{path} with 308");
  const json = await home.run("site show shop --format json");
  assertEquals(JSON.parse(json.out).site.applications, expected);
  assertEquals((await home.run("config check")).status, 0);
});

Deno.test("site set --map replaces the application of a path, --unmap ends one", async () => {
  await using home = await commandHome();
  await home.run([...ADD, "--map", "/a/=respond:one", "--map", "/b/=respond:two"]);
  await home.run(["site", "set", "shop", "--map", "/A=respond:three", "--unmap", "/b"]);
  assertEquals(siteOf(home).applications, [
    { path: "/A/", content: { kind: "respond", text: "three" } },
  ]);
  assertEquals(siteOf(home).content, { kind: "respond", text: "home" });
  await home.run(["site", "set", "shop", "--respond", "other"]);
  assertEquals(siteOf(home).applications.length, 1);
  await home.run(["site", "set", "shop", "--unmap", "/a/"]);
  assertEquals("applications" in siteOf(home), false);
});

Deno.test("site add --idempotent compares the applications", async () => {
  await using home = await commandHome();
  const mapped = [...ADD, "--map", "/a/=respond:one"];
  assertEquals((await home.run(mapped)).status, 0);
  assertEquals((await home.run([...mapped, "--idempotent"])).status, 0);
  const other = await home.run([...ADD, "--idempotent", "--map", "/a/=respond:two"]);
  assertEquals(other.status, 1);
  assertStringIncludes(other.note, "with other applications");
  assertStringIncludes(
    other.note,
    "hint: httpcfg site set shop --bind :8081: --respond home " +
      "--map /a/=respond:two",
  );
});

Deno.test("a --map that cannot be used is refused with a hint that can", async () => {
  await using home = await commandHome();
  await home.run([...ADD, "--map", "/api/=respond:one"]);
  const before = home.stored();
  const cases: [words: string[], reason: string, hint: string][] = [
    [["--map", "/api/"], "PATH=CONTENT expected", "--map /api/=http://127.0.0.1:3000"],
    [["--map", "api/=echo"], 'Cannot map "api/": must start with /', "--map /api/=echo"],
    [["--map", "/=echo"], 'Cannot map "/": / is the site itself', "--map /app/=echo"],
    [["--map", "/a*=echo"], '"*" is not allowed in a path', "--map /a/=echo"],
    [["--map", "/a/../b=echo"], '".."', "--map /a/b/=echo"],
    [["--map", "/x/=nonsense"], "must be one of", "--map /x/=respond:nonsense"],
    [["--map", "/x/="], "must be one of", "--map /x/=respond:"],
    [
      ["--map", "/x/=redirect:nowhere"],
      'Cannot redirect to "nowhere"',
      "--map /x/=redirect:https://nowhere",
    ],
    [
      ["--map", "/x/=redirect:304:/y"],
      'status "304": must be one of 301, 302, 307, 308',
      "--map /x/=redirect:302:/y",
    ],
    [["--map", "/x/=respond:99:y"], 'status "99"', "--map /x/=respond:503:y"],
    [["--map", "/x/=/no/such/dir"], '"/no/such/dir": no such', "mkdir -p /no/such/dir"],
    [["--map", "/x=echo", "--map", "/X/=respond:y"], "given twice", "--map /X/=respond:y"],
    [["--map", "/x=echo", "--unmap", "/X/"], "given twice", "--unmap /X/"],
    [["--unmap", "/apo"], "no application there", "--unmap /api/"],
    [["--unmap", "x"], "must start with /", "--unmap /x/"],
  ];
  for (const [words, reason, hint] of cases) {
    const refused = await home.run(["site", "set", "shop", ...words]);
    assertEquals(refused.status === 0, false, words.join(" "));
    assertStringIncludes(refused.note, reason);
    assertStringIncludes(refused.note, hint);
    assertEquals(home.stored(), before);
  }
});

Deno.test("explain names the application of a path", async () => {
  await using home = await commandHome();
  await home.run(["set", "iplisten", "-i", "127.0.0.1"]);
  await home.run([...ADD, "--map", "/a/=respond:one", "--map", "/a/b/=echo"]);
  const cases: [path: string, summary: string][] = [
    ["/", 'Served by site "shop": a fixed text'],
    ["/ab", 'Served by site "shop": a fixed text'],
    ["/a", 'Served by site "shop", application "/a/": a fixed text'],
    ["/A/x", 'Served by site "shop", application "/a/": a fixed text'],
    ["/a/b/c?d", 'Served by site "shop", application "/a/b/": an echo'],
  ];
  for (const [path, summary] of cases) {
    const explained = await home.run(["explain", `http://127.0.0.1:8081${path}`]);
    assertEquals(explained.status, 0);
    assertStringIncludes(explained.out, summary);
  }
  const json = await home.run("explain http://127.0.0.1:8081/a/b/ --format json");
  assertEquals(JSON.parse(json.out).application, {
    path: "/a/b/",
    content: "an echo of the request",
  });
  const none = await home.run("explain http://127.0.0.1:8081/ --format json");
  assertEquals("application" in JSON.parse(none.out), false);
});

Deno.test("a document's applications are checked, and spelled in one way", async () => {
  await using home = await commandHome();
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, content: { kind: "echo" } };
  const content = { kind: "echo" };
  const cases: [applications: unknown[], problem: string | null][] = [
    [[], null],
    [[{ path: "/a", content }], null],
    [[{ path: "a", content }], 'sites[0].applications[0].path: "a" is not a valid path'],
    [[{ path: "/a", content }, { path: "/A/", content }], "sites[0].applications[1].path"],
    [[{ path: "/a/", content: { kind: "no" } }], "sites[0].applications[0].content.kind"],
    [[{ path: "/a/", content: { kind: "redirect", to: "x" } }], "applications[0].content.to"],
    [[{ path: "/a/" }], "sites[0].applications[0].content: missing"],
    [[{ path: "/a/", content, more: 1 }], "sites[0].applications[0].more: unknown field"],
  ];
  for (const [applications, problem] of cases) {
    await home.store({ sites: [{ ...site, applications } as SiteRecord] });
    const checked = await home.run("config check");
    assertEquals(checked.status, problem === null ? 0 : 1, checked.note);
    if (problem !== null) assertStringIncludes(checked.note, problem);
  }
});

// deno-lint-ignore no-explicit-any -- the fields are compared with literals
function siteOf(home: CommandHome): any {
  return home.stored()!.sites.find(({ name }) => name === "shop");
}
