/** Goal: the plan hears of other processes and not of its own. Method: a socket of this process. */
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../mod/config/document.ts";
import { foreseePlanInput, gatherPlanInput } from "../../mod/host/plan_input.ts";

Deno.test({
  name: "foreseePlanInput() leaves out the sockets of the service itself",
  ignore: Deno.build.os !== "linux",
  fn(): void {
    using listener = Deno.listen({ hostname: "127.0.0.8", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
    const source = {
      document: { ...DEFAULT_DOCUMENT, sites: [site] },
      list: [],
      check: () => null,
      registrations: [],
    };
    assertEquals(gatherPlanInput(source).held, []);
    assertEquals(foreseePlanInput(source, [], Deno.pid).held, []);
    const { held } = foreseePlanInput(source, [], null);
    assertEquals(held.map((holder) => `${holder.ip} ${holder.pid}`), [`127.0.0.8 ${Deno.pid}`]);
  },
});
