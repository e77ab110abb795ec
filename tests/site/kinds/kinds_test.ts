import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT, type SiteContent } from "../../../mod/config/document/document.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { kindOf, loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import type { SiteContext } from "../../../mod/site/kinds/site_context.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { bodyText, fakeRequest, responseOf } from "../../support/request.ts";

const CONTEXT: SiteContext = {
  cache: new ResponseCache({ UriEnableCache: true, UriMaxUriBytes: 4096, UriScavengerPeriod: 10 }),
  listening: () => ({ version: "1", ipListen: [], endpoints: [], sites: [] }),
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
    const handler = siteHandler({ ...DEFAULT_DOCUMENT.sites[0]!, content }, CONTEXT);
    const response = await responseOf(handler(fakeRequest()));
    assertEquals(response.status, 200, content.kind);
    assertStringIncludes(await bodyText(response), want);
  }
});

Deno.test("a kind says how its content is listed and explained", () => {
  const cases: [content: SiteContent, listed: string, explained: string][] = [
    [{ kind: "root", path: "/srv" }, "root /srv", 'files below "/srv"'],
    [{ kind: "respond", text: "a" }, 'respond "a"', "a fixed text with status 200"],
    [{ kind: "respond", text: "", status: 410 }, 'respond ""', "a fixed text with status 410"],
    [{ kind: "echo" }, "echo", "what came in"],
    [{ kind: "welcome" }, "welcome", "the welcome page"],
  ];
  for (const [content, listed, explained] of cases) {
    const kind = kindOf(content);
    assertEquals([kind.listed(content), kind.explained(content)], [listed, explained]);
  }
});
