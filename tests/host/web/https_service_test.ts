// Goal: HTTPFilter is between sockets and engine only while it runs. Method: loopback sockets.
import { assertEquals } from "@std/assert";
import { writePair } from "../../../mod/config/certs/cert_store.ts";
import {
  type ConfigDocument,
  DEFAULT_DOCUMENT,
  type SslRecord,
} from "../../../mod/config/document/document.ts";
import type { Store } from "../../../mod/config/store/store.ts";
import { HttpsService } from "../../../mod/host/web/https_service.ts";
import { tempFolder } from "../../support/temp_folder.ts";
import { clientTls, makePem, tcpPair } from "../../support/tls/tls_pair.ts";
import { waitFor } from "../../support/wait.ts";

Deno.test("HttpsService serves the records of the document from start to stop", async () => {
  await using folder = await tempFolder();
  const pem = await makePem("a.test");
  const { hash } = writePair(folder.path, "MY", "a", pem);
  const ssl = [{ key: "0.0.0.0:443", hash }, { key: "a.test:444", hash }] as SslRecord[];
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, secureBindings: [":443:", ":445:"] };
  const document: ConfigDocument = { ...DEFAULT_DOCUMENT, ssl, sites: [site] };
  const connections: boolean[] = [];
  const https = new HttpsService({
    store: { read: () => Promise.resolve(document) } as unknown as Store,
    certs: folder.path,
    event: () => {},
    handshakeTimeoutMs: () => 60_000,
    onConnection(stream, isTls): void {
      connections.push(isTls);
      stream.close();
    },
    refused: () => {},
  });
  assertEquals(https.servable(site).secureBindings, []);
  using early = await tcpPair();
  https.admit(early.server); // not started: closed at once
  assertEquals([await early.client.read(new Uint8Array(1)), https.makeRoom(9)], [null, 0]);

  await https.worker.start();
  assertEquals(https.servable(site).secureBindings, [":443:"]);
  using waiting = await tcpPair();
  https.admit(waiting.server);
  assertEquals(https.makeRoom(9), 1);
  using spoken = await tcpPair();
  // The port of this socket has no record: the handshake finds no certificate.
  https.admit(spoken.server);
  const peer = await clientTls(spoken.client, pem);
  await peer.handshake().catch(() => {});
  peer.close();
  using plain = await tcpPair();
  https.admit(plain.server);
  await plain.client.write(new TextEncoder().encode("GET /"));
  await waitFor(() => connections.length === 1, "the plain connection");
  assertEquals(connections, [false]);

  using last = await tcpPair();
  https.admit(last.server);
  await https.worker.stop();
  assertEquals(await last.client.read(new Uint8Array(1)), null);
  assertEquals(https.servable(site).secureBindings, []);
});
