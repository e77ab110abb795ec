// Goal: the trace that a client names is known, on every way to a handler. Method: the engine in
// memory; the values of `traceparent` are the business of wire/trace_context_test.ts.
import { assertEquals } from "@std/assert";
import type { HttpRequest } from "../../mod/base/exchange.ts";
import { HELLO, TestEngine } from "../support/engine.ts";

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
