// Goal: WebSockets cost nobody else anything, and end with either of their sides. Method: the real
// program, raw programs and raw clients; the engine knows no more of a WebSocket than its upgrade.
import { assertEquals, assertMatch } from "@std/assert";
import { type RawClient, rawConnect } from "../../support/raw_client.ts";
import { type RawConnection, RawProgram } from "../../support/proxy/raw_program.ts";
import { HOST, share } from "../../support/proxy/sharing.ts";
import { receive, send } from "../../support/http_client.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os === "windows";
const MANY = 1_000;
const UPGRADE = "GET /a/socket HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n" +
  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const GET = "GET /a/ HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
const SWITCH =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright";

/** A program that opens a tunnel at …/socket. */
function startProgram(): Promise<RawProgram> {
  return RawProgram.start((connection, head) => {
    return connection.send(head.includes("/socket ") ? SWITCH : OK);
  });
}

/** Sends `request`; returns the client when it has the head of a response. */
async function ask(port: number, request: string): Promise<RawClient> {
  const client = await rawConnect({ hostname: HOST, port });
  await client.send(request);
  await waitFor(() => client.received.includes("\r\n\r\n") || client.isClosed, "a response");
  return client;
}

async function openTunnel(port: number): Promise<RawClient> {
  const client = await ask(port, UPGRADE);
  assertMatch(client.received, /^HTTP\/1\.1 101 /);
  return client;
}

async function statusOf(port: number, request: string): Promise<string> {
  const client = await ask(port, request);
  client.close();
  return client.received.slice(9, 12);
}

Deno.test({
  name: "a thousand idle WebSockets keep nobody from the program",
  ignore,
  async fn(): Promise<void> {
    await using raw = await startProgram();
    await using sharing = await share(raw, ["/a/"]);
    const { port, program } = sharing;
    const clients: RawClient[] = [];
    while (clients.length < MANY) {
      const more = Array.from({ length: 50 }, () => openTunnel(port));
      clients.push(...await Promise.all(more));
    }
    for (let i = 0; i < 20; i++) assertEquals(await statusOf(port, GET), "200");
    const status = await program.status();
    assertEquals([status.tunnels, status.registrations?.[0]?.tunnels], [MANY, MANY]);
    assertMatch((await program.run("status")).out, /WEBSOCKETS\n.*\/a\/ {2}http:.* {2}1000$/m);
    await clients[7]!.send("ping");
    await waitFor(() => [...raw.connections].some(({ received }) => received === "ping"), "ping");
    for (const client of clients) client.close();
    await waitFor(async () => (await program.status()).tunnels === 0, "the end of all tunnels");
    await waitFor(() => raw.connections.size <= 1, "their end for the program");
  },
});

Deno.test({
  name: "one client has a limited number of WebSockets, and any number of requests",
  ignore,
  async fn(): Promise<void> {
    await using raw = await startProgram();
    await using sharing = await share(raw, ["/a/"], { MaxTunnelsPerAddress: 3 });
    const { port, program } = sharing;
    const clients = [await openTunnel(port), await openTunnel(port), await openTunnel(port)];
    assertEquals(await statusOf(port, UPGRADE), "503");
    assertEquals(await statusOf(port, GET), "200");
    const errors = 'cat "$HTTPCFG_HOME"/log/HTTPERR/*.log';
    await waitFor(async () => {
      return / 503 - ConnLimit /.test((await program.shell(errors)).out);
    }, "the HTTPERR log");
    clients[0]!.close();
    await waitFor(async () => (await program.status()).tunnels === 2, "the end of one");
    assertEquals(await statusOf(port, UPGRADE), "101");
    for (const client of clients) client.close();
  },
});

