/** Goal: what a program says reaches the client, and nothing else does. Method: programs in memory that
 * follow a script; requests without an engine. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { BodyError, type HttpRequest, type HttpResponse } from "../../../mod/base/exchange.ts";
import { ReverseProxy } from "../../../mod/site/proxy/proxy.ts";
import { bodyText, type FakeRequest, fakeRequest, field } from "../../support/request.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

/** Answers one connection. */
type Script = (conn: Caller) => Promise<void>;

/** The program's end of a connection. */
class Caller {
  readonly stream: StreamEnd;
  #text = "";

  constructor(stream: StreamEnd) {
    this.stream = stream;
  }

  /** Reads up to and with `mark`. */
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

  async say(text: string): Promise<void> {
    await this.stream.write(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }
}

/** A forwarder to a program that answers its connections with `scripts`, one each. */
class Behind {
  readonly problems: unknown[] = [];
  readonly callers: Caller[] = [];
  readonly proxy: ReverseProxy;

  constructor(...scripts: Script[]) {
    this.proxy = Behind.#forwarder(this, scripts, 60_000);
  }

  /** One that waits for a moment only. */
  static impatient(...scripts: Script[]): Behind {
    const behind = new Behind();
    return Object.assign(behind, { proxy: Behind.#forwarder(behind, scripts, 100) });
  }

  static #forwarder(behind: Behind, scripts: Script[], timeoutMs: number): ReverseProxy {
    return new ReverseProxy({
      via: "us",
      timeoutMs,
      connect: () => {
        const script = scripts.shift();
        if (script === undefined) return Promise.reject(new Deno.errors.ConnectionRefused("none"));
        const [ours, theirs] = streamPair();
        const caller = new Caller(theirs);
        behind.callers.push(caller);
        script(caller).catch((error) => behind.problems.push(error));
        return Promise.resolve(ours);
      },
    });
  }

  async ask(fake: FakeRequest | HttpRequest = {}): Promise<HttpResponse | string> {
    const request = "headers" in fake && typeof fake.headers === "function"
      ? fake as HttpRequest
      : fakeRequest(fake as FakeRequest);
    const result = await this.proxy.handle(request);
    return "refuse" in result ? result.refuse : result;
  }

  /** Status and body; or the word of the refusal. */
  async tell(fake: FakeRequest | HttpRequest = {}): Promise<string> {
    const result = await this.ask(fake);
    return typeof result === "string" ? result : `${result.status} ${await bodyText(result)}`;
  }

  [Symbol.dispose](): void {
    this.proxy.close();
    assertEquals(this.problems, []);
  }
}

/** Answers each request on the connection with the next of `answers`. */
function answering(...answers: string[]): Script {
  return async (caller) => {
    for (const answer of answers) {
      await caller.until("\r\n\r\n");
      await caller.say(answer);
    }
  };
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("ReverseProxy gives the program's answer, however its body is delimited", async () => {
  const large = "x".repeat(100_000);
  const closing: Script = async (caller) => {
    await caller.until("\r\n\r\n");
    await caller.say("HTTP/1.0 201 Made\r\nX-A: b\r\n\r\nuntil");
    await caller.say(" the end");
    caller.stream.close();
  };
  const scripts: [script: Script, want: string][] = [
    [answering(OK), "200 ok"],
    [answering("HTTP/1.1 204 No Content\r\n\r\n"), "204 "],
    [answering("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"), "404 "],
    [
      answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
      "200 ok",
    ],
    [answering(`HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${large}`), `200 ${large}`],
    [
      answering(`HTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}`),
      "200 ok",
    ],
    [closing, "201 until the end"],
  ];
  for (const [script, want] of scripts) {
    using behind = new Behind(script);
    assertEquals(await behind.tell(), want);
  }
});

Deno.test("ReverseProxy reads an answer that comes byte by byte", async () => {
  const answers = [OK, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"];
  using behind = new Behind(async (caller) => {
    for (const answer of answers) {
      await caller.until("\r\n\r\n");
      for (const byte of answer) await caller.say(byte);
    }
  });
  assertEquals([await behind.tell(), await behind.tell()], ["200 ok", "200 ok"]);
  assertEquals(behind.callers.length, 1, "one connection served both");
});

Deno.test("ReverseProxy answers HEAD with the length that GET would have", async () => {
  using behind = new Behind(answering("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", OK));
  const response = await behind.ask({ method: "HEAD" }) as HttpResponse;
  assertEquals((response.body as { length: number }).length, 7);
  assertEquals(await behind.tell(), "200 ok", "no byte of a body was waited for");
});

Deno.test("ReverseProxy sends a body on while it comes, with its framing", async () => {
  const body = [new TextEncoder().encode("abc"), new TextEncoder().encode("de")];
  let seen = "";
  const sized: Script = async (caller) => {
    seen = await caller.until("abcde");
    await caller.say(OK);
  };
  using behind = new Behind(sized, async (caller) => {
    seen = await caller.until("0\r\n\r\n");
    await caller.say(OK);
  });
  assertEquals(await behind.tell({ method: "POST", body }), "200 ok");
  assertStringIncludes(seen, "\r\nContent-Length: 5\r\n");
  behind.proxy.close(); // so that the next one is asked anew
  const request = fakeRequest({ method: "POST", body });
  const flowing = { ...request, body: { ...request.body, length: null, read: request.body.read } };
  assertEquals(await behind.tell(flowing), "200 ok");
  assertStringIncludes(seen, "\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
});

Deno.test("ReverseProxy lets an answer come before the body has gone out", async () => {
  let isRead = false;
  using behind = new Behind(async (caller) => {
    await caller.until("\r\n\r\n");
    await caller.say("HTTP/1.1 413 Much\r\nContent-Length: 0\r\n\r\n");
  });
  const request = fakeRequest({ method: "POST", body: [new Uint8Array(1)] });
  const body = { ...request.body, length: 9, read: () => new Promise<null>(() => isRead = true) };
  assertEquals(await behind.tell({ ...request, body }), "413 ");
  assertEquals([isRead, await behind.tell()], [true, "BadGateway"], "its connection is not reused");
});

Deno.test("ReverseProxy lets a body that cannot be had pass, and ends the exchange behind", async () => {
  let ended: number | null = 0;
  using behind = new Behind(async (caller) => {
    await caller.until("\r\n\r\n");
    ended = await caller.stream.read(new Uint8Array(1));
  });
  const request = fakeRequest({ method: "POST", body: [] });
  const read = (): Promise<never> => Promise.reject(new BodyError("gone"));
  const broken = { ...request, body: { ...request.body, length: 5, read } };
  await assertRejects(() => behind.ask(broken), BodyError, "gone");
  assertEquals(ended, null);
});

Deno.test("ReverseProxy answers BadGateway for what is no answer", async () => {
  const hangingUp: Script = async (caller) => {
    await caller.until("\r\n\r\n");
    caller.stream.close();
  };
  const answers = [
    "nonsense\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n".repeat(20),
    `HTTP/1.1 200 OK\r\nA: ${"x".repeat(70_000)}\r\n\r\n`,
  ];
  for (const script of [hangingUp, ...answers.map((answer) => answering(answer))]) {
    using behind = new Behind(script);
    assertEquals(await behind.tell(), "BadGateway");
  }
  using nobody = new Behind();
  assertEquals(await nobody.tell(), "BadGateway");
});

Deno.test("ReverseProxy fails a body that breaks off, and never calls it whole", async () => {
  const cases = [
    ["Content-Length: 50000", "part"],
    ["Transfer-Encoding: chunked", "5\r\nab"],
    ["Transfer-Encoding: chunked", "zz\r\n"],
    ["Transfer-Encoding: chunked", "2\r\nokX\r\n0\r\n\r\n"],
  ] as const;
  for (const [framing, body] of cases) {
    using behind = new Behind(async (caller) => {
      await caller.until("\r\n\r\n");
      await caller.say(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${body}`);
      caller.stream.close();
    });
    const response = await behind.ask() as HttpResponse;
    await assertRejects(() => bodyText(response), Error, undefined, body);
    assertEquals(await behind.tell(), "BadGateway");
  }
});

Deno.test("ReverseProxy asks again only where nothing can have happened", async () => {
  /** Answers once, takes a second request and hangs up. */
  const stale: Script = async (caller) => {
    await caller.until("\r\n\r\n");
    await caller.say(OK);
    await caller.until("\r\n\r\n");
    caller.stream.close();
  };
  const cases: [fake: FakeRequest, want: string][] = [
    [{}, "200 ok"],
    [{ method: "DELETE" }, "200 ok"],
    [{ method: "POST" }, "BadGateway"],
    [{ method: "PATCH" }, "BadGateway"],
    [{ method: "PUT", body: [] }, "BadGateway"],
  ];
  for (const [fake, want] of cases) {
    using behind = new Behind(stale, answering(OK));
    assertEquals(await behind.tell(), "200 ok");
    assertEquals(await behind.tell(fake), want, JSON.stringify(fake));
  }
  /** A first connection is never stale. */
  using fresh = new Behind(async (caller) => {
    await caller.until("\r\n\r\n");
    caller.stream.close();
  }, answering(OK));
  assertEquals(await fresh.tell(), "BadGateway");
  /** One byte of an answer is an answer. */
  using begun = new Behind(async (caller) => {
    await caller.until("\r\n\r\n");
    await caller.say(OK);
    await caller.until("\r\n\r\n");
    await caller.say("H");
    caller.stream.close();
  }, answering(OK));
  assertEquals([await begun.tell(), await begun.tell()], ["200 ok", "BadGateway"]);
});

Deno.test("ReverseProxy answers GatewayTimeout where no head comes, and cuts a body that stops", async () => {
  const silent: Script = async (caller) => void await caller.until("\r\n\r\n");
  using behind = Behind.impatient(
    silent,
    answering("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\npart"),
    async (caller) => {
      await caller.until("\r\n\r\n");
      await caller.say("HTTP/1.1 2");
    },
  );
  assertEquals(await behind.tell(), "GatewayTimeout");
  const half = await behind.ask() as HttpResponse;
  await assertRejects(() => bodyText(half));
  assertEquals(await behind.tell(), "GatewayTimeout");
});

Deno.test("ReverseProxy ends the exchange behind when its client goes away", async () => {
  let ended: number | null = 0;
  using behind = new Behind(async (caller) => {
    await caller.until("\r\n\r\n");
    await caller.say("HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\npart");
    ended = await caller.stream.read(new Uint8Array(1));
  });
  const response = await behind.ask() as HttpResponse;
  const body = response.body as { pull(): Promise<unknown>; close(): void };
  await body.pull();
  body.close();
  for (let i = 0; i < 20 && ended !== null; i++) await Promise.resolve();
  assertEquals(ended, null);
});

Deno.test("ReverseProxy changes to a WebSocket and carries it", async () => {
  using behind = new Behind(async (caller) => {
    const head = await caller.until("\r\n\r\n");
    assertStringIncludes(head, "Upgrade: websocket");
    await caller.say(
      "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nA: b\r\n\r\nhi",
    );
    assertEquals(await caller.until("ping"), "ping");
    await caller.stream.closeWrite();
  });
  const headers = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
  const response = await behind.ask({ headers }) as HttpResponse;
  assertEquals([response.status, field(response, "upgrade"), field(response, "a")], [
    101,
    "websocket",
    "b",
  ]);
  assertEquals(field(response, "connection"), null, "that field is the engine's");
  const [client, ours] = streamPair();
  const over = response.upgrade!(ours);
  const buffer = new Uint8Array(10);
  assertEquals(await client.read(buffer), 2);
  await client.write(new TextEncoder().encode("ping"));
  await client.closeWrite();
  assertEquals(await client.read(buffer), null);
  await over;
});

Deno.test("ReverseProxy passes a program's refusal of a WebSocket on", async () => {
  using behind = new Behind(answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"));
  const headers = [["Upgrade", "websocket"], ["Connection", "Upgrade"]] as const;
  assertEquals(await behind.tell({ headers }), "403 ");
});

Deno.test("ReverseProxy refuses a request that has come back, and more than a queue holds", async () => {
  using behind = new Behind(answering(OK));
  assertEquals(await behind.tell({ headers: [["Via", "1.1 us"]] }), "BadGateway");
  assertEquals(behind.callers.length, 0);
  const never: Script = async (caller) => void await caller.until("\r\n\r\n");
  using full = Behind.impatient(...Array.from({ length: 1000 }, () => never));
  const waiting = Array.from({ length: 1000 }, () => full.tell());
  assertEquals(await full.tell(), "QueueFull");
  assertEquals(new Set(await Promise.all(waiting)), new Set(["GatewayTimeout"]));
  assertEquals(await full.tell(), "BadGateway", "there is room again");
});
