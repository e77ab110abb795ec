// Goal: HTTP takes its list and settings from a document, and hands connections to whom they are for.
// Method: a socket on loopback that speaks plain HTTP, then TLS.
import { assertEquals } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { type HttpParts, makeHttpState, readHttp } from "../../../mod/host/web/http_state.ts";
import { SiteConnections } from "../../../mod/host/web/site_connection_limits.ts";
import type { Https } from "../../../mod/host/web/https_service.ts";
import type { ServiceLogs } from "../../../mod/telemetry/service_logs.ts";
import { get } from "../../support/http_client.ts";
import { plannedEndpoint, planOf } from "../../support/plans.ts";
import { freePort } from "../../support/ports.ts";

const DOCUMENT = {
  ...DEFAULT_DOCUMENT,
  ipListen: ["127.0.0.1", "!127.0.0.9"],
  settings: { MaxFieldCount: 7 },
};

Deno.test("readHttp() reads list and settings, as they are stored and as they count", () => {
  const { ipListen, list, stored, settings } = readHttp(DOCUMENT);
  assertEquals([ipListen, list.length, stored], [DOCUMENT.ipListen, 2, DOCUMENT.settings]);
  assertEquals([settings.MaxFieldCount, settings.HeaderWaitTimeout > 0], [7, true]);
});

Deno.test("makeHttpState() answers nobody yet, and gives TLS to HTTPFilter", async () => {
  const refused: string[] = [];
  let admitted = 0;
  const parts: HttpParts = {
    logs: {
      refused: ({ reason }: { reason: string }) => refused.push(reason),
      served: () => {},
    } as unknown as ServiceLogs,
    https: {
      admit(conn: Deno.TcpConn): void {
        admitted++;
        conn.close();
      },
      makeRoom: () => 0,
    } as unknown as Https,
    connections: new SiteConnections(),
    log: () => {},
  };
  const { server, sockets } = makeHttpState(DOCUMENT, parts);
  const port = freePort();
  const at = `127.0.0.1:${port}`;
  sockets.open(planOf([plannedEndpoint(at, "open")]), 5);
  assertEquals([(await get("127.0.0.1", port)).status, refused], [400, ["Hostname"]]);
  sockets.settle(planOf([{ ...plannedEndpoint(at, "keep"), secure: true }]));
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  assertEquals([await conn.read(new Uint8Array(1)), admitted], [null, 1]);
  await sockets.close(sockets.endpoints());
  await server.drain(0);
});
