/** Goal: each kind of result is distinguished from the others. Method: values. */
import { assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import {
  describeWithoutSite,
  type FoundTarget,
  isSite,
} from "../../../mod/host/inspect/explain_target.ts";

Deno.test("isSite() and describeWithoutSite() distinguish a site from everything else", () => {
  const url = "http://+:80/a/";
  const cases: [found: Exclude<FoundTarget, { site: unknown }>, by: string, summary: RegExp][] = [
    [{ url, to: "unix:/s" }, "program", /^Served by the program .*: unix:\/s$/],
    [{ url, to: null }, "service", /503 .* is reserved/],
    ["NotFound", "service", /404/],
    ["Hostname", "service", /400 .*no binding matches$/],
  ];
  for (const [found, by, summary] of cases) {
    assertEquals(isSite(found), false);
    assertEquals(describeWithoutSite(found, "no binding matches").answeredBy, by);
    assertMatch(describeWithoutSite(found, "no binding matches").summary, summary);
  }
  assertMatch(
    describeWithoutSite("Hostname", "no started site uses the port").summary,
    /no started site uses the port$/,
  );
  assertEquals(isSite({ site: DEFAULT_DOCUMENT.sites[0]!, application: null }), true);
});
