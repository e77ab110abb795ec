// Goal: the document as a whole can be shown, checked, exported and restored. Method: command lines
// in a home of their own; an editor that is a one-line script.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";
import { commandHome, type CommandResult } from "../../../support/command_home.ts";

/** A test whose editor is a script of a shell, which Windows does not run. */
const SCRIPT = { ignore: Deno.build.os === "windows" };

Deno.test("config path prints the document and why, and --all every path", async () => {
  await using home = await commandHome();
  const path = await home.run("config path");
  assertEquals([path.out, path.note], [
    `${home.path}/config.json\n`,
    "note: HTTPCFG_HOME is set\n",
  ]);
  const all = await home.run("config path --all");
  assertMatch(all.out, /^run +\S+\/run$/m);
  assertMatch(all.out, /^why +HTTPCFG_HOME is set$/m);
});

Deno.test("config show prints what is stored, and --effective every setting", async () => {
  await using home = await commandHome();
  assertEquals(JSON.parse((await home.run("config show")).out), DEFAULT_DOCUMENT);
  const { settings } = JSON.parse((await home.run("config show --effective")).out);
  assertEquals(settings.ConnectionTimeout, 120);
});

Deno.test("config export and import restore a document, and show what changes", async () => {
  await using home = await commandHome();
  const backup = `${home.path}/backup.json`;
  await home.run("set iplisten -i 10.0.0.1");
  assertEquals(await home.run(`config export ${backup}`), { status: 0, out: "", note: "" });
  assertEquals((await home.run(`config import ${backup}`)).note, "note: unchanged\n");
  await home.run("delete iplisten -i 10.0.0.1");
  const wanted = { status: 0, out: '+ ipListen: "10.0.0.1"\n', note: "" };
  assertEquals(await home.run(`config import ${backup} --dry-run`), wanted);
  assertEquals((await home.run("query iplisten")).status, 1);
  assertEquals(await home.run(`config import ${backup}`), wanted);
  assertEquals((await home.run("query iplisten")).out, "IP :10.0.0.1\n");
  assertEquals((await home.run("config export")).out, await Deno.readTextFile(backup));
});

Deno.test("config check and import report every problem, and store nothing", async () => {
  await using home = await commandHome();
  const file = `${home.path}/new.json`;
  await Deno.writeTextFile(file, '{"version":1,"ipListen":["1.2.3"],"ssl":7}');
  for (const command of ["check", "import"]) {
    const { status, note } = await home.run(`config ${command} ${file}`);
    assertEquals(status, 1);
    assertStringIncludes(note, `Cannot use "${file}"`);
    assertStringIncludes(note, "ssl: expected a list");
  }
  assertEquals((await home.run("config check")).status, 0);
  assertMatch(
    (await home.run("config check nowhere.json")).note,
    /"nowhere.json": no such file/,
  );
});

Deno.test("a document of version 0 works, and is kept beside its replacement", async () => {
  await using home = await commandHome();
  const file = `${home.path}/config.json`;
  const original = '{ "ipListen": ["10.0.0.1"] }';
  await Deno.writeTextFile(file, original);
  assertEquals((await home.run("query iplisten")).out, "IP :10.0.0.1\n");
  assertEquals(await Deno.readTextFile(file), original);
  assertEquals((await home.run("set iplisten -i 10.0.0.2")).status, 0);
  assertEquals(await Deno.readTextFile(`${file}.version-0`), original);
  const stored = JSON.parse(await Deno.readTextFile(file));
  assertEquals([stored.version, stored.ipListen], [2, ["10.0.0.1", "10.0.0.2"]]);
});

Deno.test("a newer document is rejected by readers and writers, with a hint", async () => {
  await using home = await commandHome();
  const file = `${home.path}/config.json`;
  const newer = '{"version":99,"ipListen":[]}';
  await Deno.writeTextFile(file, newer);
  for (const line of ["query iplisten", "set iplisten -i 10.0.0.2", "config check"]) {
    const { status, note } = await home.run(line);
    assertEquals(status, 1, line);
    assertStringIncludes(note, "version 99 is newer than 2");
    assertStringIncludes(note, `\nhint: mv ${file} ${file}.broken\n`);
  }
  assertEquals(await Deno.readTextFile(file), newer);
});

