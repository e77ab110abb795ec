// Goal: who waits too long, or is one too many, is closed and logged once. Method: loopback sockets.
import { assertEquals } from "@std/assert";
import type { RefusedRecord } from "../../../mod/base/exchange.ts";
import { type EarlyClient, EarlyClients } from "../../../mod/listen/sockets/early_clients.ts";
import { tcpPair } from "../../support/tls/tls_pair.ts";
import { waitFor } from "../../support/wait.ts";

function watch(timeoutMs: number, waitingMax: number): { clients: EarlyClients; lines: string[] } {
  const lines: string[] = [];
  const refused = ({ reason, remote }: RefusedRecord): void => {
    lines.push(`${reason} ${remote.ip}`);
  };
  const timeoutReason = "Timer_Test";
  return {
    clients: new EarlyClients({
      timeoutMs: () => timeoutMs,
      timeoutReason,
      waitingMax: () => waitingMax,
      refused,
    }),
    lines,
  };
}

/** Begins to wait, as a gate does, until the connection is closed. */
async function wait(clients: EarlyClients, conn: Deno.TcpConn): Promise<EarlyClient> {
  const client = clients.begin(conn, { hostname: "192.0.2.9", port: 1 });
  await conn.read(new Uint8Array(1)).catch(() => null);
  clients.end(client);
  return client;
}

Deno.test("EarlyClients closes the one that has waited longest if there are too many", async () => {
  using first = await tcpPair();
  using second = await tcpPair();
  const { clients, lines } = watch(60_000, 1);
  const ended = wait(clients, first.server);
  const waits = wait(clients, second.server);
  assertEquals((await ended).reason, "Connection_Dropped");
  assertEquals(lines, ["Connection_Dropped 192.0.2.9"]);
  let isIdle = false;
  const idle = clients.settled().then(() => isIdle = true);
  await Promise.resolve();
  assertEquals(isIdle, false);
  second.client.close();
  assertEquals([(await waits).reason, await idle, lines.length], [null, true, 1]);
  clients.clear();
});

Deno.test("EarlyClients.makeRoom() keeps who has not waited for so long", async () => {
  using pair = await tcpPair();
  const { clients, lines } = watch(60_000, 9);
  const ended = wait(clients, pair.server);
  assertEquals(clients.makeRoom(9, 3_600_000), 0);
  assertEquals(clients.makeRoom(9, 0), 1);
  assertEquals([(await ended).reason, lines.length], ["Connection_Dropped", 1]);
  clients.clear();
});

Deno.test("EarlyClients closes who takes too long, at a tick", async () => {
  using pair = await tcpPair();
  const { clients, lines } = watch(0, 9);
  const ended = wait(clients, pair.server);
  await waitFor(() => lines.length === 1, "the tick");
  assertEquals([(await ended).reason, lines], ["Timer_Test", ["Timer_Test 192.0.2.9"]]);
  clients.clear();
});
