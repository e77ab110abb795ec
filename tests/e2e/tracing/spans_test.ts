// Goal: what OpenTelemetry's variables name gets a span for each request, with its parents and what
// came of it. Method: the real program, a collector in the test, an upstream that keeps what it got.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ON_LINUX } from "../../support/platforms.ts";
import { freePort } from "../../support/ports.ts";
import { Program } from "../../support/program.ts";
import { RawProgram } from "../../support/proxy/raw_program.ts";
import { type CollectedSpan, startCollector } from "../../support/tracing/trace_collector.ts";
import { waitFor } from "../../support/wait.ts";
import { DEFAULT_DOCUMENT } from "../../../mod/config/document/document.ts";
import type { StoredSettings } from "../../../mod/config/document/settings.ts";

const HOST = "127.0.0.2";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = `00-${TRACE}-00f067aa0ba902b7-01`;
const [SERVER, CLIENT] = [2, 3];

/** A service with the site `shop` at `/`, and an upstream at the port `shop` + 1. */
class Traced implements AsyncDisposable {
  readonly program: Program;
  readonly port = freePort();
  readonly proxied = freePort();

  private constructor(program: Program) {
    this.program = program;
  }

  static async start(upstream: string, settings: StoredSettings = {}): Promise<Traced> {
    const traced = new Traced(await Program.make());
    const { program, port, proxied } = traced;
    const document = { ...DEFAULT_DOCUMENT, ipListen: [HOST], sites: [], settings };
    await Deno.writeTextFile(program.config, JSON.stringify(document));
    await program.do(["site", "add", "shop", "--bind", `:${port}:`, "--respond", "hello"]);
    await program.do(["site", "add", "app", "--bind", `:${proxied}:`, "--proxy", upstream]);
    return traced;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}

/** An upstream that fails where it is asked to. */
function startUpstream(): Promise<RawProgram> {
  return RawProgram.start((connection, head) => {
    const status = head.startsWith("GET /bad") ? "500 No" : "200 OK";
    return connection.send(`HTTP/1.1 ${status}\r\nContent-Length: 2\r\n\r\nok`);
  });
}

function fieldOf(head: string, name: string): string[] {
  return [...head.matchAll(new RegExp(`^${name}: (.*)\r$`, "gim"))].map(([, value]) => value!);
}

for (const protocol of ["http/json", "http/protobuf"]) {
  Deno.test(`a proxied request is a chain of spans, by ${protocol}`, async () => {
    await using collector = startCollector();
    await using upstream = await startUpstream();
    await using traced = await Traced.start(upstream.url);
    const { program, port, proxied } = traced;
    const service = await program.serve({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/otlp/`,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_HEADERS: "X-Key=a%20b,x-other=1",
        OTEL_SERVICE_NAME: "front",
        OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test,service.name=other",
        OTEL_BSP_SCHEDULE_DELAY: "100",
      },
    });
    const headers = { traceparent: PARENT, tracestate: "a=1,b=2", "User-Agent": "test/1" };
    const url = `http://${HOST}:${proxied}`;
    await (await fetch(`${url}/ok?secret=1`, { headers })).text();
    await (await fetch(`${url}/bad`)).text();
    await (await fetch(`http://${HOST}:${port}/`, { method: "HEAD" })).text();
    await (await fetch(`http://127.0.0.1:${port}/`).catch(() => null))?.text();
    const spans = await collector.collected(5);
    assertEquals(collector.requests[0]!.path, "/otlp/v1/traces");
    assertEquals(collector.requests[0]!.headers.get("x-key"), "a b");
    const [first] = spans;
    assertEquals(first!.resource["service.name"], "front");
    assertEquals(first!.resource["deployment.environment"], "test");
    assert(first!.resource["service.version"] !== undefined);
    assertMatch(`${first!.resource["service.instance.id"]}`, /^[0-9a-f-]{36}$/);

    const server = spans.find((one) => one.traceId === TRACE && one.kind === SERVER)!;
    const client = spans.find((one) => one.traceId === TRACE && one.kind === CLIENT)!;
    assertEquals(server.parentSpanId, "00f067aa0ba902b7");
    assertEquals(client.parentSpanId, server.spanId);
    assertEquals([server.name, client.name], ["GET", "GET"]);
    assertEquals([server.traceState, client.traceState], ["a=1,b=2", "a=1,b=2"]);
    assertEquals(fieldOf(upstream.heads[0]!, "traceparent"), [`00-${TRACE}-${client.spanId}-01`]);
    assertEquals(fieldOf(upstream.heads[0]!, "tracestate"), ["a=1,b=2"]);
    assert(server.startNs <= client.startNs && client.endNs <= server.endNs);
    assert(client.startNs < client.endNs);
    const { "client.address": address, "network.peer.port": _, ...attributes } = server.attributes;
    assertMatch(`${address}`, /^127\./);
    assertEquals(attributes, {
      "http.request.method": "GET",
      "url.scheme": "http",
      "url.path": "/ok",
      "server.address": HOST,
      "server.port": proxied,
      "network.peer.address": `${address}`,
      "network.protocol.version": "1.1",
      "user_agent.original": "test/1",
      "httpcfg.site": "app",
      "http.response.status_code": 200,
    });
    const { port: upstreamPort } = new URL(upstream.url);
    assertEquals(client.attributes, {
      "http.request.method": "GET",
      "server.address": "127.0.0.1",
      "server.port": Number(upstreamPort),
      "url.full": `${upstream.url}/ok`,
      "http.response.status_code": 200,
    });
    assertEquals([server.status.code, client.status.code], [0, 0]);

    // A request that names no trace begins one; what failed is said.
    const bad = spans.filter(({ attributes }) => attributes["http.response.status_code"] === 500);
    assertEquals(bad.map(({ status }) => status.code), [2, 2]);
    assertEquals(bad.map(({ attributes }) => attributes["error.type"]), ["500", "500"]);
    assertEquals(new Set(bad.map(({ traceId }) => traceId)).size, 1);
    assertEquals(bad.find(({ kind }) => kind === SERVER)!.parentSpanId, "");
    const head = spans.find(({ name }) => name === "HEAD")!;
    assertEquals([head.attributes["httpcfg.site"], head.attributes["url.path"]], ["shop", "/"]);

    service.signal("SIGTERM");
    assertEquals(await service.ended, 0);
  });
}

Deno.test({
  name: "a burst of 5,000 requests to 2 workers has as many spans after a stop",
  ignore: !ON_LINUX,
  fn: async () => {
    await using collector = startCollector();
    await using traced = await Traced.start("http://127.0.0.1:9", { Workers: 2 });
    await traced.program.serve({
      env: {
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/here`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
        OTEL_BSP_SCHEDULE_DELAY: "60000",
      },
    });
    const request = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(100);
    await Promise.all(Array.from({ length: 10 }, async () => {
      const conn = await Deno.connect({ hostname: HOST, port: traced.port });
      let responses = "";
      const decoder = new TextDecoder();
      const count = (): number => responses.split("HTTP/1.1 200").length - 1;
      for (let sent = 100; sent <= 500; sent += 100) {
        await conn.write(new TextEncoder().encode(request));
        const buffer = new Uint8Array(65536);
        while (count() < sent || !responses.endsWith("hello")) {
          const read = await conn.read(buffer);
          assert(read !== null, `the connection ended after ${count()} responses`);
          responses += decoder.decode(buffer.subarray(0, read));
        }
      }
      conn.close();
    }));
    await traced.program.do("net stop http /y");
    assertEquals(collector.spans.length, 5000);
    assertEquals(new Set(collector.spans.map(({ spanId }) => spanId)).size, 5000);
    assertEquals(new Set(collector.spans.map(({ resource }) => resource["process.pid"])).size, 2);
    assertEquals(collector.requests[0]!.path, "/here");
  },
});

Deno.test("an unbelieved client's trace is linked, and does not decide what is recorded", async () => {
  await using collector = startCollector();
  await using upstream = await startUpstream();
  await using traced = await Traced.start(upstream.url, { ProxyProtocol: ["127.0.0.1"] });
  const service = await traced.program.serve({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: "parentbased_always_on",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
  });
  const ask = async (flags: string): Promise<void> => {
    const conn = await Deno.connect({ hostname: HOST, port: traced.proxied });
    await conn.write(new TextEncoder().encode(
      "PROXY TCP4 192.0.2.9 198.51.100.1 4711 443\r\n" +
        `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\ntracestate: a=1\r\n` +
        `traceparent: 00-${TRACE}-00f067aa0ba902b7-${flags}\r\n\r\n`,
    ));
    for await (const _ of conn.readable);
  };
  await ask("00"); // not recorded by the client, which does not count
  const spans: readonly CollectedSpan[] = await collector.collected(2);
  const server = spans.find(({ kind }) => kind === SERVER)!;
  assert(server.traceId !== TRACE);
  assertEquals(server.parentSpanId, "");
  assertEquals(server.links, [{ traceId: TRACE, spanId: "00f067aa0ba902b7" }]);
  assertEquals(server.attributes["client.address"], "192.0.2.9");
  assertStringIncludes(upstream.heads[0]!, `\r\ntraceparent: 00-${server.traceId}-`);
  assertEquals(fieldOf(upstream.heads[0]!, "tracestate"), []);
  service.signal("SIGTERM");
  await service.ended;
});

Deno.test("a collector that is away is told, costs no request, and gets the spans later", async () => {
  await using upstream = await startUpstream();
  await using traced = await Traced.start(upstream.url);
  const port = freePort();
  const { program } = traced;
  await program.serve({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_BSP_SCHEDULE_DELAY: "50",
    },
  });
  const url = `http://${HOST}:${traced.port}/`;
  assertEquals(await (await fetch(url)).text(), "hello");
  await waitFor(async () => {
    return (await program.run("status")).out.includes("spans cannot be sent to");
  }, "the problem in the status");
  assertStringIncludes((await program.do("events")).out, "Spans cannot be sent to");
  await using collector = startCollector(port);
  await collector.collected(1);
  await waitFor(async () => {
    return !(await program.run("status")).out.includes("spans cannot be sent to");
  }, "a status without the problem");
});

Deno.test("serve refuses what cannot be done about traces", async () => {
  await using traced = await Traced.start("http://127.0.0.1:9");
  const cases: [env: Record<string, string>, message: string][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, "must be an http or https URL"],
    [{
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
    }, "gRPC needs HTTP/2"],
  ];
  for (const [env, message] of cases) {
    const { status, err } = await traced.program.run("serve", { env });
    assertEquals(status, 1);
    assertStringIncludes(err, message);
  }
});
