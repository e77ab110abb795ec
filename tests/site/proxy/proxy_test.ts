/** Goal: what the upstream sends reaches the client, and nothing else does. Method: upstreams in
 * memory that follow a script; requests without an engine. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  BodyError,
  type HttpRequest,
  type HttpResponse,
  SourceRefusal,
} from "../../../mod/base/exchange.ts";
import type { Endpoint, Ip } from "../../../mod/base/address.ts";
import { ReverseProxy } from "../../../mod/site/proxy/proxy.ts";
import { proxyOptions } from "../../support/proxy/proxy_options.ts";
import { latin1, latin1Bytes } from "../../../mod/wire/byte_text.ts";
import { settle } from "../../support/engine.ts";
import { bodyText, type FakeRequest, fakeRequest, field } from "../../support/request.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

/** The client whose requests come on one connection. */
const CLIENT: Endpoint = { ip: "127.0.0.1" as Ip, port: 50_000 };
const TUNNELS_MAX = 1200;

/** Serves one connection. */
type Script = (conn: UpstreamEnd) => Promise<void>;

/** The upstream's end of a connection. */
class UpstreamEnd {
  readonly stream: StreamEnd;
  #text = "";

  constructor(stream: StreamEnd) {
    this.stream = stream;
  }

  /** Reads up to and including `mark`. */
  async until(mark: string): Promise<string> {
    const buffer = new Uint8Array(4096);
    while (!this.#text.includes(mark)) {
      const count = await this.stream.read(buffer);
      if (count === null) throw new Error(`ended before ${JSON.stringify(mark)}: ${this.#text}`);
      this.#text += String.fromCharCode(...buffer.subarray(0, count));
    }
    const end = this.#text.indexOf(mark) + mark.length;
    const found = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return found;
  }

  async send(text: string): Promise<void> {
    await this.stream.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }
}

/** A reverse proxy for an upstream that serves its connections with `scripts`, one each. */
class TestProxy {
  readonly problems: unknown[] = [];
  /** What was reported of the program. */
  readonly faults: string[] = [];
  readonly upstreams: UpstreamEnd[] = [];
  readonly inner: ReverseProxy;

  constructor(...scripts: Script[]) {
    this.inner = TestProxy.#create(this, scripts, 60_000);
  }

