/** Goal: the plan sees other processes' sockets, not its own. Method: a socket of this process. */
import { assertEquals } from "@std/assert";
import { Problem } from "../../../mod/base/problem.ts";
import { parseUrlPrefix } from "../../../mod/base/url_prefix.ts";
import { makePlan } from "../../../mod/listen/plan/make_plan.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { gatherPlanInput, previewPlanInput } from "../../../mod/listen/plan/plan_input.ts";

Deno.test("gatherPlanInput() includes programs, whose prefixes a site cannot have", async () => {
  const bindings = [[":18081:"], [":18082:a.test"], [":18083:"], ["127.0.0.1:18084:"]];
  const sites = bindings.map((bindings, i) => {
    return { ...DEFAULT_DOCUMENT.sites[0]!, id: i + 1, name: `s${i + 1}`, bindings };
  });
  const urls = [
    "http://*:18081/",
    "http://a.test:18082/",
    "http://*:18083/app/",
    "http://127.0.0.1:18084/",
    "http://+:18085/x/",
    "https://+:18086/x/",
  ];
  const registrations = urls.map((url) => parseUrlPrefix(url)!);
  const check = (): Problem => new Problem("https has no certificate");
  const source = { document: { ...DEFAULT_DOCUMENT, sites }, list: [], check, registrations };
  const plan = makePlan(await gatherPlanInput(source, []));
  assertEquals(plan.sites.map(({ state }) => state), ["failed", "failed", "started", "failed"]);
  assertEquals(
    [plan.sites[0]?.win32, plan.sites[0]?.reason],
    [183, 'the program registered at "http://*:18081/" already has the binding ":18081:"'],
  );
  assertEquals(plan.registrations.map(({ url, state, win32 }) => [url, state, win32]), [
    ...urls.slice(0, 5).map((url) => [url, "started", 0]),
    [urls[5], "failed", 1312],
  ]);
  const ports = new Set(plan.endpoints.map(({ port }) => port));
  assertEquals([...ports], [18081, 18082, 18083, 18084, 18085]);
});

Deno.test({
  name: "previewPlanInput() ignores the sockets of the service itself",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    using listener = Deno.listen({ hostname: "127.0.0.8", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
    const source = {
      document: { ...DEFAULT_DOCUMENT, sites: [site] },
      list: [],
      check: () => null,
      registrations: [],
    };
    assertEquals((await gatherPlanInput(source, [])).held, []);
    assertEquals((await previewPlanInput(source, [], Deno.pid)).held, []);
    const { held } = await previewPlanInput(source, [], null);
    assertEquals(held.map((owner) => `${owner.ip} ${owner.pid}`), [`127.0.0.8 ${Deno.pid}`]);
  },
});
