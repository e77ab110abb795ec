// Goal: the worker of this process serves what it is told, and lets its clients go without a lost
// request. Method: connections over loopback.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import { DEFAULT_SETTINGS } from "../../../mod/config/document/settings.ts";
import { LocalWorker } from "../../../mod/host/serving/local_worker.ts";
import { RequestHandler } from "../../../mod/host/serving/request_handler.ts";
import { nothingServed } from "../../../mod/host/serving/served.ts";
import { makeContext } from "../../../mod/listen/tls/tls_stream.ts";
import { loadSiteHandlers } from "../../../mod/site/kinds/kinds.ts";
import { receive, send } from "../../support/http_client.ts";
import { clientTls, makePem, tcpPair } from "../../support/tls/tls_pair.ts";
import { noService } from "../../support/about/service_source.ts";

const siteHandler = await loadSiteHandlers();
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function worker(): LocalWorker {
  const requests = new RequestHandler({
    siteHandler,
    service: noService,
    onProgramFault: () => {},
    onUpstream: () => {},
  });
  requests.limits.receive({ op: "shares", shares: [], pinned: [] });
  return new LocalWorker({
    requests,
    served: () => {},
    refused: () => {},
    listenerOf: () => null,
    log: () => {},
  });
}

/** Serves one text on every port. */
async function serve(local: LocalWorker, text: string, port: number): Promise<void> {
  const site = { ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`] };
  const content = { kind: "respond", text } as const;
  await local.serve({ ...nothingServed(DEFAULT_SETTINGS, "us"), sites: [{ ...site, content }] });
}

async function ask(conn: Deno.Conn): Promise<string> {
  await send(conn, GET);
  return await receive(conn, (text) => text.endsWith("text"));
}

Deno.test("LocalWorker closes what comes before it was started", async () => {
  using pair = await tcpPair();
  worker().events.onConnection(pair.server, false);
  assertEquals(await pair.client.read(new Uint8Array(1)), null);
});

Deno.test("LocalWorker.retire() ends each connection after its next response", async () => {
  const local = worker();
  await local.start(DEFAULT_SETTINGS);
  using pair = await tcpPair();
  const { port } = pair.server.localAddr as Deno.NetAddr;
  await serve(local, "text", port);
  local.events.onConnection(pair.server, false);
  assertEquals((await ask(pair.client)).includes("onnection: close"), false);
  let isRetired = false;
  const retired = local.retire().then(() => isRetired = true);
  assertEquals((await local.counts()).connections, 1);
  assertEquals(isRetired, false);
  assertStringIncludes(await ask(pair.client), "onnection: close");
  assertEquals(await pair.client.read(new Uint8Array(1)), null);
  await retired;
  // What is served anew is served as before.
  await serve(local, "text", port);
  await local.stop();
});

Deno.test("LocalWorker.retire() waits for a handshake, and for what comes of it", async () => {
  const local = worker();
  await local.start(DEFAULT_SETTINGS);
  await local.prepareTls();
  const pem = await makePem("a.test");
  using pair = await tcpPair();
  const { port } = pair.server.localAddr as Deno.NetAddr;
  await serve(local, "text", port);
  const context = makeContext(pem);
  await local.renew([{ keys: [`0.0.0.0:${port}`], cert: pem.cert, key: pem.key, context }]);
  local.events.onConnection(pair.server, true);
  let isRetired = false;
  const retired = local.retire().then(() => isRetired = true);
  const client = await clientTls(pair.client, pem);
  assertStringIncludes(await ask(client), "onnection: close");
  assertEquals(isRetired, false);
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  await retired;
  await local.stop();
});
