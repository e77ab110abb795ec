/** Goal: a tunnel lasts as long as bytes pass, and no longer. Method: a connection in memory, and a
 * clock that a test moves. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ByteStream, Handler } from "../../mod/base/exchange.ts";
import { DEFAULT_SETTINGS, type Settings } from "../../mod/config/document/settings.ts";
import { TICK_MS } from "../../mod/http/clock.ts";
import { settle, TestEngine } from "../support/engine.ts";
import type { FakeStream } from "../support/fake_stream.ts";

const HALF_CLOSED_MS = 10_000;
const IDLE_MS = DEFAULT_SETTINGS.TunnelIdleTimeout * 1000;
const BYTES = new TextEncoder().encode("pong");

/** An engine with a tunnel: what its client is, and the stream that the site got. */
class TestTunnel {
  readonly engine: TestEngine;
  readonly client: FakeStream;
  site!: ByteStream;
  /** What the site has read so far; null at the end. */
  received = "";
  readonly #over = Promise.withResolvers<void>();

  private constructor(settings: Partial<Settings>) {
    const handler: Handler = () => ({
      status: 101,
      headers: [["Upgrade", "websocket"]],
      body: null,
      upgrade: async (stream) => {
        this.site = stream;
        void this.#read();
        await this.#over.promise;
      },
    });
    this.engine = new TestEngine(handler, settings);
    this.client = this.engine.connect();
  }

  static async open(settings: Partial<Settings> = {}): Promise<TestTunnel> {
    const tunnel = new TestTunnel(settings);
    tunnel.client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nearly");
    await settle();
    assertStringIncludes(tunnel.client.text, "HTTP/1.1 101 Switching Protocols\r\n");
    assertEquals(tunnel.received, "early");
    return tunnel;
  }

  /** Reads what the client sends, to its end; the tunnel is over when reading fails. */
  async #read(): Promise<void> {
    const buffer = new Uint8Array(100);
    try {
      for (;;) {
        const count = await this.site.read(buffer);
        if (count === null) return;
        this.received += new TextDecoder().decode(buffer.subarray(0, count));
      }
    } catch {
      this.#over.resolve();
    }
  }

  reasons(): string[] {
    return this.engine.refused.map(({ reason }) => reason);
  }
}

Deno.test("a tunnel that carries nothing ends after TunnelIdleTimeout", async () => {
  const tunnel = await TestTunnel.open();
  const { engine, client } = tunnel;
  assertEquals(engine.server.counts(), { accepted: 1, connections: 1, idle: 0, tunnels: 1 });
  engine.clock.pass(IDLE_MS);
  assertEquals(client.isClosed, false);
  engine.clock.pass(2 * TICK_MS);
  assertEquals(client.isClosed, true);
  await engine.quiet();
  assertEquals(tunnel.reasons(), ["Timer_ConnectionIdle"]);
  assertEquals(engine.server.counts(), { accepted: 1, connections: 0, idle: 0, tunnels: 0 });
});

Deno.test("a byte in either direction keeps a tunnel", async () => {
  const tunnel = await TestTunnel.open();
  const { engine, client } = tunnel;
  for (let i = 0; i < 6; i++) {
    engine.clock.pass(IDLE_MS - TICK_MS);
    if (i % 2 === 0) client.send("p");
    else await tunnel.site.write(BYTES);
    await settle();
  }
  assertEquals([client.isClosed, tunnel.received], [false, "earlyppp"]);
  engine.clock.pass(IDLE_MS + 2 * TICK_MS);
  await engine.quiet();
  assertEquals(client.isClosed, true);
});

Deno.test("a tunnel of which one direction has ended has little time to be idle", async () => {
  for (const ends of ["client", "site"]) {
    const tunnel = await TestTunnel.open();
    const { engine, client } = tunnel;
    if (ends === "client") client.end();
    else await tunnel.site.closeWrite();
    await settle();
    engine.clock.pass(HALF_CLOSED_MS);
    assertEquals(client.isClosed, false);
    if (ends === "client") await tunnel.site.write(BYTES);
    else client.send("p");
    await settle();
    engine.clock.pass(HALF_CLOSED_MS);
    assertEquals(client.isClosed, false, "what is left still carries bytes");
    engine.clock.pass(2 * TICK_MS);
    assertEquals(client.isClosed, true);
    // A client in memory whose direction has ended reads its end, not the close.
    if (ends === "client") await tunnel.site.read(BYTES).catch(() => {});
  }
});

Deno.test("a client that does not receive cannot keep a tunnel, whatever it sends", async () => {
  for (const MinFileBytesPerSec of [240, 0]) {
    const tunnel = await TestTunnel.open({ MinFileBytesPerSec });
    const { engine, client } = tunnel;
    client.isStalled = true;
    const writing = tunnel.site.write(BYTES).catch(() => {});
    let passed = 0;
    for (; !client.isClosed && passed <= 2 * IDLE_MS; passed += 60_000) {
      client.send("p");
      await settle();
      engine.clock.pass(60_000);
    }
    await writing;
    assertEquals(client.isClosed, true);
    assertEquals(passed <= (MinFileBytesPerSec === 0 ? IDLE_MS + 60_000 : 400_000), true);
    assertEquals(tunnel.reasons(), ["Timer_MinBytesPerSecond"]);
    await engine.quiet();
  }
});

Deno.test("a drain gives a tunnel its grace, and a stop gives it none", async () => {
  const draining = await TestTunnel.open();
  const drained = draining.engine.server.drain(30_000);
  draining.client.send("p");
  await settle();
  assertEquals([draining.client.isClosed, draining.received], [false, "earlyp"]);
  draining.engine.clock.pass(31_000);
  assertEquals(draining.client.isClosed, true);
  await drained;
  const stopping = await TestTunnel.open();
  await stopping.engine.server.drain(0);
  assertEquals(stopping.client.isClosed, true);
});

Deno.test("whoever upgrades gets the connection, even if the client is gone", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const engine = new TestEngine(async () => {
    await settle();
    client.close();
    return {
      status: 101,
      headers: [["Upgrade", "websocket"]],
      body: null,
      upgrade: async (stream) => resolve(await stream.read(new Uint8Array(1)).catch((e) => e)),
    };
  });
  const client = engine.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assertEquals((await promise) instanceof Deno.errors.Interrupted, true);
  await engine.quiet();
  assertEquals(engine.failures, []);
});
