// Goal: sockets follow the plan, every failure is returned, none is lost. Method: loopback.
import { ForeignText } from "../../../mod/base/printable.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatEndpoint, type Ip } from "../../../mod/base/address.ts";
import { SocketSet } from "../../../mod/listen/sockets/socket_set.ts";
import type { PortOwner } from "../../../mod/listen/machine/port_owner.ts";
import { untilRefused } from "../../support/http_client.ts";
import { machineOf } from "../../support/machine.ts";
import { plannedEndpoint, planOf } from "../../support/plans.ts";
import { freePort } from "../../support/ports.ts";

const isLinux = Deno.build.os === "linux"; // elsewhere 127.0.0.1 is the only loopback address

function makeSockets(
  seen: string[],
  findOwners: () => Promise<readonly PortOwner[]> = () => Promise.resolve([]),
): SocketSet {
  return new SocketSet({
    onConnection(conn, isSecure): void {
      const { hostname, port } = conn.localAddr as Deno.NetAddr;
      seen.push(`${isSecure ? "tls " : ""}${hostname}:${port}`);
      conn.close();
    },
    onExhausted: () => {},
    onFailure: () => {},
  }, async () => ({ owners: await findOwners() }));
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
    const failed = await sockets.open(plan, 5);
    assertEquals(failed.map(({ endpoint }) => formatEndpoint(endpoint)), [`127.0.0.4:${port}`]);
    assertStringIncludes(failed[0]!.fault.message, `127.0.0.4:${port}`);
    await sockets.acceptAll();
    const open = sockets.endpoints();
    assertEquals(open.map(({ ip }) => ip as string), ["127.0.0.2", "127.0.0.5"]);

    await connectOnce("127.0.0.2", port);
    await connectOnce("127.0.0.5", port);
    assertEquals(seen, [`127.0.0.2:${port}`, `127.0.0.5:${port}`]);
    await sockets.close([open[0]!]);
    await sockets.close([open[0]!]); // closing again does nothing
    await untilRefused("127.0.0.2", port);
    await connectOnce("127.0.0.5", port);
    await sockets.close(sockets.endpoints());
    assertEquals(sockets.endpoints(), []);
    await untilRefused("127.0.0.5", port);
  },
});

Deno.test("SocketSet.settle() makes open sockets use the plan's protocol", async () => {
  const port = freePort();
  const seen: string[] = [];
  const sockets = makeSockets(seen);
  const at = `127.0.0.1:${port}`;
  await sockets.open(planOf([{ ...plannedEndpoint(at, "open"), secure: true }]), 5);
  await sockets.acceptAll();
  await connectOnce("127.0.0.1", port);
  await sockets.settle(planOf([plannedEndpoint(at, "keep")]), machineOf([]));
  await connectOnce("127.0.0.1", port);
  assertEquals(seen, [`tls ${at}`, at]);
  await sockets.close(sockets.endpoints());
});

/** Connects as another process would, while this one does nothing else. */
function connectMeanwhile(port: number): void {
  const script = `(exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 >/dev/null) & sleep 0.2`;
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  new Deno.Command("bash", { args: ["-c", script], ...silent }).outputSync();
}

Deno.test({
  name: "SocketSet.close() accepts first whoever waits in the queue of the system",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const port = freePort();
    const seen: string[] = [];
    const sockets = makeSockets(seen);
    await sockets.open(planOf([plannedEndpoint(`127.0.0.1:${port}`, "open")]), 5);
    await sockets.acceptAll();
    for (let i = 0; i < 3; i++) connectMeanwhile(port);
    assertEquals(seen, [], "this process had no turn");
    await sockets.close(sockets.endpoints());
    assertEquals(seen.length, 3);
    await untilRefused("127.0.0.1", port);
  },
});

Deno.test("SocketSet.acceptAll() serves whoever has connected to a new socket", async () => {
  const port = freePort();
  const seen: string[] = [];
  const sockets = makeSockets(seen);
  await sockets.open(planOf([plannedEndpoint(`127.0.0.1:${port}`, "open")]), 5);
  const client = await Deno.connect({ hostname: "127.0.0.1", port });
  await sockets.settle(planOf([plannedEndpoint(`127.0.0.1:${port}`, "keep")]), machineOf([]));
  assertEquals(seen, []);
  await sockets.acceptAll();
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  assertEquals(seen, [`127.0.0.1:${port}`]);
  await sockets.close(sockets.endpoints());
});

Deno.test("SocketSet.open() names the holder of a port", async () => {
  using foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = foreign.addr as Deno.NetAddr;
  const sockets = makeSockets([], () => Promise.resolve([owner(port, { pid: 812 })]));
  const [failed] = await sockets.open(planOf([plannedEndpoint(`127.0.0.1:${port}`, "open")]), 5);
  assertStringIncludes(failed!.fault.message, "nginx (pid 812, user root)");
});

Deno.test("SocketSet.open() tries again if the holder is gone, or is this process", async () => {
  for (const held of [[], [{ pid: Deno.pid }]]) {
    const foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = foreign.addr as Deno.NetAddr;
    const sockets = makeSockets([], () => {
      foreign.close(); // as if the socket was being closed when the first attempt failed
      return Promise.resolve(held.map((one) => owner(port, one)));
    });
    const plan = planOf([plannedEndpoint(`127.0.0.1:${port}`, "open")]);
    assertEquals(await sockets.open(plan, 5), []);
    assertEquals(sockets.endpoints().map(formatEndpoint), [`127.0.0.1:${port}`]);
    await sockets.close(sockets.endpoints());
  }
});

Deno.test("SocketSet.open() gives up on a port that is in use and has no visible holder", async () => {
  using foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = foreign.addr as Deno.NetAddr;
  const sockets = makeSockets([]);
  const [failed] = await sockets.open(planOf([plannedEndpoint(`127.0.0.1:${port}`, "open")]), 5);
  assertStringIncludes(failed!.fault.message, "the port is in use on this address");
});

function owner(port: number, more: Pick<PortOwner, "pid">): PortOwner {
  const ip = "127.0.0.1" as Ip;
  const who = {
    program: new ForeignText("nginx"),
    user: "root",
    mapped: false,
    v6only: null,
    device: null,
    socket: 1,
    workers: [],
    namespace: null,
  };
  return { ip, port, ...who, ...more };
}