Deno.test(
  "config edit stores a valid draft, keeps an invalid one, writes the schema",
  SCRIPT,
  async () => {
    await using home = await commandHome();
    const draft = `${home.path}/config.json.draft.json`;
    const edit = async (script: string): Promise<CommandResult> => {
      const editor = `${home.path}/editor`;
      await Deno.writeTextFile(editor, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      Deno.env.set("VISUAL", editor);
      try {
        return await home.run("config edit", { answer: "" });
      } finally {
        Deno.env.delete("VISUAL");
      }
    };
    const good = await edit(`sed -i.bak 's/"ipListen": \\[\\]/"ipListen": ["10.0.0.1"]/' "$1"`);
    assertEquals([good.status, good.note], [0, ""]);
    assertStringIncludes(good.out, '+ ipListen: "10.0.0.1"');
    const schema = JSON.parse(await Deno.readTextFile(`${home.path}/config.schema.json`));
    assertEquals(schema.title, "httpcfg document, version 2");

    const bad = await edit(`sed -i.bak 's/10.0.0.1/10.0.0/' "$1"`);
    assertEquals(bad.status, 1);
    assertStringIncludes(
      bad.note,
      `hint: \${EDITOR:-vi} ${draft}; httpcfg config import ${draft}\n`,
    );
    assertStringIncludes(await Deno.readTextFile(draft), '"10.0.0"');
    assertMatch((await edit("exit 3")).note, /the editor failed/);
    assertEquals((await home.run("query iplisten")).out, "IP :10.0.0.1\n");

    const change = `sed -i.bak 's/10.0.0.1/10.0.0.7/' "${home.path}/config.json"`;
    const late = await edit(`${change}; sed -i.bak 's/10.0.0.1/10.0.0.8/' "$1"`);
    assertEquals([late.status, late.out], [1, ""]);
    assertStringIncludes(
      late.note,
      "the stored document changed in the meantime\nhint: httpcfg config import --dry-run ",
    );
    assertEquals((await home.run("query iplisten")).out, "IP :10.0.0.7\n");
    assertStringIncludes(await Deno.readTextFile(draft), '"10.0.0.8"');
  },
);

Deno.test("config edit refuses without a terminal, and says what a script types", async () => {
  await using home = await commandHome();
  const ran = await home.run("config edit");
  assertEquals([ran.status, ran.out], [1, ""]);
  assertEquals(
    ran.note,
    "error: Cannot edit the configuration: there is no terminal\n" +
      "hint: httpcfg config export > new.json; httpcfg config import new.json\n",
  );
  assertEquals(home.stored(), null);
});

Deno.test("config schema prints the published schema, which has every field", async () => {
  await using home = await commandHome();
  const { status, out, note } = await home.run("config schema");
  assertEquals([status, note], [0, ""]);
  const published = new URL("../../../../dist/httpcfg.schema.json", import.meta.url);
  const schema = JSON.parse(out) as { properties: Record<string, unknown> };
  assertEquals(schema, JSON.parse(await Deno.readTextFile(published)));
  const fields = Object.keys(DEFAULT_DOCUMENT);
  assertEquals(fields.filter((field) => !(field in schema.properties)), []);
});

const COMMENTED = `{
  // Only what is wanted.
  "sites": [
    { "name": "shop", "bindings": [":8081:"], "content": { "kind": "echo" } }, /* for now */
  ],
}
`;

Deno.test("config import and check read comments, and complete what is absent", async () => {
  await using home = await commandHome();
  const file = `${home.path}/new.json`;
  await Deno.writeTextFile(file, COMMENTED);
  assertEquals((await home.run(`config check ${file}`)).status, 0);
  const imported = await home.run(`config import ${file}`);
  assertEquals([imported.status, imported.note], [0, "note: comments are not stored\n"]);
  assertEquals(home.stored()?.sites.map(({ id, name, autoStart }) => [id, name, autoStart]), [
    [1, "shop", true],
  ]);
  const again = await home.run(`config import ${file} --idempotent --format json`);
  assertEquals([again.status, JSON.parse(again.out).changed], [0, false]);
  assertEquals(JSON.parse(again.out).absent, ["ipListen", "ssl", "urlAcl", "metabase", "settings"]);
});

Deno.test("config import says what is lost because the document does not name it", async () => {
  await using home = await commandHome();
  const file = `${home.path}/new.json`;
  await Deno.writeTextFile(file, '{"sites": [], "settings": {}}');
  await home.run("set iplisten -i 10.0.0.1");
  await home.run("settings set MaxFieldCount 7");
  const warning = `warning: "${file}" has no "ipListen": what is stored of it is replaced by the ` +
    "default\nhint: httpcfg history\n";
  const dry = await home.run(`config import ${file} --dry-run`);
  assertEquals([dry.status, dry.note], [0, warning]);
  assertEquals(home.stored()?.ipListen, ["10.0.0.1"]);
  const imported = await home.run(`config import ${file}`);
  assertEquals([imported.status, imported.note, imported.out], [0, warning, dry.out]);
  assertMatch(imported.out, /^- ipListen: "10.0.0.1"$/m);
});

Deno.test("a stored document with comments works, and they are kept when it changes", async () => {
  await using home = await commandHome();
  const file = `${home.path}/config.json`;
  const text = COMMENTED.replace(
    '"name"',
    '"id": 1, "secureBindings": [], "autoStart": true, "name"',
  );
  await Deno.writeTextFile(file, text);
  assertEquals(JSON.parse((await home.run("site list --format json")).out).sites[0].name, "shop");
  assertEquals((await home.run("query iplisten")).status, 1);
  assertEquals((await home.run("config check")).status, 0);
  const set = await home.run("set iplisten -i 10.0.0.1");
  assertEquals([set.status, set.out], [0, "HttpSetServiceConfiguration completed with 0\n"]);
  assertStringIncludes(
    set.note,
    `note: comments are not stored; the text that has them is kept in "${file}.commented"\n`,
  );
  assertEquals(await Deno.readTextFile(`${file}.commented`), text);
  assertEquals(home.stored()?.ipListen, ["10.0.0.1"]);
  assertEquals((await home.run("rollback 1")).status, 0);
  assertEquals(home.stored()?.sites[0]?.name, "shop");
});

Deno.test("config edit reads comments, and keeps the text that has them", SCRIPT, async () => {
  await using home = await commandHome();
  Deno.env.set("VISUAL", "sed -i 1i//mine");
  try {
    const edited = await home.run("config edit", { answer: "" });
    assertStringIncludes(edited.note, "note: comments are not stored");
    assertEquals(edited.status, 0);
  } finally {
    Deno.env.delete("VISUAL");
  }
  assertMatch(await Deno.readTextFile(`${home.path}/config.json.commented`), /^\/\/mine\n/);
});

Deno.test("config path gives programs every path and the reason", async () => {
  await using home = await commandHome();
  const { status, out, note } = await home.run("config path --format json");
  const { version, config, why } = JSON.parse(out);
  assertEquals([status, note, version, config], [0, "", 1, `${home.path}/config.json`]);
  assertStringIncludes(why, "HTTPCFG_HOME");
});
