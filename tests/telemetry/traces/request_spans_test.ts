// Goal: who continues a trace, what is recorded of a request, and what upstreams are told. Method:
// requests as the engine makes them, a clock that moves with each look.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Ip } from "../../../mod/base/address.ts";
import type { RequestSpan } from "../../../mod/base/exchange.ts";
import { RequestSpans } from "../../../mod/telemetry/traces/request_spans.ts";
import { type SamplerName, samplerOf } from "../../../mod/telemetry/traces/sampler.ts";
import type { EndedSpan } from "../../../mod/telemetry/traces/span.ts";
import { type FakeRequest, fakeRequest } from "../../support/request.ts";

const TRACE = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", flags: 1 };
const CLIENT = { ip: "192.0.2.9" as Ip, port: 4711 };

interface Recorded {
  /** In the order in which they have ended. */
  readonly spans: EndedSpan[];
  readonly span: RequestSpan;
  end(status: number, failure?: string | null): void;
}

function record(
  fake: FakeRequest,
  { isTrusted = false, sampler = "parentbased_always_on" as SamplerName, siteId = 0 } = {},
): Recorded {
  const spans: EndedSpan[] = [];
  let nowMs = 1000;
  const tracer = new RequestSpans({
    sampler: samplerOf(sampler, 1),
    siteName: (id) => id === 1 ? "shop" : null,
    now: () => nowMs++,
    ended: (span) => void spans.push(span),
  });
  const request = fakeRequest(fake);
  const span = tracer.begin(request, isTrusted);
  return {
    spans,
    span,
    end: (status, failure = null) => {
      request.siteId = siteId === 0 ? null : siteId;
      tracer.end({ ...request, span }, status, failure);
    },
  };
}

Deno.test("a trace is continued for proxies that are trusted and for this machine alone", () => {
  const headers = [["tracestate", "a=1"]] as const;
  const cases: [fake: FakeRequest, isTrusted: boolean, isContinued: boolean][] = [
    [{ remote: CLIENT }, false, false],
    [{ remote: CLIENT }, true, true],
    [{}, false, true],
    [{ peer: CLIENT }, false, false], // whom a PROXY header names, by a proxy of this machine
    [{ remote: CLIENT, peer: { ip: "::1" as Ip, port: 1 } }, false, true],
  ];
  for (const [fake, isTrusted, isContinued] of cases) {
    const { spans, span, end } = record({ ...fake, headers, trace: TRACE }, { isTrusted });
    end(200);
    const [ended] = spans;
    assertEquals(ended!.traceId, span.traceId);
    assertEquals(span.traceId === TRACE.traceId, isContinued);
    assertEquals(ended!.parentId, isContinued ? TRACE.spanId : null);
    assertEquals(ended!.state, isContinued ? "a=1" : "");
    assertEquals(ended!.link?.traceId ?? null, isContinued ? null : TRACE.traceId);
  }
});

Deno.test("only who is believed decides whether a trace is recorded", () => {
  const trace = { ...TRACE, flags: 0 };
  const cases: [flags: number, isTrusted: boolean, sampler: SamplerName, isRecorded: boolean][] = [
    [0, true, "parentbased_always_on", false],
    [1, true, "parentbased_always_off", true],
    [1, false, "parentbased_always_off", false], // forced by a client
    [0, false, "parentbased_always_on", true],
    [1, true, "always_off", false],
  ];
  for (const [flags, isTrusted, sampler, isRecorded] of cases) {
    const fake = { remote: CLIENT, trace: { ...trace, flags } };
    const { spans, span, end } = record(fake, { isTrusted, sampler });
    const attempt = span.attempt(fakeRequest(), "http://127.0.0.1:1", "/");
    attempt.end(200, null);
    end(200);
    assertEquals(spans.length, isRecorded ? 2 : 0, sampler);
    const [, traceId, spanId, given] = attempt.traceparent.split("-");
    assertEquals(traceId, span.traceId);
    assertMatch(spanId!, /^[0-9a-f]{16}$/);
    assertEquals(parseInt(given!, 16) & 1, Number(isRecorded));
  }
});

