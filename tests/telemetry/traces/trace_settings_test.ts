// Goal: each variable of OpenTelemetry acts as it is documented, or is refused with the reason.
// Method: tables of environments.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Fault } from "../../../mod/base/fault.ts";
import {
  readTraceSettings,
  type TraceSettings,
} from "../../../mod/telemetry/traces/trace_settings.ts";

type Env = Readonly<Record<string, string>>;

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" };

function read(env: Env): TraceSettings {
  return readTraceSettings((name) => env[name], { "service.name": "httpcfg", pid: 7 });
}

Deno.test("readTraceSettings() has defaults, and the queue holds a burst", () => {
  assertEquals(read(ENDPOINT), {
    url: "http://c:4318/v1/traces",
    protocol: "http/protobuf",
    headers: [],
    timeoutMs: 10_000,
    sampler: "parentbased_always_on",
    ratio: 1,
    resource: [["service.name", "httpcfg"], ["pid", 7]],
    delayMs: 5000,
    queueMax: 32_768,
    batchMax: 512,
  });
});

Deno.test("readTraceSettings() appends the path to the endpoint for all, not to that for traces", () => {
  const cases: [env: Env, url: string][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/" }, "http://c:4318/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp" }, "https://c/otlp/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "https://c/otlp/?k=v#f" }, "https://c/otlp/v1/traces?k=v"],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: " http://[::1]:4318 " }, "http://[::1]:4318/v1/traces"],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t/x" }, "http://t/x"],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t" }, "http://t/"],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "" }, "http://c:4318/v1/traces"],
  ];
  for (const [env, url] of cases) assertEquals(read(env).url, url);
});

Deno.test("readTraceSettings() reads each variable, that for traces first", () => {
  const cases: [env: Env, want: Partial<TraceSettings>][] = [
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, { protocol: "http/json" }],
    [{
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
    }, { protocol: "http/protobuf" }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%3Db, X=1%2C2 ,," }, {
      headers: [["api-key", "a=b"], ["X", "1,2"]],
    }],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a=1", OTEL_EXPORTER_OTLP_TRACES_HEADERS: "b=x=y" }, {
      headers: [["b", "x=y"]],
    }],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "500" }, { timeoutMs: 500 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: "400" }, { timeoutMs: 400 }],
    [{ OTEL_BSP_EXPORT_TIMEOUT: "20000" }, {}],
    [{ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: "4095", OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "128" }, {}],
    [{ OTEL_TRACES_SAMPLER: "always_off" }, { sampler: "always_off" }],
    [{ OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0.25" }, {
      sampler: "traceidratio",
      ratio: 0.25,
    }],
    [{ OTEL_TRACES_SAMPLER_ARG: "0" }, { ratio: 0 }],
    [{ OTEL_BSP_SCHEDULE_DELAY: "100" }, { delayMs: 100 }],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: "10" }, { queueMax: 10, batchMax: 10 }],
    [{ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "9" }, { batchMax: 9 }],
    [{ OTEL_SERVICE_NAME: "a", OTEL_RESOURCE_ATTRIBUTES: "service.name=b,k=v%20w" }, {
      resource: [["service.name", "a"], ["pid", 7], ["k", "v w"]],
    }],
    [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=b" }, {
      resource: [["service.name", "b"], ["pid", 7]],
    }],
    [{ OTEL_TRACES_EXPORTER: "otlp", OTEL_PROPAGATORS: "baggage, tracecontext" }, {}],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "none" }, {}],
  ];
  for (const [env, want] of cases) {
    assertEquals(read({ ...ENDPOINT, ...env }), { ...read(ENDPOINT), ...want });
  }
});

Deno.test("readTraceSettings() refuses what cannot be done, with the reason", () => {
  const cases: [env: Env, message: string, hint: string][] = [
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318" },
      'OTEL_EXPORTER_OTLP_ENDPOINT "collector:4318": must be an http or https URL',
      "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 httpcfg serve",
    ],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "grpc://c:4317" },
      "must be an http or https URL",
      "=http://c:4317 httpcfg serve",
    ],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "no url at all" },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT "no url at all"',
      "unset OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    ],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, "gRPC needs HTTP/2", "http/protobuf"],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "json" }, "must be http/protobuf or http/json", ""],
    [{ OTEL_TRACES_SAMPLER: "jaeger_remote" }, "must be one of always_on", ""],
    [{ OTEL_TRACES_SAMPLER_ARG: "1.5" }, "a number from 0 to 1", ""],
    [{ OTEL_TRACES_SAMPLER_ARG: "half" }, "a number from 0 to 1", ""],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: "0" }, "a whole number", ""],
    [{ OTEL_BSP_SCHEDULE_DELAY: "5s" }, "a whole number", ""],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "1e9" }, "a whole number", ""],
    [{ OTEL_BSP_EXPORT_TIMEOUT: "no" }, "a whole number", ""],
    [{ OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "100" }, "cut at 2048 characters", ""],
    [{ OTEL_ATTRIBUTE_COUNT_LIMIT: "x" }, "up to 32", ""],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }, "spans are sent uncompressed", ""],
    [{ OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem" }, "authorities of the runtime", ""],
    [{ OTEL_TRACES_EXPORTER: "zipkin" }, "must be otlp or none", ""],
    [{ OTEL_PROPAGATORS: "b3" }, "must have tracecontext", ""],
    [{ OTEL_RESOURCE_ATTRIBUTES: "a" }, "must be NAME=VALUE", ""],
    [{ OTEL_RESOURCE_ATTRIBUTES: "a=%zz" }, "must be NAME=VALUE", ""],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a b=c" }, "must be NAME=VALUE", ""],
  ];
  for (const [env, message, hint] of cases) {
    const fault = assertThrows(() => read({ ...ENDPOINT, ...env }), Fault, message);
    assertStringIncludes(fault.hint ?? "", hint, JSON.stringify(env));
  }
});

Deno.test("readTraceSettings() shows no secret", () => {
  const cases: Env[] = [
    { OTEL_EXPORTER_OTLP_HEADERS: "authorization: hunter2" },
    { OTEL_EXPORTER_OTLP_HEADERS: "authorization=hunter2%0d%0ax" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://user:hunter2@c" },
  ];
  for (const env of cases) {
    const { message, hint = "" } = assertThrows(() => read({ ...ENDPOINT, ...env }), Fault);
    assertEquals(`${message} ${hint}`.includes("hunter2"), false, message);
  }
});
