// Goal: the pages have every command and setting. Method: the records; the formatter's own checker.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadCommands } from "../../../support/commands.ts";
import {
  DOCUMENT_BY_HAND,
  documentPage,
  programPage,
} from "../../../../mod/cli/commands/docs/man.ts";
import { escapeMdoc } from "../../../../mod/cli/commands/docs/mdoc.ts";
import { checkDocument } from "../../../../mod/config/document/check.ts";
import { DEFAULT_DOCUMENT } from "../../../../mod/config/document/document.ts";
import { SETTINGS } from "../../../../mod/config/document/settings.ts";
import { CONTENT_RULES, KINDS } from "../../../../mod/site/kinds/kinds.ts";
import { commandHome } from "../../../support/command_home.ts";

Deno.test("programPage() has every visible command with its flags and examples", async () => {
  const records = await loadCommands();
  const page = programPage(records);
  for (const { name, hidden, flags, examples = [] } of records) {
    if (hidden) continue;
    assertStringIncludes(page, `\n.It Cm ${escapeMdoc(name)}`);
    for (const flag of Object.keys(flags)) assertStringIncludes(page, `Fl \\-${escapeMdoc(flag)}`);
    for (const { line } of examples) assertStringIncludes(page, `.Dl ${escapeMdoc(line)}`);
  }
});

Deno.test("documentPage() has every setting with its default", () => {
  const page = documentPage();
  for (const [name, row] of Object.entries(SETTINGS)) {
    assertStringIncludes(page, `\n.It Va ${name}\n`);
    assertStringIncludes(page, `Default ${row.default}, `);
  }
});

Deno.test("documentPage() has every kind of site content with its fields", () => {
  const items = documentPage().split("\n.It Va ");
  for (const { kind, fields } of KINDS) {
    const item = items.find((text) => text.startsWith(`${kind}\n`)) ?? "";
    for (const name of Object.keys(fields)) assertStringIncludes(item, name);
    assertStringIncludes(item, Object.keys(fields).length === 0 ? "No fields." : "Fields: ");
  }
  const document = { ...DEFAULT_DOCUMENT, ...DOCUMENT_BY_HAND };
  assertEquals(checkDocument(document, CONTENT_RULES).problems, []);
});

Deno.test("man prints the page of a section, and rejects others", async () => {
  await using home = await commandHome();
  assertStringIncludes((await home.run("man")).out, ".Dt HTTPCFG 1\n");
  assertStringIncludes((await home.run("man 5")).out, ".Dt HTTPCFG-CONFIG 5\n");
  assertEquals((await home.run("man 8")).status, 2);
});

Deno.test({
  name: "mandoc -Tlint reports nothing about the pages",
  ignore: !(await hasMandoc()),
  async fn(): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "httpcfg-test-" });
    try {
      await Deno.writeTextFile(`${folder}/httpcfg.1`, programPage(await loadCommands()));
      await Deno.writeTextFile(`${folder}/httpcfg-config.5`, documentPage());
      const { stdout } = await new Deno.Command("mandoc", {
        args: ["-Tlint", "httpcfg.1", "httpcfg-config.5"],
        cwd: folder,
      }).output();
      const messages = new TextDecoder().decode(stdout).split("\n")
        // The pages refer to each other, and neither is installed here.
        .filter((line) => line !== "" && !line.includes("referenced manual not found: Xr httpcfg"));
      assertEquals(messages, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function hasMandoc(): Promise<boolean> {
  try {
    return (await new Deno.Command("mandoc", { args: ["-Tlint", "/dev/null"] }).output()).code >= 0;
  } catch {
    return false;
  }
}
