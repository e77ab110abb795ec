/** Goal: who changed what and when, and how to go back. Method: command lines in their own home. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { commandHome } from "../../support/command_home.ts";
import { testWith } from "../../support/tools.ts";

Deno.test("history shows the user and the command of every change", async () => {
  await using home = await commandHome();
  const none = await home.run("history");
  assertEquals([none.status, none.out], [0, ""]);
  await home.run("set iplisten -i 127.0.0.2", { uid: 0, env: { SUDO_USER: "ada" } });
  await home.run("set iplisten -i 127.0.0.3", { uid: 0, env: { USER: "ada" } });
  await home.run("set iplisten -i 127.0.0.3"); // changes nothing, so it is not a version
  const { out } = await home.run("history --format json");
  const { history } = JSON.parse(out);
  assertEquals(
    history.map(({ number, user, changes, command }: Record<string, unknown>) => {
      return [number, user, changes, command];
    }),
    [
      [1, null, null, null],
      [2, "ada", 1, "httpcfg set iplisten -i 127.0.0.2"],
      [3, Deno.build.os === "windows" ? "0" : "root", 1, "httpcfg set iplisten -i 127.0.0.3"],
    ],
  );
});

Deno.test("history show and diff print a version and what it changed", async () => {
  await using home = await commandHome();
  await home.run("set iplisten -i 127.0.0.2");
  await home.run("set iplisten -i 127.0.0.3");
  assertEquals(JSON.parse((await home.run("history show 2")).out).ipListen, ["127.0.0.2"]);
  const diff = await home.run("history diff 3");
  assertEquals([diff.status, diff.out], [1, '+ ipListen: "127.0.0.3"\n']);
  const json = JSON.parse((await home.run("history diff 3 --format json")).out);
  assertEquals([json.from, json.to], [2, 3]);
  assertEquals(json.changes, [{ at: "ipListen", after: "127.0.0.3" }]);
  assertEquals((await home.run("history diff 3 3")).status, 0);
  const first = await home.run("history diff 1");
  assertEquals(first.status, 1);
  assertStringIncludes(first.note, "no earlier version");
});

Deno.test("rollback stores a previous version, and can be rolled back", async () => {
  await using home = await commandHome();
  await home.run("set iplisten -i 127.0.0.2");
  await home.run("set iplisten -i 127.0.0.3");
  const back = await home.run("rollback 2");
  assertEquals([back.status, back.out], [0, '- ipListen: "127.0.0.3"\n']);
  assertEquals((await home.run("query iplisten")).out, "IP :127.0.0.2\n");
  await home.run("rollback 3");
  assertEquals((await home.run("query iplisten")).out, "IP :127.0.0.2\nIP :127.0.0.3\n");
  assertEquals((await home.run("rollback 3")).note.includes("unchanged"), true);
});

Deno.test("rollback and history reject what is not a version", async () => {
  await using home = await commandHome();
  assertEquals((await home.run("rollback 7")).status, 1);
  assertEquals((await home.run("rollback x")).status, 2);
  assertEquals((await home.run("history show -1")).status, 2);
});

testWith(
  ["bash"],
  "history quotes the words of a line, so that it can be typed again",
  async () => {
    await using home = await commandHome();
    const lines = [
      ["site", "add", "my site", "--bind", ":8081:", "--respond", 'it\'s "up" & $HOME'],
      ["--config", `${home.path}/config.json`, "set", "iplisten", "--except", "10.0.0.5"],
      ["set", "iplisten", "-i", "!10.0.0.6"],
      ["site", "set", "my site", "--respond", "two\nlines"],
    ];
    const typed: string[] = [];
    for (const words of lines) assertEquals((await home.run(words)).status, 0, words.join(" "));
    const { history } = JSON.parse((await home.run("history --format json")).out);
    for (const { command } of history.slice(1)) {
      const printed = new Deno.Command("bash", {
        args: ["-c", `httpcfg() { printf '%s\\0' "$@"; }; ${command}`],
      });
      typed.push(new TextDecoder().decode((await printed.output()).stdout));
    }
    assertEquals(typed, lines.map((words) => words.map((word) => `${word}\0`).join("")));
  },
);
