/** Goal: an upstream is reached by address, by name and by file. Method: sockets of this machine; the
 * hosts file has localhost. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { isProblem } from "../../../mod/base/problem.ts";
import { parseProxyTarget } from "../../../mod/site/proxied/proxy_target.ts";
import { Connector } from "../../../mod/site/proxy/connector.ts";
import { lookUpName } from "../../../mod/site/proxy/name_lookup.ts";
import { tempFolder } from "../../support/temp_folder.ts";

const HAS_UNIX_SOCKETS = Deno.build.os !== "windows";

function connectorTo(text: string, caFile: string | null = null): Connector {
  const target = parseProxyTarget(text);
  assert(!isProblem(target));
  return new Connector(target, { caFile, nowMs: () => 0, onMoved: () => {} });
}

async function assertReached(text: string, listener: Deno.Listener<Deno.Conn>): Promise<void> {
  const [conn, accepted] = await Promise.all([connectorTo(text).connect(), listener.accept()]);
  await conn.write(new Uint8Array([1]));
  assertEquals(await accepted.read(new Uint8Array(9)), 1, text);
  conn.close();
  accepted.close();
}

Deno.test("Connector reaches an address and a name", async () => {
  using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const host of ["127.0.0.1", "localhost"]) {
    await assertReached(`http://${host}:${tcp.addr.port}`, tcp);
  }
});

Deno.test({
  name: "Connector reaches a socket file, and says that there is none",
  ignore: !HAS_UNIX_SOCKETS,
  async fn(): Promise<void> {
    await using folder = await tempFolder();
    using unix = Deno.listen({ transport: "unix", path: folder.at("s") });
    await assertReached(`unix:${folder.at("s")}`, unix);
    const none = connectorTo(`unix:${folder.at("none")}`);
    await assertRejects(() => none.connect(), Deno.errors.NotFound);
  },
});

Deno.test("Connector says why it cannot connect, and can the next time", async () => {
  await using folder = await tempFolder();
  await assertRejects(() => connectorTo("http://no.such.name.invalid:1").connect());
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const secure = connectorTo(`https://localhost:${port}`, folder.at("none.pem"));
  const accepted = listener.accept();
  await assertRejects(() => secure.connect(), Error, "cannot read the authorities in");
  (await accepted).close();
  listener.close();
  await assertRejects(() => connectorTo(`http://localhost:${port}`).connect());
});

Deno.test("lookUpName() finds what the hosts file has, as addresses", async () => {
  const { addresses } = await lookUpName("localhost");
  assert(addresses.length > 0);
  for (const ip of addresses) assert(ip === "127.0.0.1" || ip === "::1", ip);
});
