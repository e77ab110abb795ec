// Goal: each limit is reached exactly, however the kernel spreads connections over workers. Method:
// the real program with two and three workers, and clients that keep their connections.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoredSettings } from "../../../mod/config/document/settings.ts";
import { freePort } from "../../support/ports.ts";
import { type Foreground, Program, type Status } from "../../support/program.ts";
import { RawProgram } from "../../support/proxy/raw_program.ts";
import { type RawClient, rawConnect } from "../../support/raw_client.ts";
import { waitFor } from "../../support/wait.ts";

const ignore = Deno.build.os !== "linux";
const GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
const UPGRADE = "GET /a/socket HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n" +
  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const SWITCH =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

interface Worker {
  readonly pid: number;
  readonly state: string;
  readonly connections: number;
}

/** A service with workers, and the clients that are connected to it. */
class LimitedService implements AsyncDisposable {
  readonly program: Program;
  readonly port: number;
  readonly served: Foreground;
  clients: RawClient[] = [];

  private constructor(program: Program, port: number, served: Foreground) {
    this.program = program;
    this.port = port;
    this.served = served;
  }

  static async start(
    settings: StoredSettings,
    site: { readonly maxConnections?: number } = {},
  ): Promise<LimitedService> {
    const program = await Program.make();
    const port = freePort();
    const content = { kind: "respond", text: "site" } as const;
    const sites = [{ ...DEFAULT_DOCUMENT.sites[0]!, bindings: [`:${port}:`], content, ...site }];
    const document = { ...DEFAULT_DOCUMENT, ipListen: ["127.0.0.1", "::1"], sites, settings };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    return new LimitedService(program, port, await program.serve());
  }

  /** Connects, and returns the status of the response; the connection stays if it is no refusal. */
  async open(hostname = "127.0.0.1", request = GET): Promise<string> {
    const client = await rawConnect({ hostname, port: this.port });
    await client.send(request);
    await waitFor(() => client.received.includes("\r\n\r\n") || client.isClosed, "a response");
    const status = client.received.slice(9, 12);
    if (status === "503") client.close();
    else this.clients.push(client);
    return status;
  }

  /** Opens as many as are admitted, and sees that it stays so. */
  async fill(hostname?: string, request?: string): Promise<number> {
    let count = 0;
    while (await this.open(hostname, request) !== "503") count++;
    for (let i = 0; i < 5; i++) assertEquals(await this.open(hostname, request), "503");
    return count;
  }

  /** Closes `count` connections, and waits until the service has seen it. */
  async close(count: number): Promise<void> {
    const left = this.clients.length - count;
    for (const client of this.clients.splice(0, count)) client.close();
    await this.counted(left);
  }

  async counted(count: number): Promise<void> {
    await waitFor(async () => {
      const workers = await this.workers();
      return workers.reduce((sum, { connections }) => sum + connections, 0) === count;
    }, `${count} connections`);
  }

  async workers(): Promise<readonly Worker[]> {
    const status = await this.program.status() as Status & { workers?: readonly Worker[] };
    return status.workers ?? [];
  }

  /** Waits until `count` processes serve. */
  async settled(count: number, without = 0): Promise<void> {
    await waitFor(async () => {
      const workers = (await this.workers()).filter(({ state }) => state === "serving");
      return workers.length === count && workers.every(({ pid }) => pid !== without);
    }, `${count} workers`);
  }

  async set(setting: string): Promise<void> {
    await this.program.do(`settings set ${setting}`);
    await this.program.do("reload");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.clients) client.close();
    await this.program[Symbol.asyncDispose]();
  }
}

