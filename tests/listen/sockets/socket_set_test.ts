// Goal: sockets follow the plan, every failure is returned, none is lost. Method: loopback.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatEndpoint } from "../../../mod/base/address.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import { isRefused } from "../../support/http_client.ts";
import { plannedEndpoint, planOf } from "../../support/plans.ts";
import { freePort } from "../../support/ports.ts";

const isLinux = Deno.build.os === "linux"; // elsewhere 127.0.0.1 is the only loopback address

function makeSockets(seen: string[]): SocketSet {
  return new SocketSet({
    onConnection(conn, isSecure): void {
      const { hostname, port } = conn.localAddr as Deno.NetAddr;
      seen.push(`${isSecure ? "tls " : ""}${hostname}:${port}`);
      conn.close();
    },
    onExhausted: () => {},
    onFailure: () => {},
  });
}

async function connectOnce(hostname: string, port: number): Promise<void> {
  const conn = await Deno.connect({ hostname, port });
  assertEquals(await conn.read(new Uint8Array(1)), null);
  conn.close();
}

Deno.test({
  name: "SocketSet.open() opens what is planned and returns failures, and close() closes",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    using _foreign = Deno.listen({ hostname: "127.0.0.4", port });
    const seen: string[] = [];
    const sockets = makeSockets(seen);
    const plan = planOf([
      plannedEndpoint(`127.0.0.2:${port}`, "open"),
      plannedEndpoint(`127.0.0.3:${port}`, "wait"),
      plannedEndpoint(`127.0.0.4:${port}`, "open"),
      plannedEndpoint(`127.0.0.5:${port}`, "open"),
      plannedEndpoint(`127.0.0.6:${port}`, "refused"),
    ]);
    const failed = sockets.open(plan, 5);
    assertEquals(failed.map(({ endpoint }) => formatEndpoint(endpoint)), [`127.0.0.4:${port}`]);
    assertStringIncludes(failed[0]!.fault.message, `127.0.0.4:${port}`);
    const open = sockets.endpoints();
    assertEquals(open.map(({ ip }) => ip as string), ["127.0.0.2", "127.0.0.5"]);

    await connectOnce("127.0.0.2", port);
    await connectOnce("127.0.0.5", port);
    assertEquals(seen, [`127.0.0.2:${port}`, `127.0.0.5:${port}`]);
    await sockets.close([open[0]!]);
    await sockets.close([open[0]!]); // closing again does nothing
    assertEquals(await isRefused("127.0.0.2", port), true);
    await connectOnce("127.0.0.5", port);
    await sockets.close(sockets.endpoints());
    assertEquals([sockets.endpoints(), await isRefused("127.0.0.5", port)], [[], true]);
  },
});

Deno.test("SocketSet.updateProtocols() makes open sockets use the plan's protocol", async () => {
  const port = freePort();
  const seen: string[] = [];
  const sockets = makeSockets(seen);
  const at = `127.0.0.1:${port}`;
  sockets.open(planOf([{ ...plannedEndpoint(at, "open"), secure: true }]), 5);
  await connectOnce("127.0.0.1", port);
  sockets.updateProtocols(planOf([plannedEndpoint(at, "keep")]));
  await connectOnce("127.0.0.1", port);
  assertEquals(seen, [`tls ${at}`, at]);
  await sockets.close(sockets.endpoints());
});
