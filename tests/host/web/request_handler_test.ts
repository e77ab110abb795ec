/** Goal: what is served responds, and state outlives a change. Method: without an engine. */
import { assertEquals } from "@std/assert";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { RequestHandler } from "../../../mod/host/web/request_handler.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { machineOf } from "../../support/machine.ts";
import { fakeRequest } from "../../support/request.ts";

const siteHandler = await loadSiteHandlers();

Deno.test("RequestHandler.handlerFor() serves the running sites and the programs", async () => {
  const content = { kind: "respond", text: "x" } as const;
  const sites = [{ ...DEFAULT_DOCUMENT.sites[0]!, content }];
  const planned = { id: 1, name: "s", state: "started", reason: null, win32: 0 } as const;
  const plan = { endpoints: [], sites: [planned], registrations: [], unmatched: [] };
  const view = { version: "1", ipListen: [], endpoints: [], sites: [] };
  const requests = new RequestHandler({ servable: (site) => site }, siteHandler, () => view);
  assertEquals(requests.cached, null);
  const program = {
    prefix: parseUrlPrefix("http://+:8080/p/")!,
    handle: () => ({ refuse: "BadGateway" } as const),
  };
  const state = {
    document: { ...DEFAULT_DOCUMENT, sites },
    plan,
    programs: [program],
    machine: machineOf([]),
  };
  const handler = requests.handlerFor(state, DEFAULT_SETTINGS);
  const resultOf = async (of: string): Promise<unknown> => {
    const result = await handler(fakeRequest({ path: of }));
    return "refuse" in result ? result.refuse : result.status;
  };
  assertEquals([await resultOf("/"), await resultOf("/p/x")], [200, "BadGateway"]);
  requests.pauses.all = true;
  assertEquals([await resultOf("/"), await resultOf("/p/x")], ["Disabled", "BadGateway"]);
  assertEquals(requests.cached?.list(), []);
  requests.clear();
  assertEquals(requests.cached, null);
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
    const requests = new RequestHandler({ servable: (site) => site }, siteHandler, () => {
      return { version: "", ipListen: [], endpoints: [], sites: [] };
    });
    const plan = { endpoints: [], sites: [], registrations: [], unmatched: [] };
    const state = { document: DEFAULT_DOCUMENT, plan, programs: [], machine: machineOf([]) };
    requests.handlerFor(state, DEFAULT_SETTINGS);
    requests.handlerFor(state, DEFAULT_SETTINGS);
    assertEquals([...running], [2]);
    requests.clear();
    assertEquals([...running], []);
  } finally {
    Object.assign(globalThis, { setInterval: start, clearInterval: stop });
  }
});
