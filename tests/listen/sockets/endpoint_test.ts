/**
 * Goal: listening sockets survive whatever clients do, and bind errors name the port owner.
 * Method: sockets on loopback.
 */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Ip, parseIp } from "../../../mod/base/address.ts";
import { BindFault } from "../../../mod/listen/machine/bind_fault.ts";
import {
  type EndpointEvents,
  openEndpoint,
  openLocal,
} from "../../../mod/listen/sockets/endpoint.ts";
import { Fault } from "../../../mod/base/fault.ts";
import { leaveDeadSocket } from "../../support/control/dead_socket.ts";
import { untilRefused } from "../../support/http_client.ts";

const isLinux = Deno.build.os === "linux";

function eventsFor(onConnection: (conn: Deno.TcpConn) => void): EndpointEvents<Deno.TcpConn> {
  const ignore = (): void => {};
  return { onConnection, onExhausted: ignore, onFailure: ignore };
}

const closing = eventsFor((conn) => conn.close());
const host = "127.0.0.1" as Ip;

Deno.test("openEndpoint() passes connections on, and close() frees the port", async () => {
  const seen: string[] = [];
  const events = eventsFor((conn) => {
    seen.push((conn.remoteAddr as Deno.NetAddr).hostname);
    conn.close();
  });
  const first = openEndpoint({ ip: host, port: 0, scopeId: 0, tcpBacklog: 5 }, events);
  first.accept();
  await connectOnce(first.port);
  await first.close();
  await first.close();
  await untilRefused(host, first.port);
  const again = openEndpoint({ ip: host, port: first.port, scopeId: 0, tcpBacklog: 5 }, events);
  again.accept();
  await connectOnce(again.port);
  await again.close();
  assertEquals(seen, ["127.0.0.1", "127.0.0.1"]);
  await untilRefused(host, again.port);
});

Deno.test("openEndpoint() accepts nobody before it is told to, and then whoever has connected", async () => {
  const seen: string[] = [];
  const events = eventsFor((conn) => {
    seen.push((conn.remoteAddr as Deno.NetAddr).hostname);
    conn.close();
  });
  const open = openEndpoint({ ip: host, port: 0, scopeId: 0, tcpBacklog: 5 }, events);
  using client = await Deno.connect({ hostname: "127.0.0.1", port: open.port });
  await client.write(new Uint8Array(1));
  assertEquals([seen, open.isAccepting], [[], false]);
  open.accept();
  assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null);
  assertEquals(seen, ["127.0.0.1"]);
  await open.close();
});

Deno.test("openEndpoint() names the address and port if the port is in use", async () => {
  const open = openEndpoint({ ip: host, port: 0, scopeId: 0, tcpBacklog: 5 }, closing);
  const fault = assertThrows(
    () => openEndpoint({ ip: host, port: open.port, scopeId: 0, tcpBacklog: 5 }, closing),
    BindFault,
  );
  await open.close();
  assertStringIncludes(fault.message, `"127.0.0.1:${open.port}"`);
  assertEquals(fault.code, "EADDRINUSE");
});

Deno.test("openEndpoint() distinguishes an absent address from one in use", () => {
  const fault = assertThrows(
    () =>
      openEndpoint(
        { ip: parseIp("203.0.113.9") as Ip, port: 8080, scopeId: 0, tcpBacklog: 5 },
        closing,
      ),
    BindFault,
  );
  assert(fault.isAbsent);
});

Deno.test({
  name: "openEndpoint() opens 10,000 endpoints, serves the last, and closes them all",
  ignore: !isLinux,
  async fn(): Promise<void> {
    const count = 10_000;
    const probe = openEndpoint({ ip: host, port: 0, scopeId: 0, tcpBacklog: 5 }, closing);
    const { port } = probe;
    const open = [];
    for (let i = 0; i < count; i++) {
      const ip = parseIp(`127.9.${i >> 8}.${i & 255}`) as Ip;
      open.push(openEndpoint({ ip, port, scopeId: 0, tcpBacklog: 5 }, closing));
    }
    const hostname = `127.9.${(count - 1) >> 8}.${(count - 1) & 255}`;
    (await Deno.connect({ hostname, port })).close();
    for (const endpoint of open) endpoint.accept();
    await Promise.all(open.map((endpoint) => endpoint.close()));
    await probe.close();
    await untilRefused(hostname, port);
  },
});

Deno.test({
  name: "openLocal() is private, replaces a stale socket file and rejects one in use",
  ignore: Deno.build.os === "windows",
  async fn(): Promise<void> {
    const path = `${await Deno.makeTempDir()}/control.sock`;
    await leaveDeadSocket(path);
    const greet = (conn: Deno.Conn): void =>
      void conn.write(new Uint8Array([7])).catch(() => {}).then(() => conn.close());
    const local = await openLocal({ kind: "unix", path }, greet);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    const conn = await Deno.connect({ transport: "unix", path });
    const byte = new Uint8Array(1);
    assertEquals([await conn.read(byte), byte[0]], [1, 7]);
    conn.close();
    await assertRejects(() => openLocal({ kind: "unix", path }, greet), Fault, "another process");
    await local.close();
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  },
});

Deno.test("openLocal() opens a loopback port if the address is one", async () => {
  const local = await openLocal({ kind: "loopback", port: 0 }, (conn) => conn.close());
  assert(local.address.kind === "loopback" && local.address.port > 0);
  await connectOnce(local.address.port);
  await local.close();
});

async function connectOnce(port: number): Promise<void> {
  const conn = await Deno.connect({ hostname: host, port });
  assertEquals(await conn.read(new Uint8Array(1)), null);
  conn.close();
}
