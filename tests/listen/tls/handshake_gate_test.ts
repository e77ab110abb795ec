// Goal: who passes the gate, who does not, and what is logged. Method: loopback sockets.
import { assertEquals } from "@std/assert";
import type { AcceptedStream, RefusedRecord } from "../../../mod/base/exchange.ts";
import { TlsGate } from "../../../mod/listen/tls/handshake_gate.ts";
import { makeContext } from "../../../mod/listen/tls/tls_stream.ts";
import { clientTls, counted, makePem, tcpPair } from "../../support/tls/tls_pair.ts";
import { waitFor } from "../../support/wait.ts";

const PEM = await makePem("a.test");
const CONTEXT = makeContext(PEM);

interface Watched {
  readonly gate: TlsGate;
  readonly secure: AcceptedStream[];
  readonly plain: AcceptedStream[];
  readonly reasons: string[];
  readonly failures: string[];
}

function watch(timeoutMs = 60_000): Watched {
  const seen = {
    secure: [] as AcceptedStream[],
    plain: [] as AcceptedStream[],
    reasons: [] as string[],
    failures: [] as string[],
  };
  const gate = new TlsGate({
    handshakeTimeoutMs: () => timeoutMs,
    handshakesMax: () => 1024,
    contextFor: ({ ip }) => ip === "127.0.0.1" ? CONTEXT : null,
    onSecure: (stream) => seen.secure.push(stream),
    onPlain: (stream) => seen.plain.push(stream),
    refused: ({ reason, status }: RefusedRecord) => seen.reasons.push(`${reason} ${status}`),
    failed: (reason) => seen.failures.push(reason),
  });
  return { gate, ...seen };
}

Deno.test("TlsGate passes on a TLS client, with the addresses of its connection", async () => {
  using pair = await tcpPair();
  const { gate, secure, reasons } = watch();
  gate.admit(pair.server);
  const peer = await clientTls(pair.client, PEM);
  await peer.handshake();
  await waitFor(() => secure.length === 1, "the secure stream");
  assertEquals(secure[0]!.remoteAddr.port, (peer.localAddr as Deno.NetAddr).port);
  assertEquals([gate.makeRoom(Infinity), reasons], [0, []]);
  peer.close();
  secure[0]!.close();
  gate.clear();
});

Deno.test("TlsGate.settled() resolves when no handshake is under way", async () => {
  using pair = await tcpPair();
  const { gate, secure } = watch();
  await gate.settled();
  gate.admit(pair.server);
  let isSettled = false;
  const settled = gate.settled().then(() => isSettled = true);
  const peer = await clientTls(pair.client, PEM);
  assertEquals(isSettled, false);
  await peer.handshake();
  await settled;
  assertEquals(secure.length, 1); // passed on by then
  using dropped = await tcpPair();
  gate.admit(dropped.server);
  const after = gate.settled();
  gate.clear();
  await after;
  peer.close();
  secure[0]!.close();
});

Deno.test("TlsGate passes on plain HTTP with all of its bytes", async () => {
  using pair = await tcpPair();
  const { gate, plain, reasons } = watch();
  gate.admit(pair.server);
  await pair.client.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  await waitFor(() => plain.length === 1, "the plain stream");
  const buffer = new Uint8Array(5);
  const parts = [await plain[0]!.read(buffer), new TextDecoder().decode(buffer)];
  assertEquals([...parts, await plain[0]!.read(buffer)], [5, "GET /", 5]);
  assertEquals([gate.makeRoom(Infinity), reasons], [0, []]);
  gate.clear();
});

Deno.test("TlsGate aborts a handshake that times out, and logs it once", async () => {
  using silent = await tcpPair();
  using stuck = await tcpPair();
  const { gate, reasons, failures } = watch(1);
  gate.admit(silent.server);
  gate.admit(stuck.server);
  await stuck.client.write(new Uint8Array([0x16, 3, 1, 1, 0, 1]));
  const buffer = new Uint8Array(1);
  assertEquals([await silent.client.read(buffer), await stuck.client.read(buffer)], [null, null]);
  await waitFor(() => reasons.length === 2, "both lines");
  assertEquals([gate.makeRoom(Infinity), reasons], [0, [
    "Timer_HeaderWait null",
    "Timer_HeaderWait null",
  ]]);
  assertEquals(failures, ["timeout", "timeout"]);
  gate.clear();
});

Deno.test("TlsGate logs a handshake that fails, but not a port scan", async () => {
  using failing = await tcpPair();
  using scan = await tcpPair();
  using left = await tcpPair();
  const { gate, reasons, failures } = watch();
  const open = new Set<Deno.TcpConn>();
  for (const { server } of [scan, failing, left]) gate.admit(counted(server, open));
  scan.client.close();
  await failing.client.write(new TextEncoder().encode("\x16\x03\x01\x00\x05hello"));
  await left.client.write(new Uint8Array([0x16, 3]));
  left.client.close();
  await waitFor(() => open.size === 0 && reasons.length === 2, "the end of all three");
  assertEquals(reasons, ["Connection_Dropped null", "Connection_Dropped null"]);
  assertEquals(failures.toSorted(), ["closed", "unexpected_message"]);
  gate.clear();
});

Deno.test("TlsGate.makeRoom() aborts the oldest handshake, clear() all of them", async () => {
  using first = await tcpPair();
  using second = await tcpPair();
  const { gate, reasons } = watch();
  gate.admit(first.server);
  gate.admit(second.server);
  assertEquals(gate.makeRoom(1), 1);
  assertEquals(await first.client.read(new Uint8Array(1)), null);
  gate.clear();
  assertEquals(await second.client.read(new Uint8Array(1)), null);
  await waitFor(() => reasons.length === 2, "both lines");
  assertEquals(gate.makeRoom(1), 0);
});
