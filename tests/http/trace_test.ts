// Goal: the trace that a client names is known, on every way to a handler. Method: the engine in
// memory; the values of `traceparent` are the business of wire/trace_context_test.ts.
import { assertEquals } from "@std/assert";
import type { Handler, HttpRequest, RequestSpan, RequestTracer } from "../../mod/base/exchange.ts";
import { HELLO, settle, TestEngine } from "../support/engine.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";
const PARENT = `00-${TRACE}-${SPAN}-01`;
const FOUND = { traceId: TRACE, trace: { traceId: TRACE, spanId: SPAN, flags: 1 } };
const NONE = { traceId: null, trace: null };

Deno.test("a request has the trace that one valid field names", async () => {
  const seen: Pick<HttpRequest, "trace" | "traceId">[] = [];
  const engine = new TestEngine(({ trace, traceId }) => {
    seen.push({ trace, traceId });
    return HELLO;
  });
  const cases: [fields: string, found: typeof FOUND | typeof NONE][] = [
    ["", NONE],
    [`traceparent: ${PARENT}\r\n`, FOUND],
    [`TraceParent:\t${PARENT} \r\n`, FOUND],
    [`traceparent: ${PARENT}\r\ntraceparent: ${PARENT}\r\n`, NONE],
    [`traceparent: ${PARENT}\r\nX: y\r\ntraceparent: x\r\ntraceparent: ${PARENT}\r\n`, NONE],
    [`traceparent: ${PARENT.toUpperCase()}\r\n`, NONE],
    ["traceparent:\r\n", NONE],
    [`tracestate: a=1\r\n`, NONE],
    [`trace-parent: ${PARENT}\r\n`, NONE],
  ];
  for (const [fields, found] of cases) {
    // The third time its bytes are known, the second one follows a request on the same connection.
    for (let i = 0; i < 4; i++) {
      await engine.talk(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`);
      await engine.talk(`POST / HTTP/1.1\r\nHost: a\r\n${fields}Content-Length: 0\r\n\r\n`);
    }
    assertEquals(seen.splice(0), Array.from({ length: 8 }, () => found), fields);
  }
  await engine.talk(
    `GET / HTTP/1.1\r\nHost: a\r\ntraceparent: ${PARENT}\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n`,
  );
  assertEquals(seen, [FOUND, NONE]);
});

/** Notes each span as `METHOD path status failure`, and those that are open. */
class NotingTracer implements RequestTracer {
  readonly ended: string[] = [];
  readonly trusted: boolean[] = [];
  readonly open = new Set<RequestSpan>();

  begin(_request: HttpRequest, isTrusted: boolean): RequestSpan {
    const span: RequestSpan = {
      traceId: `trace ${this.trusted.length}`,
      attempt: () => {
        throw new Error("no upstream is asked");
      },
    };
    this.trusted.push(isTrusted);
    this.open.add(span);
    return span;
  }

  end({ method, path, span, siteId }: HttpRequest, status: number, failure: string | null): void {
    if (!this.open.delete(span!)) throw new Error("ended twice");
    this.ended.push(`${method} ${path} ${status} ${failure} ${siteId}`);
  }
}

Deno.test("each request that is understood has a span, which ends once, with its response", async () => {
  const handler: Handler = (request) => {
    request.siteId = 7;
    switch (request.path) {
      case "/later":
        return Promise.resolve(HELLO);
      case "/none":
        return { refuse: "NotFound" };
      case "/gateway":
        return { refuse: "BadGateway" };
      case "/bug":
        throw new Error("bug");
      default:
        return request.traceId?.startsWith("trace ") ? HELLO : { refuse: "BadRequest" };
    }
  };
  const cases: [request: string, ended: string[]][] = [
    ["GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3), Array(3).fill("GET / 200 null 7")],
    ["GET /later HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /later 200 null 7"]],
    ["HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", ["HEAD / 200 null 7"]],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na", ["POST / 200 null 7"]],
    ["OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ["OPTIONS * 200 null null"]],
    ["GET /none HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /none 404 null 7"]],
    ["GET /gateway HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /gateway 502 BadGateway 7"]],
    ["GET /bug HTTP/1.1\r\nHost: a\r\n\r\n", ["GET /bug 500 Internal 7"]],
    ["GET / HTTP/1.1\r\n\r\n", []], // no host: it is for nothing that is served
    ["nonsense\r\n\r\n", []],
  ];
  for (const [request, ended] of cases) {
    const tracer = new NotingTracer();
    await new TestEngine(handler, {}, undefined, undefined, tracer).talk(request);
    assertEquals([tracer.ended, tracer.open.size], [ended, 0], request);
  }
});

Deno.test("the span of a request ends when its client is gone before there is a response", async () => {
  const tracer = new NotingTracer();
  const never = Promise.withResolvers<typeof HELLO>();
  const engine = new TestEngine(() => never.promise, {}, undefined, undefined, tracer);
  engine.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await settle();
  assertEquals([tracer.ended, tracer.open.size], [[], 1]);
  void engine.server.drain(0);
  never.resolve(HELLO);
  await settle();
  assertEquals([tracer.ended, tracer.open.size], [["GET / 200 aborted null"], 0]);
});

Deno.test("a tracer is told whether the peer of a request is trusted, and cannot stop it", async () => {
  const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const [peer, isTrusted] of [["127.0.0.1", true], ["127.0.0.9", false]] as const) {
    const tracer = new NotingTracer();
    const settings = { TrustedProxies: [peer] };
    await new TestEngine(() => HELLO, settings, undefined, undefined, tracer).talk(get);
    assertEquals(tracer.trusted, [isTrusted]);
  }
  const failing = Object.assign(new NotingTracer(), {
    end: () => {
      throw new Error("bug");
    },
  });
  const engine = new TestEngine(() => HELLO, {}, undefined, undefined, failing);
  assertEquals((await engine.talk(get + get)).split("hello").length, 3);
  assertEquals(engine.failures.length, 2);
});
