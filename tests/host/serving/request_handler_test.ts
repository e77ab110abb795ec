/** Goal: what is served responds, and state outlives a change. Method: without an engine. */
import { assertEquals } from "@std/assert";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { RequestHandler } from "../../../mod/host/serving/request_handler.ts";
import { nothingServed, type ServedProgram } from "../../../mod/host/serving/served.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { fakeRequest } from "../../support/request.ts";
import { noService } from "../../support/about/service_source.ts";

const siteHandler = await loadSiteHandlers();

function handlerOf(): RequestHandler {
  const requests = new RequestHandler({
    siteHandler,
    service: noService,
    onProgramFault: () => {},
    onUpstream: () => {},
  });
  requests.limits.receive({ op: "shares", shares: [], pinned: [] });
  return requests;
}

Deno.test("RequestHandler.handlerFor() serves the running sites and the programs", async () => {
  const content = { kind: "respond", text: "x" } as const;
  const sites = [{ ...DEFAULT_DOCUMENT.sites[0]!, content }];
  const requests = handlerOf();
  assertEquals(requests.cached, null);
  const program: ServedProgram = {
    id: 7,
    prefix: parseUrlPrefix("http://+:8080/p/")!,
    target: { kind: "unix", path: "/nowhere" },
    timeoutMs: 1000,
  };
  const served = { ...nothingServed(DEFAULT_SETTINGS, "us"), sites, programs: [program] };
  const handler = requests.handlerFor(served);
  const resultOf = async (of: string): Promise<unknown> => {
    const result = await handler(fakeRequest({ path: of }));
    return "refuse" in result ? result.refuse : result.status;
  };
  assertEquals([await resultOf("/"), await resultOf("/p/x")], [200, "BadGateway"]);
  assertEquals([...requests.tunnels], [[7, 0]]);
  requests.pauses.value = { all: true, sites: [] };
  assertEquals([await resultOf("/"), await resultOf("/p/x")], ["Disabled", "BadGateway"]);
  assertEquals(requests.cached?.list(), []);
  requests.clear();
  assertEquals([requests.cached, ...requests.tunnels], [null]);
});

Deno.test("RequestHandler scavenges the current cache only, and none after clear()", () => {
  const running = new Set<number>();
  const { setInterval: start, clearInterval: stop } = globalThis;
  let next = 1;
  globalThis.setInterval = (() => {
    running.add(next);
    return next++;
  }) as unknown as typeof setInterval;
  globalThis.clearInterval = (timer) => void running.delete(timer as number);
  try {
    const requests = handlerOf();
    const served = nothingServed(DEFAULT_SETTINGS, "us");
    requests.handlerFor(served);
    requests.handlerFor(served);
    assertEquals([...running], [2]);
    requests.clear();
    assertEquals([...running], []);
  } finally {
    Object.assign(globalThis, { setInterval: start, clearInterval: stop });
  }
});
