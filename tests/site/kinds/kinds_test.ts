import { assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  folderContent,
  NOT_FOUND_CONTENT,
  type SiteContent,
  WELCOME_CONTENT,
} from "../../../mod/config/document/site_content.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { CONTENT_RULES, kindOf, loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import type { SiteContext } from "../../../mod/site/kinds/site_context.ts";
import { testDashboards } from "../../support/about/dashboard.ts";
import { testProxies } from "../../support/proxy/proxy_options.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { bodyText, fakeRequest, responseOf } from "../../support/request.ts";
import { noService } from "../../support/about/service_source.ts";

const CONTEXT: SiteContext = {
  folders: () => undefined,
  cache: new ResponseCache({ UriEnableCache: true, UriMaxUriBytes: 4096, UriScavengerPeriod: 10 }),
  files: new FileAccess(),
  proxies: testProxies(),
  applicationPath: "/",
  dashboards: testDashboards(),
  service: noService,
  now: () => Date.now(),
};

Deno.test("loadSiteHandlers() serves each kind of content", async () => {
  await using temp = await tempFolder();
  const folder = temp.path;
  await Deno.writeTextFile(`${folder}/index.html`, "from disk");
  const cases: [content: SiteContent, want: string][] = [
    [{ kind: "root", path: folder }, "from disk"],
    [{ kind: "respond", text: "fixed" }, "fixed"],
    [{ kind: "echo" }, "site: Default Web Site\n"],
    [{ kind: "welcome" }, "httpcfg is running"],
  ];
  const siteHandler = await loadSiteHandlers();
  for (const [content, want] of cases) {
    const handler = siteHandler(content, DEFAULT_DOCUMENT.sites[0]!, CONTEXT);
    const response = await responseOf(handler(fakeRequest()));
    assertEquals(response.status, 200, content.kind);
    assertStringIncludes(await bodyText(response), want);
  }
});

Deno.test("a kind says how its content is listed and explained", () => {
  const cases: [content: SiteContent, label: string, description: string][] = [
    [{ kind: "root", path: "/srv" }, "root /srv", 'files under "/srv"'],
    [{ kind: "respond", text: "a" }, 'respond "a"', "a fixed text with status 200"],
    [{ kind: "respond", text: "", status: 410 }, 'respond ""', "a fixed text with status 410"],
    [{ kind: "echo" }, "echo", "an echo of the request"],
    [{ kind: "welcome" }, "welcome", "the welcome page"],
  ];
  for (const [content, label, description] of cases) {
    const kind = kindOf(content);
    assertEquals([kind.label(content), kind.description(content)], [label, description]);
  }
});

Deno.test("CONTENT_RULES accepts every valid content, and nothing else", () => {
  const good: SiteContent[] = [
    { kind: "root", path: "/srv" },
    { kind: "root", path: "/srv", listing: true },
    { kind: "respond", text: "" },
    { kind: "respond", text: "gone", status: 410 },
    { kind: "echo" },
    { kind: "welcome" },
  ];
  const bad: unknown[] = [
    { kind: "root" },
    { kind: "root", path: "" },
    { kind: "root", path: "/srv", text: "x" },
    { kind: "respond", text: 1 },
    { kind: "respond", text: "x", status: 199 },
    { kind: "respond", text: "x", status: 600 },
    { kind: "respond", text: "x".repeat(1_048_577) },
    { kind: "echo", text: "x" },
    { kind: "other" },
    {},
    null,
  ];
  for (const content of good) assertEquals([isContent(content), problems(content)], [true, []]);
  for (const content of bad) assertEquals(isContent(content), false, JSON.stringify(content));
});

Deno.test("the contents that config/ creates are valid", () => {
  const made = [
    WELCOME_CONTENT,
    NOT_FOUND_CONTENT,
    folderContent("/srv"),
    folderContent("/", true),
  ];
  for (const content of made) assertEquals([isContent(content), problems(content)], [true, []]);
});

function isContent(value: unknown): boolean {
  return v.safeParse(CONTENT_RULES.schema, value).success;
}

function problems(content: SiteContent): unknown {
  return CONTENT_RULES.check(content);
}
