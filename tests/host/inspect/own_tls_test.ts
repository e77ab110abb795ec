// Goal: the machine's own TLS client begins with a PROXY header exactly where one is expected of it.
// Method: a listening socket whose connections pass a gate for headers and one for handshakes.
import { assertEquals, assertRejects } from "@std/assert";
import { blocksOf } from "../../../mod/config/document/address_block.ts";
import { connectOwnTls } from "../../../mod/host/inspect/own_tls.ts";
import { probeName } from "../../../mod/host/inspect/probe_tls.ts";
import { ProxyGate } from "../../../mod/listen/proxy_protocol/proxy_gate.ts";
import { TlsGate } from "../../../mod/listen/tls/handshake_gate.ts";
import { makeContext } from "../../../mod/listen/tls/tls_stream.ts";
import type { Ip } from "../../../mod/base/address.ts";
import { makePem } from "../../support/tls/tls_pair.ts";

const CONTEXT = makeContext(await makePem("a.test"));
const IP = "127.0.0.1" as Ip;

interface Served extends AsyncDisposable {
  readonly port: number;
  readonly reasons: string[];
}

/** Serves TLS, behind a PROXY header from `peers`. */
function serve(peers: readonly string[]): Served {
  const reasons: string[] = [];
  const refused = ({ reason }: { readonly reason: string }): void => void reasons.push(reason);
  const tls = new TlsGate({
    handshakeTimeoutMs: () => 60_000,
    handshakesMax: () => 1024,
    contextFor: () => CONTEXT,
    onSecure: (stream) => stream.close(),
    onPlain: (stream) => stream.close(),
    refused,
    failed: () => {},
  });
  const proxies = new ProxyGate({
    headerWaitMs: () => 60_000,
    onNamed: (conn, named) => tls.admit(conn, named),
    refused,
  });
  proxies.use(blocksOf(peers));
  const listener = Deno.listen({ hostname: IP, port: 0 });
  const serving = (async (): Promise<void> => {
    for await (const conn of listener) {
      if (proxies.expects(conn)) proxies.admit(conn, true);
      else tls.admit(conn);
    }
  })();
  return {
    port: listener.addr.port,
    reasons,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await serving;
      proxies.waiting.clear();
      tls.clear();
    },
  };
}

for (const peers of [[], ["127.0.0.0/8"], ["10.0.0.0/8"]]) {
  Deno.test(`probeName() shakes hands with a server that expects a header from [${peers}]`, async () => {
    await using served = serve(peers);
    const endpoint = { ip: IP, port: served.port };
    assertEquals(await probeName(endpoint, "a.test", blocksOf(peers)), null);
    assertEquals(
      await probeName(endpoint, "b.test", blocksOf(peers)),
      'the certificate is for DNS:a.test, IP Address:127.0.0.1, not for "b.test"',
    );
    assertEquals(served.reasons, []);
  });
}

Deno.test("connectOwnTls() tells a refused connection from a failed handshake", async () => {
  await using served = serve(["127.0.0.0/8"]);
  const failed = connectOwnTls({ ip: IP, port: served.port }, blocksOf([]));
  await failed.connected;
  await assertRejects(() => failed.secure);
  failed.abort();
  assertEquals(served.reasons, ["NoProxyHeader"]);
  const listener = Deno.listen({ hostname: IP, port: 0 });
  const { port } = listener.addr;
  listener.close();
  const refused = connectOwnTls({ ip: IP, port }, blocksOf([]));
  await assertRejects(() => refused.connected);
  refused.abort();
});
