// Goal: handshakes are between sockets and engine once certificates are prepared. Method: loopback
// sockets.
import { assertEquals } from "@std/assert";
import { TlsFront } from "../../../mod/host/serving/tls_front.ts";
import { makeContext } from "../../../mod/listen/tls/tls_stream.ts";
import { clientTls, makePem, tcpPair } from "../../support/tls/tls_pair.ts";
import { waitFor } from "../../support/wait.ts";

Deno.test("TlsFront passes on whose handshake succeeds, and who does not speak TLS", async () => {
  const pem = await makePem("a.test");
  const connections: boolean[] = [];
  const front = new TlsFront({
    handshakeTimeoutMs: () => 60_000,
    handshakesMax: () => 1024,
    onConnection(stream, isTls): void {
      connections.push(isTls);
      stream.close();
    },
    refused: () => {},
    failed: () => {},
  });
  using early = await tcpPair();
  front.admit(early.server); // not prepared: closed at once
  assertEquals([await early.client.read(new Uint8Array(1)), front.makeRoom(9)], [null, 0]);

  await front.prepare();
  front.use([{ keys: ["a.test:443"], cert: pem.cert, key: pem.key, context: makeContext(pem) }]);
  using waiting = await tcpPair();
  front.admit(waiting.server);
  assertEquals(front.makeRoom(9), 1);
  using spoken = await tcpPair();
  // The port of this socket has no certificate: the handshake finds none.
  front.admit(spoken.server);
  const peer = await clientTls(spoken.client, pem);
  await peer.handshake().catch(() => {});
  peer.close();
  using plain = await tcpPair();
  front.admit(plain.server);
  await plain.client.write(new TextEncoder().encode("GET /"));
  await waitFor(() => connections.length === 1, "the plain connection");
  assertEquals(connections, [false]);

  using last = await tcpPair();
  front.admit(last.server);
  front.clear();
  assertEquals(await last.client.read(new Uint8Array(1)), null);
});
