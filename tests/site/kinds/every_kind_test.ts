// Goal: a kind of site content is one file and one line in the table, and the rest of the program
// knows it only from there. Method: every check reads the table, and none names a kind.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testDashboards } from "../../support/about/dashboard.ts";
import { loadCommands } from "../../support/commands.ts";
import { findGroup } from "../../../mod/cli/command_groups.ts";
import { commandHelp } from "../../../mod/cli/core/help.ts";
import { complete } from "../../../mod/cli/commands/docs/complete.ts";
import { groupSections } from "../../../mod/cli/commands/docs/group_page.ts";
import { escapeMdoc } from "../../../mod/cli/commands/docs/mdoc.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { KINDS, loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { contentFlags } from "../../../mod/site/kinds/kind_flags.ts";
import type { ContentKind, FlagExample } from "../../../mod/site/kinds/content_kind.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { schemaText } from "../../../dist/schema.ts";
import { type CommandHome, commandHome, shellWords } from "../../support/command_home.ts";
import { answeringProxies } from "../../support/proxy/proxy_options.ts";
import { fakeRequest, responseOf } from "../../support/request.ts";
import { noService } from "../../support/about/service_source.ts";

const ROOT = new URL("../../../", import.meta.url);
/** The other files: what a kind is, the table, and what the kinds share. */
const SHARED = ["after_body", "content_kind", "kind_flags", "kinds", "site_context"];
const COMMANDS = await loadCommands();

Deno.test("every file of kinds/ is a kind in the table, or is shared by the kinds", async () => {
  const files = [...Deno.readDirSync(new URL("mod/site/kinds", ROOT))]
    .map(({ name }) => name.replace(/\.ts$/, ""));
  assertEquals(files.sort(), [...KINDS.map(({ kind }) => kind), ...SHARED].sort());
  for (const record of KINDS) {
    const file = await import(new URL(`mod/site/kinds/${record.kind}.ts`, ROOT).href);
    assertEquals(file[record.kind] === record, true, `${record.kind}.ts exports its record`);
  }
});

Deno.test("no file outside kinds/ knows a kind by its name", () => {
  const names = KINDS.map(({ kind }) => kind).join("|");
  const known = new RegExp(
    `\\bkind\\b["']?\\s*(?::|[!=]==?)\\s*"(?:${names})"|\\bcase "(?:${names})"`,
  );
  const flags = new RegExp(
    `(?:--|\\btext\\(")(?:${KINDS.filter(isOwnFlag).map(nameOf).join("|")})\\b`,
  );
  const found = sources("mod").filter(([path, text]) => {
    // The contents that the document itself creates, and the results of looking up a file.
    if (path.startsWith("mod/site/kinds/") || path.startsWith("mod/site/static/")) return false;
    if (path === "mod/config/document/site_content.ts") return false;
    return known.test(text) || flags.test(text);
  });
  assertEquals(found.map(([path]) => path), []);
});

Deno.test("the table loads nothing that is only needed to serve requests", () => {
  const loaded = new Set<string>();
  const queue = ["mod/site/kinds/kind_flags.ts"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    if (!path.startsWith("mod/")) continue;
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    for (const [, target = ""] of text.matchAll(/^import (?!type)[^;]*?from "([^"]+)";$/gm)) {
      const isFile = target.startsWith(".");
      queue.push(isFile ? new URL(target, `file:///${path}`).pathname.slice(1) : target);
    }
  }
  assert(loaded.has("mod/site/kinds/kinds.ts") && loaded.has("valibot"));
  assertEquals(
    [...loaded].filter((path) => /^node:|media-types|\/static\/|\/proxy\//.test(path)),
    [],
  );
});

Deno.test("every kind has its flags in the help, the manual page and the completions", async () => {
  for (const name of ["site add", "site set"]) {
    const spec = COMMANDS.find((command) => command.name === name)!;
    const offered = await complete(["site", name.slice(5), "x", "--"], {
      names: COMMANDS.map((command) => command.name),
      load: (wanted) => Promise.resolve(COMMANDS.find((command) => command.name === wanted)!),
      values: () => Promise.resolve([]),
    });
    for (const { kind, flag, details, help = [] } of KINDS) {
      for (const own of [kind, ...Object.keys(details)]) {
        assertStringIncludes(commandHelp(spec), `\n  --${own}`);
        assert(offered.candidates.some(({ value }) => value === `--${own}`), `${name} --${own}`);
      }
      const text = commandHelp(spec).replace(/\s+/g, " ");
      for (const line of [flag.summary, ...help]) assertStringIncludes(text, line);
      for (const one of Object.values(details)) {
        assertStringIncludes(text, `with --${kind}: ${one.summary}`);
      }
    }
  }
  const records = COMMANDS.filter(({ name }) => name.startsWith("site "));
  const page = groupSections(findGroup("site")!, records).join("\n");
  for (const { kind } of KINDS) assertStringIncludes(page, `.It Fl \\-${escapeMdoc(kind)}`);
});