for (const Workers of [2, 3]) {
  const options = { ignore, sanitizeResources: false } as const;
  const test = (name: string, fn: () => Promise<void>): void => {
    Deno.test({ name: `${Workers} workers: ${name}`, ...options, fn });
  };

  test("MaxConnections is reached exactly, and room is used at once", async () => {
    await using service = await LimitedService.start({ Workers, MaxConnections: 10 });
    assertEquals(await service.fill(), 10);
    for (let i = 0; i < 4; i++) {
      await service.close(3);
      assertEquals(await service.fill(i % 2 === 0 ? "::1" : "127.0.0.1"), 3);
    }
    const errors = 'cat "$HTTPCFG_HOME"/log/HTTPERR/*.log';
    await waitFor(async () => {
      const lines = (await service.program.shell(errors)).out.match(/ 503 - ConnLimit /g) ?? [];
      return lines.length === 30;
    }, "a line for each refusal");
    await service.set("MaxConnections 6");
    await service.close(4);
    assertEquals(await service.fill(), 0);
    await service.close(1);
    assertEquals(await service.fill(), 1);
    await service.set("MaxConnections 7");
    assertEquals(await service.fill(), 1);
  });

  test("MaxConnectionsPerAddress is reached exactly by each client", async () => {
    await using service = await LimitedService.start({ Workers, MaxConnectionsPerAddress: 5 });
    assertEquals(await service.fill("127.0.0.1"), 5);
    assertEquals(await service.fill("::1"), 5);
    await service.close(4);
    assertEquals(await service.fill("127.0.0.1"), 4);
    assertEquals(await service.fill("::1"), 0);
  });

  test("the limit of a site is reached exactly", async () => {
    await using service = await LimitedService.start({ Workers }, { maxConnections: 4 });
    assertEquals(await service.fill(), 4);
    await service.close(2);
    assertEquals(await service.fill("::1"), 2);
  });

  test("MaxTunnelsPerAddress is reached exactly", async () => {
    await using raw = await RawProgram.start((connection) => connection.send(SWITCH));
    await using service = await LimitedService.start({ Workers, MaxTunnelsPerAddress: 4 });
    const { port, program } = service;
    await program.do(`register http://+:${port}/a/ --to ${raw.url} --keep --timeout 5`);
    assertEquals(await service.fill("127.0.0.1", UPGRADE), 4);
    await service.close(1);
    assertEquals(await service.fill("127.0.0.1", UPGRADE), 1);
    assertEquals(await service.fill("::1", UPGRADE), 4);
  });

  test("what a killed worker had is free", async () => {
    await using service = await LimitedService.start({ Workers, MaxConnections: 9 });
    assertEquals(await service.fill(), 9);
    for (let i = 0; i < 3; i++) {
      const killed = (await service.workers()).find(({ connections }) => connections > 0)!;
      Deno.kill(killed.pid, "SIGKILL");
      await service.settled(Workers, killed.pid);
      await waitFor(() => {
        return service.clients.filter(({ isClosed }) => isClosed).length === killed.connections;
      }, "the end of its connections");
      service.clients = service.clients.filter(({ isClosed }) => !isClosed);
      assertEquals(await service.fill(), killed.connections);
    }
  });

  test(`the limit holds while 1 process becomes ${Workers} and 1 again`, async () => {
    await using service = await LimitedService.start({ Workers: 1, MaxConnections: 8 });
    assertEquals(await service.fill(), 8);
    await service.close(3);
    for (const count of [Workers, 1, Workers, 1]) {
      await service.set(`Workers ${count}`);
      await service.settled(count);
      // What the change has left without a socket keeps its connections, and its places.
      const room = 8 - service.clients.length;
      assertEquals(await service.fill(), room);
      await service.close(3);
    }
    assert(service.clients.length > 0);
  });

  test("clients one after another are never refused", async () => {
    await using service = await LimitedService.start({ Workers, MaxConnectionsPerAddress: 1 });
    const get = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    for (let i = 0; i < 200; i++) {
      const client = await rawConnect({ hostname: "127.0.0.1", port: service.port });
      await client.send(get);
      await client.closed;
      client.close();
      assertMatch(client.received, /^HTTP\/1\.1 200 /, `${i}`);
    }
  });
}
