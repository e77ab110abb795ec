/** Goal: only connections that nothing listens for end. Method: a server that records, no sockets. */
import { assertEquals } from "@std/assert";
import { type Endpoint, formatEndpoint, parseEndpoint } from "../../../mod/base/address.ts";
import { atOnce } from "../../../mod/base/work/steps.ts";
import { drainUnreached } from "../../../mod/host/serving/drain_unreached.ts";
import type { HttpServer } from "../../../mod/http/server.ts";
import { tableOf } from "../../support/machine.ts";

Deno.test("drainUnreached() drains only connections to addresses without a socket", async () => {
  const drained: string[] = [];
  const zoned = ["[fe80::1%old0]:80", "[fe80::1%v0]:80", "[fe80::2%v0]:80"];
  const locals = ["10.0.0.5:80", "10.0.0.6:80", "[::1]:80", "10.0.0.6:81", ...zoned];
  const server = {
    localEndpoints: () => locals.map((text) => ({ endpoint: at(text), connections: 2 })),
    drainEndpoints(endpoints: readonly Endpoint[], graceMs: number): Promise<void>[] {
      for (const endpoint of endpoints) drained.push(`${formatEndpoint(endpoint)} ${graceMs}`);
      return endpoints.map(() => Promise.resolve());
    },
  } as unknown as HttpServer;
  const open = [at("10.0.0.5:80"), at("0.0.0.0:81"), at("[fe80::1%v0]:80")];
  const draining = atOnce(drainUnreached(open, server, {
    graceMs: 7000,
    table: tableOf(["fe80::1/64 v0 2"]),
  }));
  await Promise.all(draining.map(({ done }) => done));
  assertEquals(drained, ["10.0.0.6:80 7000", "[::1]:80 7000", "[fe80::2%v0]:80 7000"]);
  assertEquals(draining[0]?.connections, 2);
});

Deno.test("drainUnreached() does not compare each connection with every socket", () => {
  let looks = 0;
  const sockets = Array.from({ length: 1000 }, (_, i) => {
    const { ip, port } = at(`10.1.${i >> 8}.${i & 255}:80`);
    return {
      port,
      get ip(): Endpoint["ip"] {
        looks++;
        return ip;
      },
    };
  });
  const locals = Array.from({ length: 1000 }, (_, i) => at(`10.2.${i >> 8}.${i & 255}:80`));
  const server = {
    localEndpoints: () => locals.map((endpoint) => ({ endpoint, connections: 1 })),
    drainEndpoints: (endpoints: readonly Endpoint[]) => endpoints.map(() => Promise.resolve()),
  } as unknown as HttpServer;
  const options = { graceMs: 0, table: tableOf([]) };
  assertEquals(atOnce(drainUnreached(sockets, server, options)).length, 1000);
  assertEquals(looks < 10_000, true, `${looks} looks`);
});

function at(text: string): Endpoint {
  return parseEndpoint(text) as Endpoint;
}
