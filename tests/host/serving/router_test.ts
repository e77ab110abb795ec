/** Goal: sites, registrations and reservations are routed as one. Method: without an engine. */
import { assertEquals } from "@std/assert";
import type { HttpResponse } from "../../../mod/base/exchange.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { routeRequests, type RouteSources } from "../../../mod/host/serving/router.ts";
import { SiteConnections } from "../../../mod/host/serving/site_connection_limits.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { ChallengeAnswers } from "../../../mod/site/challenge_answers.ts";
import { FileAccess } from "../../../mod/site/static/file_access.ts";
import { ResponseCache } from "../../../mod/site/static/response_cache.ts";
import { testDashboards } from "../../support/about/dashboard.ts";
import { testProxies } from "../../support/proxy/proxy_options.ts";
import { limitOf } from "../../support/workers/limits.ts";
import { fakeRequest } from "../../support/request.ts";
import { noService } from "../../support/about/service_source.ts";

const SITE = {
  ...DEFAULT_DOCUMENT.sites[0]!,
  id: 3,
  content: { kind: "respond", text: "site", status: 299 },
} as const;
const SOURCES: RouteSources = {
  sites: [SITE],
  registrations: [{
    prefix: parseUrlPrefix("http://*:8080/app/live/")!,
    handle: (): HttpResponse => ({ status: 298, headers: [], body: null }),
  }],
  reservations: [
    { url: "http://*:8080/", sddl: "D:(A;;GX;;;WD)" },
    { url: "http://*:8080/app/", sddl: "D:(A;;GX;;;WD)" },
    { url: "http://+:8081/only/", sddl: "D:(A;;GX;;;WD)" },
  ],
};

const siteHandler = await loadSiteHandlers();

/** The status of the response to `path`, or the reason of the refusal; and the site. */
async function resultOf(
  path: string,
  port = 8080,
  isPaused = false,
  challenges = new ChallengeAnswers(),
): Promise<[unknown, unknown]> {
  const handler = routeRequests(SOURCES, {
    siteHandler,
    cache: new ResponseCache({
      UriEnableCache: true,
      UriMaxUriBytes: 4096,
      UriScavengerPeriod: 10,
    }),
    files: new FileAccess(),
    proxies: testProxies(),
    dashboards: testDashboards(),
    service: noService,
    now: () => 0,
    isPaused: () => isPaused,
    connections: new SiteConnections(),
    clients: new SiteConnections(),
    rulesOf: () => null,
    challenges,
    siteLimit: () => limitOf(1000),
    canonical: (ip) => ip,
  });
  const request = fakeRequest({ path, local: { ...fakeRequest().local, port } });
  const result = await handler(request);
  return ["refuse" in result ? result.refuse : result.status, request.siteId];
}

Deno.test("routeRequests() tries a registration, then its reservation, then the site", async () => {
  assertEquals(await resultOf("/"), [299, 3], "a site has its own prefix, reserved or not");
  assertEquals(await resultOf("/app/live/x"), [298, null]);
  assertEquals(
    await resultOf("/app/dead"),
    ["N/A", null],
    "reserved, not registered: not the site",
  );
  assertEquals(await resultOf("/apple"), [299, 3]);
  assertEquals(await resultOf("/only/x", 8081), ["N/A", null]);
  assertEquals(await resultOf("/x", 8081), ["NotFound", null]);
  assertEquals(await resultOf("/x", 8082), ["Hostname", null]);
});

Deno.test("routeRequests() pauses sites and nothing else", async () => {
  assertEquals(await resultOf("/", 8080, true), ["Disabled", 3]);
  assertEquals(await resultOf("/app/live/", 8080, true), [298, null]);
});
