// Goal: the pages have every command, setting and message. Method: the records; the formatter's own
// checker.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commandsOf, GROUPS } from "../../../../mod/cli/command_groups.ts";
import { COMMAND_NAMES, loadCommand } from "../../../../mod/cli/command_table.ts";
import { DIAGNOSTICS } from "../../../../mod/cli/commands/docs/diagnostics.ts";
import { DOCUMENT_BY_HAND } from "../../../../mod/cli/commands/docs/document_page.ts";
import { escapeMdoc } from "../../../../mod/cli/commands/docs/mdoc.ts";
import { findPage, PAGES, pageText } from "../../../../mod/cli/commands/docs/pages.ts";
import type { CommandTable } from "../../../../mod/cli/core/command.ts";
import { checkDocument } from "../../../../mod/config/document/check.ts";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";
import { formatSetting } from "../../../../mod/config/document/setting_value.ts";
import { SETTINGS } from "../../../../mod/config/document/settings.ts";
import { CONTENT_RULES, KINDS } from "../../../../mod/site/kinds/kinds.ts";
import SCHEMA from "../../../../dist/httpcfg.schema.json" with { type: "json" };
import { commandHome } from "../../../support/command_home.ts";
import { tempFolder } from "../../../support/temp_folder.ts";

/** A part of the published schema. */
interface SchemaPart {
  readonly items?: SchemaPart;
  readonly properties?: Readonly<Record<string, unknown>>;
}

const COMMANDS: CommandTable = { names: COMMAND_NAMES, load: loadCommand };
const ROOT = `${import.meta.dirname}/../../../../`;

function page(word: string): Promise<string> {
  return pageText(findPage(word, COMMANDS)!, COMMANDS);
}

Deno.test("the page of a group has its commands with their flags and examples", async () => {
  for (const group of GROUPS) {
    const text = await page(group.word);
    assertStringIncludes(text, `\n.Dt HTTPCFG-${group.word.toUpperCase()} 1\n`);
    for (const name of commandsOf(group).filter((one) => COMMAND_NAMES.includes(one))) {
      const { flags, examples = [] } = await loadCommand(name);
      assertStringIncludes(text, `\n.Cm ${escapeMdoc(name)}`);
      assertStringIncludes(text, `\n.It Cm ${escapeMdoc(name)}`);
      for (const flag of Object.keys(flags)) {
        assertStringIncludes(text, `\n.It Fl \\-${escapeMdoc(flag)}`, name);
      }
      for (const { line } of examples) {
        const [escaped] = escapeMdoc(line).split('"');
        assertStringIncludes(text, `\n.Dl ${escaped}`, name);
      }
    }
  }
});

Deno.test("httpcfg(1) names every group and command, and explains messages of the program", async () => {
  const text = (await page("1")).replace(/\s+/g, " ");
  for (const { word, rows } of GROUPS) {
    const names = rows.flatMap(({ commands }) => commands).join(", ");
    assertStringIncludes(text, `.It Xr httpcfg-${word} 1 `);
    assertStringIncludes(text, `Commands: ${names}.`);
  }
  const sources = [...filesBelow(`${ROOT}mod`), `${ROOT}dist/portable_head.sh`]
    .filter((path) => !path.endsWith("/diagnostics.ts"))
    .map((path) => Deno.readTextFileSync(path)).join("\n");
  for (const { message, cure } of DIAGNOSTICS) {
    assertStringIncludes(text, `.It ${message} `);
    // The function and the code in an old tool's last line are filled in.
    const fixed = message.replace(/^Http\w+ /, "").replace(/ [0-9]+$/, "");
    assert(sources.includes(fixed), `the program does not contain "${fixed}"`);
    for (const [, line = ""] of cure.matchAll(/\bhttpcfg ([a-z]+(?: [a-z]+)?)/g)) {
      const isCommand = COMMAND_NAMES.some((name) => `${line} `.startsWith(`${name} `));
      assert(isCommand, `${message}: httpcfg ${line}`);
    }
  }
});

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    return isDirectory ? filesBelow(`${folder}/${name}`) : [`${folder}/${name}`];
  });
}

