// Goal: completions come from the machine and the document. Method: commands in their own home.
import { assertArrayIncludes, assertEquals, assertMatch } from "@std/assert";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("complete offers existing sites, entries, addresses, services and versions", async () => {
  await using home = await commandHome();
  const values = async (...words: string[]): Promise<string[]> => {
    const { out } = await home.run(["complete", "--", ...words]);
    return out.trimEnd().split("\n").map((line) => line.split("\t")[0] ?? "");
  };
  await home.run("set iplisten -i 10.0.0.7");
  await home.run("site add shop --bind 127.0.0.1:81: --echo");
  assertEquals(await values("site", "show", ""), ["Default Web Site", "shop"]);
  assertEquals(await values("delete", "iplisten", "-i", ""), ["10.0.0.7"]);
  assertArrayIncludes(await values("set", "iplisten", "-i", ""), ["127.0.0.1"]);
  assertArrayIncludes(await values("site", "add", "x", "--bind", ""), [":80:", "127.0.0.1:80:"]);
  assertArrayIncludes(await values("explain", ""), ["127.0.0.1:81"]);
  assertEquals(await values("net", "start", "w"), ["w3svc"]);
  assertEquals(await values("history", "show", ""), ["1", "2", "3"]);
  assertEquals(await values("completions", "z"), ["zsh"]);
  assertEquals(await values("man", "si"), ["site"]);
  assertEquals((await values("")).slice(0, 3), ["net", "serve", "reload"]);
});

Deno.test("complete offers what is in the document that the line names", async () => {
  await using home = await commandHome();
  const file = `${home.path}/other.json`;
  await home.run(["--config", file, "set", "iplisten", "-i", "10.0.0.8"]);
  const { out } = await home.run([
    "complete",
    "--",
    "--config",
    file,
    "delete",
    "iplisten",
    "-i",
    "",
  ]);
  assertEquals(out, "10.0.0.8\ton the list\n");
});

Deno.test("complete prints nothing if the document cannot be read", async () => {
  await using home = await commandHome();
  await Deno.writeTextFile(`${home.path}/config.json`, "{");
  const result = await home.run("complete -- site show ''");
  assertEquals(result, { status: 0, out: "", note: "" });
});

Deno.test("complete --bash prints the form that bash inserts", async () => {
  await using home = await commandHome();
  const { out } = await home.run("complete --bash 'httpcfg site show Def'");
  assertEquals(out, "Default\\ Web\\ Site\tW3SVC/1\n");
});

Deno.test("completions prints a script for each shell, and lists the shells", async () => {
  await using home = await commandHome();
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { status, out } = await home.run(`completions ${shell}`);
    assertEquals(status, 0, shell);
    assertMatch(out, /\bcomplete\b/);
  }
  const { status, note } = await home.run("completions tcsh");
  assertEquals(status, 2);
  assertMatch(note, /"tcsh".*\nhint: httpcfg completions bash\|zsh\|fish\|powershell/);
});
