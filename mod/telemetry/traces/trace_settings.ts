/**
 * What the environment says about traces, by the names of OpenTelemetry. Pure.
 *
 * What cannot be done is refused: spans that go nowhere in silence are missed only when they are
 * needed.
 *
 * @module
 */
import { Fault, quote } from "../../base/fault.ts";
import { type SamplerName, SAMPLERS } from "./sampler.ts";
import type { Attribute } from "./span.ts";

/** Returns a variable of the environment; undefined if it is not set. */
export type Environment = (name: string) => string | undefined;

export interface TraceSettings {
  /** Where spans are sent. */
  readonly url: string;
  readonly protocol: "http/json" | "http/protobuf";
  /** Fields of each request to the collector: they may be secrets. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Time for one request to the collector. */
  readonly timeoutMs: number;
  readonly sampler: SamplerName;
  /** Of {@linkcode samplerOf}. */
  readonly ratio: number;
  /** What is said of this program. */
  readonly resource: readonly Attribute[];
  /** Milliseconds after which a span is sent, unless a batch is full before. */
  readonly delayMs: number;
  /** Spans that wait to be sent; more are lost. */
  readonly queueMax: number;
  readonly batchMax: number;
}

/** What a value stands for if it is not set. */
const DEFAULTS = {
  protocol: "http/protobuf",
  timeoutMs: 10_000,
  exportTimeoutMs: 30_000,
  delayMs: 5000,
  batchMax: 512,
};
/**
 * More than the 2048 of the specification: a batch takes a moment, in which a burst of requests goes
 * on. A collector that is away for long costs 20 MB.
 */
const QUEUE_MAX = 32_768;
const PATH = "v1/traces";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The variables that have no effect here, unless they have this value, and why. */
const UNSUPPORTED: readonly (readonly [name: string, allowed: RegExp, why: string])[] = [
  ["COMPRESSION", /^none$/, "spans are sent uncompressed"],
  [
    "CERTIFICATE",
    /^$/,
    "certificates of collectors are verified by the authorities of the runtime",
  ],
  ["CLIENT_KEY", /^$/, "no certificate is shown to collectors"],
  ["CLIENT_CERTIFICATE", /^$/, "no certificate is shown to collectors"],
];

/** Limits of spans that are always kept, so that a lower one alone would say something: and why. */
const LIMITS: readonly (readonly [name: string, least: number, why: string])[] = [
  ["ATTRIBUTE_VALUE_LENGTH_LIMIT", 2048, "values are cut at 2048 characters"],
  ["ATTRIBUTE_COUNT_LIMIT", 32, "a span has all of its attributes, up to 32"],
];

/**
 * Reads an environment that names a collector; `resource` is what is known of this program. Throws a
 * Fault for what cannot be used.
 */
export function readTraceSettings(
  env: Environment,
  resource: Readonly<Record<string, string | number>>,
): TraceSettings {
  refuseOthers(env);
  const ratio = numberOf(env, ["OTEL_TRACES_SAMPLER_ARG"], { usual: 1, max: 1 });
  const batchMax = wholeOf(env, ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], DEFAULTS.batchMax);
  const queueMax = wholeOf(env, ["OTEL_BSP_MAX_QUEUE_SIZE"], QUEUE_MAX);
  return {
    url: urlOf(env),
    protocol: protocolOf(env),
    headers: pairsOf(env, exporterNames("HEADERS")).map(([name, value]) => {
      if (TOKEN.test(name) && FIELD_VALUE.test(value)) return [name, value] as const;
      throw refused(exporterNames("HEADERS")[1], null, "must be NAME=VALUE,NAME=VALUE");
    }),
    timeoutMs: Math.min(
      wholeOf(env, exporterNames("TIMEOUT"), DEFAULTS.timeoutMs),
      wholeOf(env, ["OTEL_BSP_EXPORT_TIMEOUT"], DEFAULTS.exportTimeoutMs),
    ),
    sampler: samplerNameOf(env),
    ratio,
    resource: resourceOf(env, resource),
    delayMs: wholeOf(env, ["OTEL_BSP_SCHEDULE_DELAY"], DEFAULTS.delayMs),
    queueMax,
    batchMax: Math.min(batchMax, queueMax),
  };
}

