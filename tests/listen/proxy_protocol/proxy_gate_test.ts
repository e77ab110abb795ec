// Goal: who passes the gate, as whom, and what is logged of the others. Method: loopback sockets.
import { assertEquals } from "@std/assert";
import type { RefusedRecord } from "../../../mod/base/exchange.ts";
import { blocksOf } from "../../../mod/config/document/address_block.ts";
import {
  acceptedStream,
  type NamedClient,
} from "../../../mod/listen/proxy_protocol/named_client.ts";
import { ProxyGate } from "../../../mod/listen/proxy_protocol/proxy_gate.ts";
import { binary, line } from "../../support/proxy/proxy_bytes.ts";
import { tcpPair } from "../../support/tls/tls_pair.ts";
import { waitFor } from "../../support/wait.ts";

const V1 = "PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n";

interface Watched {
  readonly gate: ProxyGate;
  readonly named: { readonly conn: Deno.TcpConn; readonly client: NamedClient }[];
  readonly reasons: string[];
}

function watch(headerWaitMs = 60_000): Watched {
  const seen = { named: [] as Watched["named"], reasons: [] as string[] };
  const gate = new ProxyGate({
    headerWaitMs: () => headerWaitMs,
    onNamed: (conn, client, isSecure) => void (isSecure && seen.named.push({ conn, client })),
    refused: ({ reason, status }: RefusedRecord) => seen.reasons.push(`${reason} ${status}`),
  });
  return { gate, ...seen };
}

Deno.test("ProxyGate expects a header from its peers alone", async () => {
  using pair = await tcpPair();
  const { gate } = watch();
  assertEquals(gate.expects(pair.server), false);
  for (const [blocks, want] of [[["127.0.0.0/8"], true], [["10.0.0.0/8", "::1"], false]] as const) {
    gate.use(blocksOf(blocks));
    assertEquals(gate.expects(pair.server), want);
  }
});

Deno.test("ProxyGate passes on the client, and what it has sent, in whatever pieces", async () => {
  for (const pieces of [[`${V1}GET /`], [V1, "GET /"], [...`${V1}GET /`]]) {
    using pair = await tcpPair();
    const { gate, named, reasons } = watch();
    gate.admit(pair.server, true);
    for (const piece of pieces) await pair.client.write(line(piece));
    await waitFor(() => named.length === 1, "the client");
    const [{ conn, client }] = named as [Watched["named"][0]];
    assertEquals([client.remoteAddr, client.proxy], [
      { hostname: "192.0.2.9", port: 4711 },
      { isTls: false },
    ]);
    const stream = acceptedStream(conn, client.early, client);
    let received = "";
    while (received.length < 5) {
      const buffer = new Uint8Array(16);
      received += new TextDecoder().decode(buffer.subarray(0, await stream.read(buffer) ?? 0));
    }
    assertEquals([received, reasons], ["GET /", []]);
    await gate.waiting.settled();
    gate.waiting.clear();
  }
});

Deno.test("ProxyGate closes who sends no header, and says why", async () => {
  for (
    const [bytes, reason] of [
      [line("GET / HTTP/1.1\r\n\r\n"), "NoProxyHeader null"],
      [binary({ kind: 0x22 }), "BadProxyHeader null"],
      [line("PROXY TC"), "BadProxyHeader null"], // and then it closes
    ] as const
  ) {
    using pair = await tcpPair();
    const { gate, named, reasons } = watch();
    gate.admit(pair.server, true);
    await pair.client.write(bytes);
    await pair.client.closeWrite();
    await waitFor(() => reasons.length === 1, "the refusal");
    assertEquals([reasons, named], [[reason], []]);
    assertEquals(await pair.client.read(new Uint8Array(1)).catch(() => null), null);
    gate.waiting.clear();
  }
});

Deno.test("ProxyGate says nothing of a connection without a byte", async () => {
  using pair = await tcpPair();
  const { gate, named, reasons } = watch();
  gate.admit(pair.server, true);
  pair.client.close();
  await gate.waiting.settled();
  assertEquals([named.length, reasons], [0, []]);
  gate.waiting.clear();
});

Deno.test("ProxyGate closes who is late, and who is in the way", async () => {
  using late = await tcpPair();
  const waiting = watch(0);
  waiting.gate.admit(late.server, true);
  await late.client.write(line("PROXY TC"));
  await waitFor(() => waiting.reasons.length === 1, "the tick");
  assertEquals(waiting.reasons, ["Timer_ProxyHeader null"]);
  using old = await tcpPair();
  const { gate, reasons } = watch();
  gate.admit(old.server, true);
  assertEquals(gate.waiting.makeRoom(1), 1);
  await waitFor(() => reasons.length === 1, "the line");
  assertEquals(reasons, ["Connection_Dropped null"]);
  gate.waiting.clear();
});