  /** One with a short time-out. */
  static withShortTimeout(...scripts: Script[]): TestProxy {
    const proxy = new TestProxy();
    return Object.assign(proxy, { inner: TestProxy.#create(proxy, scripts, 100) });
  }

  static #create(proxy: TestProxy, scripts: Script[], timeoutMs: number): ReverseProxy {
    const connect = (): Promise<StreamEnd> => {
      const script = scripts.shift();
      if (script === undefined) return Promise.reject(new Deno.errors.ConnectionRefused("none"));
      const [ours, theirs] = streamPair();
      const upstream = new UpstreamEnd(theirs);
      proxy.upstreams.push(upstream);
      script(upstream).catch((error) => proxy.problems.push(error));
      return Promise.resolve(ours);
    };
    return new ReverseProxy(proxyOptions([connect], {
      timeoutMs,
      onNews: (_, { kind, what }) => {
        if (kind !== "up" && kind !== "down") proxy.faults.push(what);
      },
    }));
  }

  async fetch(fake: FakeRequest | HttpRequest = {}): Promise<HttpResponse | string> {
    const request = "headers" in fake && typeof fake.headers === "function"
      ? fake as HttpRequest
      : fakeRequest({ remote: CLIENT, ...fake as FakeRequest });
    const result = await this.inner.handle(request);
    return "refuse" in result ? result.refuse : result;
  }

  /** The status and the body, or the reason of the refusal. */
  async fetchText(fake: FakeRequest | HttpRequest = {}): Promise<string> {
    const result = await this.fetch(fake);
    return typeof result === "string" ? result : `${result.status} ${await bodyText(result)}`;
  }

  [Symbol.dispose](): void {
    this.inner.close(0);
    assertEquals(this.problems, []);
  }
}

/** Sends the next of `responses` for each request on the connection. */
function responding(...responses: string[]): Script {
  return async (upstream) => {
    for (const response of responses) {
      await upstream.until("\r\n\r\n");
      await upstream.send(response);
    }
  };
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("ReverseProxy returns the response, however its body is delimited", async () => {
  const large = "x".repeat(100_000);
  const closing: Script = async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send("HTTP/1.0 201 Made\r\nX-A: b\r\n\r\nuntil");
    await upstream.send(" the end");
    upstream.stream.close();
  };
  const scripts: [script: Script, want: string][] = [
    [responding(OK), "200 ok"],
    [responding("HTTP/1.1 204 No Content\r\n\r\n"), "204 "],
    [responding("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), "404 "],
    [
      responding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
      "200 ok",
    ],
    [responding(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${large}`), `200 ${large}`],
    [
      responding(`HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}`),
      "200 ok",
    ],
    [closing, "201 until the end"],
  ];
  for (const [script, want] of scripts) {
    using proxy = new TestProxy(script);
    assertEquals(await proxy.fetchText(), want);
  }
});

Deno.test("ReverseProxy reads a response that arrives byte by byte", async () => {
  const responses = [
    OK,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
  ];
  using proxy = new TestProxy(async (upstream) => {
    for (const response of responses) {
      await upstream.until("\r\n\r\n");
      for (const byte of response) await upstream.send(byte);
    }
  });
  assertEquals([await proxy.fetchText(), await proxy.fetchText()], ["200 ok", "200 ok"]);
  assertEquals(proxy.upstreams.length, 1, "one connection served both");
});

Deno.test("ReverseProxy responds to HEAD with the length that GET would have", async () => {
  using proxy = new TestProxy(responding("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"));
  const response = await proxy.fetch({ method: "HEAD" }) as HttpResponse;
  assertEquals((response.body as { length: number }).length, 7, "it did not wait for a body");
});

Deno.test("ReverseProxy forwards a body while it arrives, with its framing", async () => {
  const body = [new TextEncoder().encode("abc"), new TextEncoder().encode("de")];
  let seen = "";
  const sized: Script = async (upstream) => {
    seen = await upstream.until("abcde");
    await upstream.send(OK);
  };
  using proxy = new TestProxy(sized, async (upstream) => {
    seen = await upstream.until("0\r\n\r\n");
    await upstream.send(OK);
  });
  assertEquals(await proxy.fetchText({ method: "POST", body }), "200 ok");
  assertStringIncludes(seen, "\r\nContent-Length: 5\r\n");
  proxy.inner.close(0); // so that the next request opens a connection
  const request = fakeRequest({ method: "POST", body });
  const chunked = { ...request, body: { ...request.body, length: null, read: request.body.read } };
  assertEquals(await proxy.fetchText(chunked), "200 ok");
  assertStringIncludes(seen, "\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
});

Deno.test("ReverseProxy accepts a response before the request body was sent", async () => {
  let isRead = false;
  using proxy = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send("HTTP/1.1 413 Much\r\nContent-Length: 0\r\n\r\n");
  });
  const request = fakeRequest({ method: "POST", body: [new Uint8Array(1)] });
  const body = { ...request.body, length: 9, read: () => new Promise<null>(() => isRead = true) };
  assertEquals(await proxy.fetchText({ ...request, body }), "413 ");
  assertEquals(
    [isRead, await proxy.fetchText()],
    [true, "BadGateway"],
    "its connection is not reused",
  );
});

Deno.test("ReverseProxy rethrows the error of a body, and ends the exchange upstream", async () => {
  let ended: number | null = 0;
  using proxy = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    ended = await upstream.stream.read(new Uint8Array(1));
  });
  const request = fakeRequest({ method: "POST", body: [] });
  const read = (): Promise<never> => Promise.reject(new BodyError("gone"));
  const broken = { ...request, body: { ...request.body, length: 5, read } };
  await assertRejects(() => proxy.fetch(broken), BodyError, "gone");
  assertEquals(ended, null);
});

Deno.test("ReverseProxy refuses with BadGateway what is not a valid response", async () => {
  const closing: Script = async (upstream) => {
    await upstream.until("\r\n\r\n");
    upstream.stream.close();
  };
  const responses = [
    "nonsense\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n".repeat(20),
    `HTTP/1.1 200 OK\r\nA: ${"x".repeat(70_000)}\r\n\r\n`,
  ];
  for (const script of [closing, ...responses.map((response) => responding(response))]) {
    using proxy = new TestProxy(script);
    assertEquals(await proxy.fetchText(), "BadGateway");
  }
  using unreachable = new TestProxy();
  assertEquals(await unreachable.fetchText(), "BadGateway");
});

Deno.test("ReverseProxy fails on a truncated body, which never looks complete", async () => {
  const cases = [
    ["Content-Length: 50000", "part"],
    ["Transfer-Encoding: chunked", "5\r\nab"],
    ["Transfer-Encoding: chunked", "zz\r\n"],
    ["Transfer-Encoding: chunked", "2\r\nokX\r\n0\r\n\r\n"],
  ] as const;
  for (const [framing, body] of cases) {
    using proxy = new TestProxy(async (upstream) => {
      await upstream.until("\r\n\r\n");
      await upstream.send(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${body}`);
      upstream.stream.close();
    });
    const response = await proxy.fetch() as HttpResponse;
    const error = await assertRejects(() => bodyText(response), SourceRefusal, undefined, body);
    assertEquals(error.reason, "BadGateway");
    assertEquals(await proxy.fetchText(), "BadGateway");
    assertEquals(proxy.faults.length, 1, "what follows within a while is not told again");
  }
});

Deno.test("ReverseProxy fails on a body whose connection is reset, as on a truncated one", async () => {
  for (const framing of ["Content-Length: 50000", "Transfer-Encoding: chunked", "X-Until: close"]) {
    const inner: Script = async (upstream) => {
      await upstream.until("\r\n\r\n");
      await upstream.send(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n3\r\nabc\r\n`);
    };
    using proxy = new TestProxy(inner);
    const response = await proxy.fetch() as HttpResponse;
    const body = response.body as { pull(): Promise<Uint8Array | null>; close(): void };
    await body.pull();
    const next = (async (): Promise<void> => {
      while (await body.pull() !== null);
    })();
    proxy.upstreams[0]!.stream.reset();
    const error = await assertRejects(() => next, SourceRefusal, undefined, framing);
    assertEquals(error.reason, "BadGateway");
    body.close();
  }
});

Deno.test("ReverseProxy never takes what a program sends too much for an answer", async () => {
  const surplus = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong";
  const cases: [fake: FakeRequest, response: string][] = [
    [{ method: "HEAD" }, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"],
    [{}, "HTTP/1.1 204 No Content\r\n\r\n"],
    [{}, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"],
    [{}, OK],
    [{}, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"],
  ];
  for (const [fake, response] of cases) {
    for (const isLate of [false, true]) {
      const wordy: Script = async (upstream) => {
        await upstream.until("\r\n\r\n");
        await upstream.send(isLate ? response : response + surplus);
        if (isLate) await upstream.send(surplus);
      };
      using proxy = new TestProxy(wordy, responding(OK));
      await proxy.fetchText(fake);
      await settle();
      assertEquals(await proxy.fetchText(), "200 ok", `${response} ${isLate}`);
      assertEquals(proxy.upstreams.length, 2);
    }
  }
});

Deno.test("ReverseProxy retries only if the upstream cannot have done anything", async () => {
  /** Responds once, reads a second request and closes the connection. */
  const stale: Script = async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send(OK);
    await upstream.until("\r\n\r\n");
    upstream.stream.close();
  };
  const cases: [fake: FakeRequest, want: string][] = [
    [{}, "200 ok"],
    [{ method: "DELETE" }, "200 ok"],
    [{ method: "POST" }, "BadGateway"],
    [{ method: "PATCH" }, "BadGateway"],
    [{ method: "PUT", body: [] }, "BadGateway"],
  ];
  for (const [fake, want] of cases) {
    using proxy = new TestProxy(stale, responding(OK));
    assertEquals(await proxy.fetchText(), "200 ok");
    assertEquals(await proxy.fetchText(fake), want, JSON.stringify(fake));
  }
  /** Nothing of the request was written. */
  for (const method of ["POST", "GET"]) {
    using proxy = new TestProxy(responding(OK), responding(OK));
    assertEquals(await proxy.fetchText(), "200 ok");
    proxy.upstreams[0]!.stream.close();
    assertEquals(await proxy.fetchText({ method }), "200 ok", method);
  }
  /** A first connection is never stale. */
  using fresh = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    upstream.stream.close();
  }, responding(OK));
  assertEquals(await fresh.fetchText(), "BadGateway");
  /** One byte of a response is a response. */
  using begun = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send(OK);
    await upstream.until("\r\n\r\n");
    await upstream.send("H");
    upstream.stream.close();
  }, responding(OK));
  assertEquals([await begun.fetchText(), await begun.fetchText()], ["200 ok", "BadGateway"]);
  /** So is an interim one. */
  using interim = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send(OK);
    await upstream.until("\r\n\r\n");
    await upstream.send("HTTP/1.1 103 Hints\r\n\r\n");
    upstream.stream.close();
  }, responding(OK));
  assertEquals([await interim.fetchText(), await interim.fetchText()], ["200 ok", "BadGateway"]);
});

Deno.test("ReverseProxy sends a small body with its head, again if nothing was sent", async () => {
  const heads: string[] = [];
  const answering: Script = async (upstream) => {
    const buffer = new Uint8Array(4096);
    const count = await upstream.stream.read(buffer);
    heads.push(latin1(buffer, 0, count ?? 0));
    await upstream.send(OK);
  };
  using proxy = new TestProxy(responding(OK), answering);
  assertEquals(await proxy.fetchText(), "200 ok");
  proxy.upstreams[0]!.stream.close();
  const pieces = [latin1Bytes("abc")];
  const request = fakeRequest({ method: "POST", remote: CLIENT, body: [] });
  const body = { ...request.body, length: 3, readArrived: () => pieces.shift() ?? null };
  assertEquals(await proxy.fetchText({ ...request, body }), "200 ok");
  assertEquals(heads.map((head) => head.slice(head.indexOf("\r\n\r\n"))), ["\r\n\r\nabc"]);
});

Deno.test("ReverseProxy refuses with GatewayTimeout, and aborts a stalled body", async () => {
  const silent: Script = async (upstream) => void await upstream.until("\r\n\r\n");
  using proxy = TestProxy.withShortTimeout(
    silent,
    responding("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\npart"),
    async (upstream) => {
      await upstream.until("\r\n\r\n");
      await upstream.send("HTTP/1.1 2");
    },
  );
  assertEquals(await proxy.fetchText(), "GatewayTimeout");
  const half = await proxy.fetch() as HttpResponse;
  const error = await assertRejects(() => bodyText(half), SourceRefusal);
  assertEquals(error.reason, "GatewayTimeout");
  assertEquals(await proxy.fetchText(), "GatewayTimeout");
});

Deno.test("ReverseProxy ends the exchange upstream when its client goes away", async () => {
  let ended: number | null = 0;
  using proxy = new TestProxy(async (upstream) => {
    await upstream.until("\r\n\r\n");
    await upstream.send("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\npart");
    ended = await upstream.stream.read(new Uint8Array(1));
  });
  const response = await proxy.fetch() as HttpResponse;
  const body = response.body as { pull(): Promise<unknown>; close(): void };
  await body.pull();
  body.close();
  for (let i = 0; i < 20 && ended !== null; i++) await Promise.resolve();
  assertEquals(ended, null);
});

Deno.test("ReverseProxy upgrades to a WebSocket and carries it", async () => {
  using proxy = new TestProxy(async (upstream) => {
    const head = await upstream.until("\r\n\r\n");
    assertStringIncludes(head, "Upgrade: websocket");
    await upstream.send(
      "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nA: b\r\n\r\nhi",
    );
    assertEquals(await upstream.until("ping"), "ping");
    await upstream.stream.closeWrite();
  });
  const headers = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
  const response = await proxy.fetch({ headers }) as HttpResponse;
  assertEquals([response.status, field(response, "upgrade"), field(response, "a")], [
    101,
    "websocket",
    "b",
  ]);
  assertEquals(field(response, "connection"), null, "the engine sets that field");
  const [client, ours] = streamPair();
  const over = response.upgrade!(ours);
  const buffer = new Uint8Array(10);
  assertEquals(await client.read(buffer), 2);
  await client.write(new TextEncoder().encode("ping"));
  await client.closeWrite();
  assertEquals(await client.read(buffer), null);
  await over;
});

const SOCKET = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
const SWITCH = "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

interface OpenTunnel {
  readonly client: StreamEnd;
  readonly done: Promise<void>;
}

/** Opens a tunnel as the engine does; returns the client's end of it. */
async function openTunnel(proxy: TestProxy, remote?: Endpoint): Promise<OpenTunnel | string> {
  const result = await proxy.fetch({ headers: SOCKET, ...(remote && { remote }) });
  if (typeof result === "string") return result;
  const [client, ours] = streamPair();
  return { client, done: result.upgrade!(ours) };
}

Deno.test("ReverseProxy answers requests beside any number of tunnels", async () => {
  using proxy = new TestProxy(
    ...Array.from({ length: 1100 }, () => responding(SWITCH)),
    responding(OK),
  );
  const tunnels: OpenTunnel[] = [];
  for (let i = 0; i < 1100; i++) tunnels.push(await openTunnel(proxy) as OpenTunnel);
  assertEquals(proxy.inner.tunnels, 1100);
  assertEquals(await proxy.fetchText(), "200 ok");
  for (const { client } of tunnels) client.close();
  for (const { stream } of proxy.upstreams) stream.close();
  await Promise.all(tunnels.map(({ done }) => done));
  assertEquals(proxy.inner.tunnels, 0);
});

Deno.test("ReverseProxy limits the tunnels of one client, and no other's", async () => {
  const scripts = Array.from({ length: TUNNELS_MAX + 2 }, () => responding(SWITCH));
  using proxy = new TestProxy(
    responding("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"),
    ...scripts,
  );
  assertEquals(await proxy.fetchText({ headers: SOCKET }), "403 ", "which opens none");
  const tunnels: OpenTunnel[] = [];
  for (let i = 0; i < TUNNELS_MAX; i++) tunnels.push(await openTunnel(proxy) as OpenTunnel);
  assertEquals(await openTunnel(proxy), "ConnLimit");
  const other = await openTunnel(proxy, { ip: "10.0.0.7" as Ip, port: 1 }) as OpenTunnel;
  const [first] = tunnels as [OpenTunnel];
  first.client.close();
  proxy.upstreams[1]!.stream.close();
  await first.done;
  tunnels.push(other, await openTunnel(proxy) as OpenTunnel);
  assertEquals(await openTunnel(proxy), "ConnLimit");
  for (const { client } of tunnels.slice(1)) client.close();
  for (const { stream } of proxy.upstreams.slice(2)) stream.close();
  await Promise.all(tunnels.map(({ done }) => done));
});

Deno.test("ReverseProxy.close() gives tunnels some time, then ends both sides", async () => {
  using proxy = new TestProxy(responding(SWITCH));
  const { client, done } = await openTunnel(proxy) as OpenTunnel;
  proxy.inner.close(100);
  await client.write(new TextEncoder().encode("still open"));
  assertEquals(await proxy.upstreams[0]!.until("open"), "still open");
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  await done;
  assertEquals(proxy.inner.tunnels, 0);
});

Deno.test("ReverseProxy passes on the upstream's refusal of a WebSocket", async () => {
  using proxy = new TestProxy(responding("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
  const headers = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
  assertEquals(await proxy.fetchText({ headers }), "403 ");
});

Deno.test("ReverseProxy refuses a request in a loop, and more than the queue holds", async () => {
  using proxy = new TestProxy(responding(OK));
  assertEquals(await proxy.fetchText({ headers: [["Via", "1.1 us"]] }), "BadGateway");
  assertEquals(proxy.upstreams.length, 0);
  const never: Script = async (upstream) => void await upstream.until("\r\n\r\n");
  using full = TestProxy.withShortTimeout(...Array.from({ length: 1000 }, () => never));
  const waiting = Array.from({ length: 1000 }, () => full.fetchText());
  assertEquals(await full.fetchText(), "QueueFull");
  assertEquals(new Set(await Promise.all(waiting)), new Set(["GatewayTimeout"]));
  assertEquals(await full.fetchText(), "BadGateway", "there is room again");
});
