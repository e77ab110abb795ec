/** Goal: plan and sockets agree afterwards. Method: a document, and sockets on loopback. */
import { assertEquals, assertThrows } from "@std/assert";
import { formatEndpoint } from "../../../mod/base/address.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { followPlan } from "../../../mod/listen/sockets/follow_plan.ts";
import { checkReload } from "../../../mod/host/web/reload_rules.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import { parseList } from "../../../mod/config/document/list_entry.ts";
import { freePort } from "../../support/ports.ts";

Deno.test({
  name: "followPlan() plans again with the sockets that could not be opened",
  ignore: Deno.build.os !== "linux",
  async fn(): Promise<void> {
    using foreign = Deno.listen({ hostname: "127.0.0.5", port: 0 });
    const { port } = foreign.addr as Deno.NetAddr;
    const sockets = new SocketSet({
      onConnection: (conn) => conn.close(),
      onExhausted: () => {},
      onFailure: () => {},
    });
    const source = {
      document: bound([`127.0.0.5:${port}:`, `127.0.0.6:${port}:`]),
      list: parseList(["127.0.0.5", "127.0.0.6"]),
      check: () => null,
      registrations: [],
    };
    const { plan } = await followPlan(sockets, source, { tcpBacklog: 5 });
    assertEquals(plan.sites.map(({ state }) => state), ["failed", "started"]);
    assertEquals(plan.endpoints.map(({ ip, action }) => `${ip} ${action}`), [
      "127.0.0.5 refused",
      "127.0.0.6 keep",
    ]);
    assertEquals(sockets.endpoints().map(formatEndpoint), [`127.0.0.6:${port}`]);
    await sockets.close(sockets.endpoints());
  },
});

Deno.test("followPlan() opens nothing if the check throws", async () => {
  const sockets = new SocketSet({
    onConnection: (conn) => conn.close(),
    onExhausted: () => {},
    onFailure: () => {},
  });
  const source = {
    document: bound([`127.0.0.6:${freePort()}:`]),
    list: parseList(["127.0.0.1"]),
    check: () => null,
    registrations: [],
  };
  let thrown: unknown;
  await followPlan(sockets, source, { tcpBacklog: 5, check: (plan) => checkReload(plan, false) })
    .catch((error) => thrown = error);
  assertThrows(
    () => {
      throw thrown;
    },
    Fault,
    "Cannot start any site",
  );
  assertEquals(sockets.endpoints(), []);
});

function bound(bindings: readonly string[]): ConfigDocument {
  return {
    ...DEFAULT_DOCUMENT,
    sites: bindings.map((binding, i) => ({
      ...DEFAULT_DOCUMENT.sites[0]!,
      id: i + 1,
      name: `s${i + 1}`,
      bindings: [binding],
    })),
  };
}