/** Names of a variable of the exporter: that for traces alone wins. */
function exporterNames(name: string): readonly [forTraces: string, forAll: string] {
  return [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
}

/** Returns the first of the variables that has a value; an empty one counts as not set. */
function firstOf(env: Environment, names: readonly string[]): [name: string, value: string] | null {
  for (const name of names) {
    const value = env(name)?.trim() ?? "";
    if (value !== "") return [name, value];
  }
  return null;
}

function urlOf(env: Environment): string {
  const [name, value] = firstOf(env, exporterNames("ENDPOINT")) ?? ["", ""];
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const hint = `${name}=http://${value.replace(/^[a-z+.-]*:\/\//i, "")} httpcfg serve`;
    const isSimple = /^[A-Za-z0-9.:/_-]+$/.test(value);
    throw refused(name, value, "must be an http or https URL", isSimple ? hint : undefined);
  }
  if (url.username !== "" || url.password !== "") {
    const field = "OTEL_EXPORTER_OTLP_HEADERS=authorization=Basic%20…";
    throw refused(name, null, `has a password in its URL, which belongs into ${field}`);
  }
  url.hash = "";
  if (name.includes("TRACES")) return url.href;
  url.pathname += url.pathname.endsWith("/") ? PATH : `/${PATH}`;
  return url.href;
}

function protocolOf(env: Environment): TraceSettings["protocol"] {
  const [name, value] = firstOf(env, exporterNames("PROTOCOL")) ?? ["", DEFAULTS.protocol];
  if (value === "http/json" || value === "http/protobuf") return value;
  const why = value === "grpc"
    ? "gRPC needs HTTP/2, which is not spoken here; collectors have OTLP over HTTP on port 4318"
    : "must be http/protobuf or http/json";
  throw refused(name, value, why, `${name}=http/protobuf httpcfg serve`);
}

function samplerNameOf(env: Environment): SamplerName {
  const name = "OTEL_TRACES_SAMPLER";
  const [, value] = firstOf(env, [name]) ?? ["", "parentbased_always_on"];
  const found = SAMPLERS.find((one) => one === value);
  if (found !== undefined) return found;
  throw refused(name, value, `must be one of ${SAMPLERS.join(", ")}`);
}

function resourceOf(
  env: Environment,
  known: Readonly<Record<string, string | number>>,
): Attribute[] {
  const given = pairsOf(env, ["OTEL_RESOURCE_ATTRIBUTES"]);
  const name = firstOf(env, ["OTEL_SERVICE_NAME"]);
  const all = new Map<string, string | number>([...Object.entries(known), ...given]);
  if (name !== null) all.set("service.name", name[1]);
  return [...all];
}

/** Reads `name=value,name=value`, with values in percent-encoding. */
function pairsOf(env: Environment, names: readonly string[]): [name: string, value: string][] {
  const found = firstOf(env, names);
  if (found === null) return [];
  return found[1].split(",").filter((pair) => pair.trim() !== "").map((pair) => {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals).trim();
    const value = decoded(pair.slice(equals + 1).trim());
    if (equals > 0 && name !== "" && value !== null) return [name, value];
    throw refused(found[0], null, "must be NAME=VALUE,NAME=VALUE, with values in percent-encoding");
  });
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function wholeOf(env: Environment, names: readonly string[], usual: number): number {
  return numberOf(env, names, { usual, max: 2 ** 31 - 1, isWhole: true });
}

function numberOf(
  env: Environment,
  names: readonly string[],
  { usual, max, isWhole = false }: {
    readonly usual: number;
    readonly max: number;
    readonly isWhole?: boolean;
  },
): number {
  const found = firstOf(env, names);
  if (found === null) return usual;
  const [name, text] = found;
  const value = Number(text);
  const isNumber = isWhole ? /^[1-9][0-9]*$/.test(text) : /^[0-9]*\.?[0-9]+$/.test(text);
  if (isNumber && value <= max) return value;
  const kind = isWhole ? `a whole number from 1 to ${max}` : `a number from 0 to ${max}`;
  throw refused(name, text, `must be ${kind}`);
}

function refuseOthers(env: Environment): void {
  for (const [part, allowed, why] of UNSUPPORTED) {
    const found = firstOf(env, exporterNames(part));
    if (found !== null && !allowed.test(found[1])) throw refused(found[0], found[1], why);
  }
  for (const [part, least, why] of LIMITS) {
    const found = firstOf(env, [`OTEL_SPAN_${part}`, `OTEL_${part}`]);
    if (found !== null && !(Number(found[1]) >= least)) throw refused(found[0], found[1], why);
  }
  const exporter = firstOf(env, ["OTEL_TRACES_EXPORTER"]);
  if (exporter !== null && exporter[1] !== "otlp") {
    throw refused(exporter[0], exporter[1], "must be otlp or none");
  }
  const propagators = firstOf(env, ["OTEL_PROPAGATORS"]);
  if (propagators !== null && !/(?:^|,)\s*tracecontext\s*(?:,|$)/.test(propagators[1])) {
    throw refused(propagators[0], propagators[1], "must have tracecontext, which alone is spoken");
  }
}

/** `value` is null for one that may be a secret. */
function refused(name: string, value: string | null, why: string, hint?: string): Fault {
  const what = value === null ? name : `${name} ${quote(value)}`;
  return new Fault(`Cannot send traces by ${what}: ${why}`, { hint: hint ?? `unset ${name}` });
}
