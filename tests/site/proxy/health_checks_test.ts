/** Goal: a check tells whether an upstream is alive, within its time, and is repeated. Method:
 * upstreams in memory, and a clock of the test. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ByteStream } from "../../../mod/base/exchange.ts";
import { ReverseProxy } from "../../../mod/site/proxy/proxy.ts";
import type { UpstreamState } from "../../../mod/site/proxy/upstream.ts";
import { settle } from "../../support/engine.ts";
import { HandDeadlines } from "../../support/proxy/hand_deadlines.ts";
import { proxyOptions } from "../../support/proxy/proxy_options.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

class Checked {
  readonly deadlines = new HandDeadlines();
  readonly asked: string[] = [];
  readonly proxy: ReverseProxy;

  /** `answer` is what the upstream sends; null for nothing; an error for a refused connection. */
  constructor(readonly answer: string | null | Error = "HTTP/1.1 200 OK\r\n\r\n") {
    this.proxy = new ReverseProxy(proxyOptions([() => this.#connect()], {
      deadlines: this.deadlines,
      checks: { path: "/h?x", intervalMs: 10_000 },
    }));
  }

  async state(): Promise<UpstreamState> {
    await settle();
    return this.proxy.states(0)[0]!;
  }

  async #connect(): Promise<ByteStream> {
    if (this.answer instanceof Error) throw this.answer;
    const [ours, theirs] = streamPair();
    void this.#serve(theirs);
    return await Promise.resolve(ours);
  }

  async #serve(stream: StreamEnd): Promise<void> {
    const buffer = new Uint8Array(4096);
    const count = await stream.read(buffer);
    this.asked.push(new TextDecoder().decode(buffer.subarray(0, count ?? 0)));
    if (typeof this.answer !== "string") return;
    await stream.write(new TextEncoder().encode(this.answer));
    if (this.answer === "") stream.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.proxy.close(0);
    await settle();
    assertEquals(this.deadlines.isRunning, false);
  }
}

Deno.test("HealthChecks asks at once, and again after the interval", async () => {
  await using checked = new Checked();
  assertEquals((await checked.state()).state, "up");
  assertEquals(checked.asked.length, 1);
  assertStringIncludes(checked.asked[0]!, "GET /h?x HTTP/1.1\r\nHost: ");
  assertStringIncludes(checked.asked[0]!, "\r\nConnection: close\r\n");
  checked.deadlines.pass(8_000);
  await settle();
  assertEquals(checked.asked.length, 1);
  checked.deadlines.pass(4_000);
  await settle();
  assertEquals(checked.asked.length, 2);
});

Deno.test("HealthChecks takes only a complete head below 400 for a sign of life", async () => {
  const cases: [answer: string | Error, state: string, cause: string | null][] = [
    ["HTTP/1.1 204 No Content\r\n\r\n", "up", null],
    ["HTTP/1.1 302 Found\r\n\r\n", "up", null],
    ["HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "up", null],
    ["HTTP/1.1 404 No\r\n\r\n", "down", "the check got status 404"],
    ["HTTP/1.1 503 No\r\n\r\n", "down", "the check got status 503"],
    ["", "down", "connection closed before a response to the check"],
    ["garbage\r\n", "down", "invalid status line"],
    [new Error("refused"), "down", "refused"],
  ];
  for (const [answer, state, cause] of cases) {
    await using checked = new Checked(answer);
    const { state: got, lastCheck } = await checked.state();
    assertEquals([got, lastCheck!.failure], [state, cause], `${answer}`);
  }
});

Deno.test("HealthChecks gives up on an upstream that does not answer", async () => {
  await using checked = new Checked(null);
  await settle();
  checked.deadlines.pass(5_000);
  assertEquals((await checked.state()).lastCheck?.failure, "no response to the check within 5 s");
});

Deno.test("HealthChecks ends with its proxy, also while it waits for an answer", async () => {
  const checked = new Checked(null);
  await settle();
  await checked[Symbol.asyncDispose]();
});