Deno.test("a span of a request has the attributes of the conventions", () => {
  const cases: [fake: FakeRequest, want: Record<string, string | number>][] = [
    [{ method: "GET", rawPath: "/a%20b", query: "secret=1", headers: [["Host", "A.test:81"]] }, {
      "http.request.method": "GET",
      "url.scheme": "http",
      "url.path": "/a%20b",
      "server.address": "a.test",
      "server.port": 81,
    }],
    [{ method: "PURGE", isTls: true, minor: 0, host: "" }, {
      "http.request.method": "_OTHER",
      "http.request.method_original": "PURGE",
      "url.scheme": "https",
      "server.address": "127.0.0.2",
      "server.port": 8080,
      "network.protocol.version": "1.0",
    }],
    [{
      headers: [["Host", "[::1]:80"], ["User-Agent", "ua"]],
      origin: { route: [CLIENT.ip], port: 0, scheme: "https", host: "shop.example" },
      remote: CLIENT,
      peer: { ip: "10.0.0.1" as Ip, port: 9 },
    }, {
      "url.scheme": "https",
      "server.address": "shop.example",
      "client.address": "192.0.2.9",
      "network.peer.address": "10.0.0.1",
      "network.peer.port": 9,
      "user_agent.original": "ua",
      "httpcfg.site": "shop",
    }],
    [{ headers: [["Host", "[2001:db8::1]:80"]] }, {
      "server.address": "2001:db8::1",
      "server.port": 80,
    }],
  ];
  for (const [fake, want] of cases) {
    const { spans, end } = record(fake, { siteId: 1 });
    end(204);
    const [span] = spans;
    const attributes = Object.fromEntries(span!.attributes);
    for (const [name, value] of Object.entries(want)) assertEquals(attributes[name], value, name);
    assertEquals(attributes["http.response.status_code"], 204);
    assertEquals(JSON.stringify(span).includes("secret"), false);
    assertEquals(span!.name, fake.method === "PURGE" ? "HTTP" : "GET");
    assert(span!.endMs > span!.startMs);
  }
});

Deno.test("what failed is an error, by whose fault it was", () => {
  const cases: [status: number, failure: string | null, server: unknown[], client: unknown[]][] = [
    [200, null, [null, undefined], [null, undefined]],
    [404, null, [null, undefined], ["", "404"]],
    [500, null, ["", "500"], ["", "500"]],
    [502, "BadGateway", ["BadGateway", "502"], ["BadGateway", "502"]],
    [0, "aborted", ["aborted", "aborted"], ["aborted", "aborted"]],
    [200, "aborted", ["aborted", "aborted"], ["aborted", "aborted"]],
  ];
  for (const [status, failure, server, client] of cases) {
    const { spans, span, end } = record({});
    const attempt = span.attempt(fakeRequest(), "http://127.0.0.1:1", "/");
    attempt.end(status, failure);
    attempt.end(999, "again");
    end(status, failure);
    const shown = spans.map((one) => {
      return [one.failure, Object.fromEntries(one.attributes)["error.type"]];
    });
    assertEquals(shown, [client, server], `${status} ${failure}`);
  }
});

Deno.test("each attempt has a span of its own, that the upstream continues", () => {
  const { spans, span, end } = record({ method: "GET" });
  const targets: [name: string, address: string, port: number | undefined, full: string][] = [
    ["http://127.0.0.1:3000", "127.0.0.1", 3000, "http://127.0.0.1:3000/x"],
    ["https://[::1]", "::1", 443, "https://[::1]/x"],
    ["http://app.internal/base", "app.internal", 80, "http://app.internal/x"],
    ["unix:/run/app.sock", "/run/app.sock", undefined, "http://localhost/x"],
  ];
  const told = targets.map(([name]) => {
    const attempt = span.attempt(fakeRequest(), name, "/x");
    attempt.end(200, null);
    return attempt.traceparent;
  });
  end(200);
  const server = spans.at(-1)!;
  assertEquals(told, spans.slice(0, 4).map((one) => `00-${server.traceId}-${one.spanId}-03`));
  targets.forEach(([, address, port, full], i) => {
    const one = spans[i]!;
    const attributes = Object.fromEntries(one.attributes);
    assertEquals([one.parentId, one.kind], [server.spanId, 3]);
    assertEquals(attributes["server.address"], address);
    assertEquals(attributes["server.port"], port);
    assertEquals(attributes["url.full"], full);
    assertEquals(attributes["http.request.resend_count"], i === 0 ? undefined : i);
  });
});
