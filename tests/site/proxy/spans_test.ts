// Goal: each attempt at an upstream is recorded, with what came of it. Method: upstreams in memory
// that follow a script; requests without an engine.
import { assertEquals, assertMatch } from "@std/assert";
import type { AttemptSpan, ByteStream, RequestSpan } from "../../../mod/base/exchange.ts";
import { ReverseProxy } from "../../../mod/site/proxy/proxy.ts";
import { latin1, latin1Bytes } from "../../../mod/wire/byte_text.ts";
import { settle } from "../../support/engine.ts";
import { proxyOptions } from "../../support/proxy/proxy_options.ts";
import { bodyText, fakeRequest } from "../../support/request.ts";
import { type StreamEnd, streamPair } from "../../support/stream_pair.ts";

/** Notes each attempt as `upstream path status failure`. */
class NotedSpan implements RequestSpan {
  readonly traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  readonly ended: string[] = [];
  #attempts = 0;

  attempt(_request: unknown, upstream: string, path: string): AttemptSpan {
    const number = ++this.#attempts;
    let hasEnded = false;
    return {
      traceparent: `00-${this.traceId}-000000000000000${number}-01`,
      tracestate: number === 1 ? "" : "a=1",
      end: (status, failure) => {
        if (!hasEnded) this.ended.push(`${upstream} ${path} ${status} ${failure}`);
        hasEnded = true;
      },
    };
  }
}

/** Opens connections to an upstream that answers each request with `answer`, and may then close. */
function answering(
  answer: string,
  heads: string[] = [],
  isClosing = false,
): () => Promise<ByteStream> {
  return () => {
    const [ours, theirs] = streamPair();
    void serve(theirs);
    return Promise.resolve(ours);
  };
  async function serve(stream: StreamEnd): Promise<void> {
    const buffer = new Uint8Array(4096);
    for (let count = await stream.read(buffer); count !== null;) {
      heads.push(latin1(buffer, 0, count));
      await stream.write(latin1Bytes(answer));
      if (isClosing) return stream.close();
      count = await stream.read(buffer);
    }
  }
}

function refusing(): Promise<ByteStream> {
  return Promise.reject(new Deno.errors.ConnectionRefused("none"));
}

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Deno.test("a proxied request tells its upstream the span of the attempt, and no other", async () => {
  const heads: string[] = [];
  const span = new NotedSpan();
  const proxy = new ReverseProxy(proxyOptions([answering(OK, heads)]));
  const headers = [["Host", "a"], ["traceparent", "old"], ["tracestate", "old=1"]] as const;
  const trace = { traceId: span.traceId, spanId: "1".repeat(16), flags: 1 };
  const result = await proxy.handle(fakeRequest({ headers, trace, span, rawPath: "/x" }));
  if ("refuse" in result) throw new Error(result.refuse);
  assertEquals(span.ended, []); // its body is not read
  assertEquals(await bodyText(result), "ok");
  assertEquals(span.ended, ["upstream 0 /x 200 null"]);
  assertEquals(heads[0]!.match(/^trace.*/gim), [
    `traceparent: 00-${span.traceId}-0000000000000001-01`,
  ]);
  proxy.close(0);
});

Deno.test("the next upstream has a span of its own", async () => {
  const heads: string[] = [];
  const span = new NotedSpan();
  const proxy = new ReverseProxy(proxyOptions([refusing, answering(OK, heads)]));
  const result = await proxy.handle(fakeRequest({ span }));
  if ("refuse" in result) throw new Error(result.refuse);
  await bodyText(result);
  assertEquals(span.ended, [
    "upstream 0 / 0 ConnectionRefused",
    "upstream 1 / 200 null",
  ]);
  assertMatch(heads[0]!, /-0000000000000002-01\r\ntracestate: a=1\r\n/);
  proxy.close(0);
});

Deno.test("an attempt that fails says how", async () => {
  const cases: [connect: () => Promise<ByteStream>, ended: string][] = [
    [refusing, "0 ConnectionRefused"],
    [answering("nonsense\r\n"), "0 UpstreamFault"],
    [answering("", [], true), "0 UpstreamFault"],
    [answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), "500 null"],
    [answering("HTTP/1.1 204 No\r\n\r\n"), "204 null"],
    [answering("HTTP/1.1 200 OK\r\n\r\nto the end", [], true), "200 null"],
    [answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut", [], true), "200 UpstreamFault"],
  ];
  for (const [connect, ended] of cases) {
    const span = new NotedSpan();
    const proxy = new ReverseProxy(proxyOptions([connect]));
    const result = await proxy.handle(fakeRequest({ method: "POST", span }));
    if (!("refuse" in result)) await bodyText(result).catch(() => {});
    assertEquals(span.ended, [`upstream 0 / ${ended}`]);
    proxy.close(0);
  }
});

Deno.test("a client that goes away ends the attempt", async () => {
  const span = new NotedSpan();
  const connect = answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nmore");
  const proxy = new ReverseProxy(proxyOptions([connect]));
  const result = await proxy.handle(fakeRequest({ span }));
  if ("refuse" in result || result.body === null || result.body instanceof Uint8Array) {
    throw new Error("no body");
  }
  result.body.close();
  await settle();
  assertEquals(span.ended, ["upstream 0 / 200 aborted"]);
  proxy.close(0);
});