Deno.test("kinds that share a flag agree on whether it has a value", () => {
  const flags = contentFlags();
  for (const { kind, flag, details } of KINDS) {
    assertEquals(flags[kind], flag, `no other kind uses --${kind}`);
    for (const [name, spec] of Object.entries(details)) {
      assertEquals(flags[name]?.kind, spec.kind, `--${name} of ${kind}`);
      assertEquals(spec.kind === "boolean", spec.value === undefined, `--${name} of ${kind}`);
    }
  }
});

Deno.test("every kind is in the JSON Schema with its fields", () => {
  const shapes = JSON.parse(schemaText()).properties.sites.items.properties.content.oneOf as {
    readonly properties: Readonly<Record<string, { readonly const?: string }>>;
  }[];
  assertEquals(
    shapes.map(({ properties }) => [properties["kind"]?.const, Object.keys(properties)]),
    KINDS.map(({ kind, fields }) => [kind, ["kind", ...Object.keys(fields)]]),
  );
});

Deno.test("every example of a kind is stored, listed, explained, reread and served", async () => {
  const siteHandler = await loadSiteHandlers();
  for (
    const [kind, example] of KINDS.flatMap((kind) => kind.examples.map((e) => [kind, e] as const))
  ) {
    await using home = await commandHome();
    await home.store({ sites: [] });
    const words = await exampleWords(kind, example, home);
    const added = await home.run(["site", "add", "x", "--bind", "127.0.0.1:8081:", ...words]);
    assertEquals([added.status, added.note], [0, ""], example.words);
    const site = home.stored()!.sites[0]!;
    const { content } = site;
    assertEquals(content.kind, kind.kind);
    assertEquals((await home.run("config check")).status, 0);
    const listed = await home.run("site list --format json");
    assertEquals(JSON.parse(listed.out).sites[0].content, kind.label(content));
    assertStringIncludes((await home.run("site show x")).out, kind.label(content));
    const explained = await home.run("explain 127.0.0.1:8081 --format json");
    assertEquals(JSON.parse(explained.out).site.content, kind.description(content));
    const again = await home.run(["site", "set", "x", ...words]);
    assertEquals([again.status, home.stored()!.sites[0]!.content], [0, content]);
    const context = {
      cache: new ResponseCache({ UriEnableCache: true, UriMaxUriBytes: 1, UriScavengerPeriod: 9 }),
      files: new FileAccess(),
      proxies: answeringProxies(),
      folders: () => undefined,
      applicationPath: "/",
      dashboards: testDashboards(),
      service: noService,
      now: () => 0,
    };
    for (const method of ["GET", "POST"]) {
      const handler = siteHandler(content, site, context);
      const request = fakeRequest({ method, ...(method === "GET" ? {} : { body: [] }) });
      assert((await responseOf(handler(request))).status >= 200, `${example.words}: ${method}`);
    }
  }
});

Deno.test("an unknown kind, and an unknown field of a kind, are rejected by name", async () => {
  await using home = await commandHome();
  const names = KINDS.map(({ kind }) => `"${kind}"`).join(", ");
  await home.store({ sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, content: { kind: "none" } }] });
  const { status, note } = await home.run("config check");
  assertEquals(status, 1);
  assertStringIncludes(note, `sites[0].content.kind: expected one of ${names}, found "none"\n`);
  for (const { kind } of KINDS) {
    const content = { kind, nonsense: 1 };
    await home.store({ sites: [{ ...DEFAULT_DOCUMENT.sites[0]!, content }] });
    const { note } = await home.run("config check");
    assertStringIncludes(note, "sites[0].content.nonsense: unknown field\n", kind);
  }
});

/** The arguments of an example, with a directory that exists. */
async function exampleWords(
  { kind, flag }: ContentKind,
  { words }: FlagExample,
  home: CommandHome,
): Promise<string[]> {
  const folder = `${home.path}/www`;
  if (flag.completes === "folder") await Deno.mkdir(folder);
  const all = shellWords(words);
  return all.map((word, i) => {
    return flag.completes === "folder" && all[i - 1] === `--${kind}` ? folder : word;
  });
}

/** False for a name that is also a flag of another command. */
function isOwnFlag({ kind }: ContentKind): boolean {
  return COMMANDS.every(({ name, flags }) =>
    /^(?:fleet )?site (?:add|set)$/.test(name) || !(kind in flags)
  );
}

function nameOf({ kind }: ContentKind): string {
  return kind;
}

function sources(folder: string): [path: string, text: string][] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sources(path);
    return path.endsWith(".ts")
      ? [[path, Deno.readTextFileSync(new URL(path, ROOT))] as const]
      : [];
  }).map(([path, text]) => [path, text]);
}