Deno.test("httpcfg-config(5) has every field, setting and kind of content", async () => {
  const text = await page("5");
  for (const [name, row] of Object.entries(SETTINGS)) {
    assertStringIncludes(text, `\n.It Va ${name}\n`);
    assertStringIncludes(text, `Default ${formatSetting(row.default)}, `);
  }
  const items = text.split("\n.It Va ");
  const { properties } = SCHEMA as { properties: Record<string, SchemaPart> };
  const records = ["sites", "ssl", "urlAcl"].map((name) => properties[name]!.items!.properties!);
  for (const field of [properties, ...records].flatMap(Object.keys)) {
    if (field !== "$schema") assert(items.some((item) => item.startsWith(`${field}\n`)), field);
  }
  for (const { kind, fields } of KINDS) {
    const item = items.find((one) => one.startsWith(`${kind}\n`)) ?? "";
    for (const name of Object.keys(fields)) assertStringIncludes(item, name);
    assertStringIncludes(item, Object.keys(fields).length === 0 ? "No fields." : "Fields: ");
  }
  const document = { ...DEFAULT_DOCUMENT, ...DOCUMENT_BY_HAND };
  assertEquals(checkDocument(document, CONTENT_RULES).problems, []);
});

Deno.test("pages keep quotes, and refer to each other", async () => {
  assertStringIncludes(await page("cert"), String.raw`select(.state != \(dqvalid\(dq)`);
  for (const { word, name, section } of PAGES) {
    for (const other of PAGES) {
      const isReferred = (await page(word)).includes(`\n.Xr ${other.name} ${other.section}`);
      assertEquals(
        isReferred,
        other.name !== name || other.section !== section,
        `${word} ${other.word}`,
      );
    }
  }
});

Deno.test("man prints the page of a group, of a command or of a section", async () => {
  await using home = await commandHome();
  const cases: [args: string, title: string][] = [
    ["", "HTTPCFG 1"],
    ["1", "HTTPCFG 1"],
    ["httpcfg", "HTTPCFG 1"],
    ["site", "HTTPCFG-SITE 1"],
    ["httpcfg-site", "HTTPCFG-SITE 1"],
    ["ssl", "HTTPCFG-CERT 1"],
    ["status", "HTTPCFG-INSPECT 1"],
    ["site add", "HTTPCFG-SITE 1"],
    ["net start", "HTTPCFG-RUN 1"],
    ["config", "HTTPCFG-CONFIG 1"],
    ["5", "HTTPCFG-CONFIG 5"],
  ];
  for (const [args, title] of cases) {
    const { status, out } = await home.run(`man ${args}`);
    assertEquals(status, 0, args);
    assertStringIncludes(out, `\n.Dt ${title}\n`, args);
  }
  for (const args of ["8", "nonsense", "site --all x"]) {
    assertEquals((await home.run(`man ${args}`)).status, 2, args);
  }
});

Deno.test("man --all writes every page and prints its path", async () => {
  await using home = await commandHome();
  await using folder = await tempFolder();
  const { status, out, note } = await home.run(["man", "--all", folder.at("man/")]);
  const files = PAGES.map(({ name, section }) => folder.at(`man/man${section}/${name}.${section}`));
  const printed = out.trimEnd().split("\n").map((path) =>
    folder.at(path.slice(folder.path.length + 1))
  );
  assertEquals([status, printed, note], [0, files, ""]);
  for (const file of files) assert((await Deno.readTextFile(file)).startsWith(".Dd "));
});

Deno.test({
  name: "mandoc -Tlint reports nothing about the pages",
  ignore: !(await hasMandoc()),
  async fn(): Promise<void> {
    await using home = await commandHome();
    await using folder = await tempFolder();
    const files = (await home.run(["man", "--all", folder.path])).out.trimEnd().split("\n");
    const { stdout } = await new Deno.Command("mandoc", { args: ["-Tlint", ...files] }).output();
    const messages = new TextDecoder().decode(stdout).split("\n")
      // The pages refer to each other, and none is installed here.
      .filter((line) => line !== "" && !line.includes("referenced manual not found: Xr httpcfg"));
    assertEquals(messages, []);
  },
});

async function hasMandoc(): Promise<boolean> {
  try {
    return (await new Deno.Command("mandoc", { args: ["-Tlint", "/dev/null"] }).output()).code >= 0;
  } catch {
    return false;
  }
}