Deno.test({
  name: "a WebSocket ends with its client, its program, or its time",
  ignore,
  async fn(): Promise<void> {
    await using raw = await startProgram();
    await using sharing = await share(raw, ["/a/"], { ShutdownGraceTimeout: 1 });
    const { port, program, service } = sharing;
    const open = async (): Promise<[client: RawClient, upstream: RawConnection]> => {
      const known = new Set(raw.connections);
      const client = await openTunnel(port);
      return [client, [...raw.connections].find((one) => !known.has(one))!];
    };
    {
      const [client, upstream] = await open();
      await client.send("last words");
      client.reset();
      await waitFor(() => upstream.hasEnded, "the program to see the end of a client");
      assertEquals(upstream.received, "last words");
    }
    {
      const [client, upstream] = await open();
      await upstream.send("last words");
      await waitFor(() => client.received.endsWith("last words"), "what was in flight");
      upstream.reset();
      await client.closed;
    }
    {
      const [client, upstream] = await open();
      await upstream.send("x".repeat(300_000));
      upstream.end();
      assertEquals(await client.closed, "end");
      assertEquals(client.received.endsWith("x".repeat(300_000)), true);
      await client.send("half-closed");
      await waitFor(() => upstream.received === "half-closed", "the other direction");
      client.close();
    }
    await waitFor(async () => (await program.status()).tunnels === 0, "the end of all three");
    const [unregistered, other] = await open();
    await program.do(`unregister http://+:${port}/a/`);
    await other.send("still open");
    await waitFor(() => unregistered.received.endsWith("still open"), "its grace");
    await unregistered.closed;
    await waitFor(() => other.hasEnded, "its end for the program");
    await program.do(`register http://+:${port}/a/ --to ${raw.url} --keep`);
    const [stopped, upstream] = await open();
    service.signal("SIGTERM");
    await stopped.closed;
    await waitFor(() => upstream.hasEnded, "the program to see the stop");
    assertEquals(await service.ended, 0);
  },
});

Deno.test({
  name: "a WebSocket that carries nothing ends after TunnelIdleTimeout",
  ignore,
  async fn(): Promise<void> {
    await using raw = await startProgram();
    await using sharing = await share(raw, ["/a/"], { TunnelIdleTimeout: 1 });
    const client = await openTunnel(sharing.port);
    const [upstream] = raw.connections;
    await client.closed;
    await waitFor(() => upstream!.hasEnded, "the program to see the end");
    const errors = 'cat "$HTTPCFG_HOME"/log/HTTPERR/*.log';
    await waitFor(async () => {
      return / Timer_ConnectionIdle /.test((await sharing.program.shell(errors)).out);
    }, "the HTTPERR log");
  },
});

Deno.test({
  name: "a WebSocket over https carries both directions, and ends with either side",
  ignore,
  async fn(): Promise<void> {
    await using raw = await startProgram();
    await using program = await Program.make();
    const port = freePort();
    await program.do(`set iplisten -i ${HOST}`);
    await program.do("site remove W3SVC/1");
    const { out: hash } = await program.do(`cert create --self-signed --name a.test --ip ${HOST}`);
    await program.do(`set ssl -i 0.0.0.0:${port} -h ${hash.trim()}`);
    await program.do(["site", "add", "safe", "--bind-tls", `:${port}:`, "--respond", "site"]);
    await program.serve();
    await program.do(`register https://+:${port}/a/ --to ${raw.url} --keep`);
    const caCerts = [await Deno.readTextFile(`${program.home}/certs/MY/a.test.pem`)];
    const open = async (): Promise<[client: Deno.TlsConn, upstream: RawConnection]> => {
      const known = new Set(raw.connections);
      const client = await Deno.connectTls({ hostname: HOST, port, caCerts });
      await send(client, UPGRADE);
      assertMatch(await receive(client, (text) => text.includes("\r\n\r\n")), /^HTTP\/1\.1 101 /);
      return [client, [...raw.connections].find((one) => !known.has(one))!];
    };
    const [client, upstream] = await open();
    for (const text of ["one", "two", "x".repeat(300_000)]) {
      await send(client, text);
      await waitFor(() => upstream.received.endsWith(text), "what the client sends");
      await upstream.send(text);
      await receive(client, (received) => received.length === text.length);
    }
    client.close();
    await waitFor(() => upstream.hasEnded, "the program to see the end of the client");
    const [other, ending] = await open();
    await ending.send("last words");
    ending.end();
    assertEquals(await receive(other, () => false), "last words");
    other.close();
    await waitFor(async () => (await program.status()).tunnels === 0, "the end of both");
  },
});
