/**
 * A collector of traces in the test: it takes OTLP over HTTP, in JSON and in the wire format of
 * Protocol Buffers, and keeps the spans.
 *
 * @module
 */
import { waitFor } from "../wait.ts";

/** A span as it came, with what is compared as plain values. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly name: string;
  readonly kind: number;
  readonly flags: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly resource: Readonly<Record<string, string | number>>;
}

export interface TraceCollector extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  readonly spans: CollectedSpan[];
  readonly requests: { readonly path: string; readonly headers: Headers }[];
  /** What it answers next, instead of 200 with an empty answer. */
  readonly answers: (() => Response | Promise<Response>)[];
  /** Resolves with `count` spans, or more. */
  collected(count: number): Promise<readonly CollectedSpan[]>;
}

/** Starts a collector. */
export function startCollector(port = 0): TraceCollector {
  const spans: CollectedSpan[] = [];
  const requests: TraceCollector["requests"] = [];
  const answers: TraceCollector["answers"] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const { headers } = request;
      requests.push({ path: new URL(request.url).pathname, headers });
      const isJson = headers.get("content-type") === "application/json";
      const bytes = new Uint8Array(await request.arrayBuffer());
      const answer = await answers.shift()?.();
      if (answer !== undefined && !answer.ok) return answer;
      const decoded = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : decode(bytes, REQUEST);
      spans.push(...spansOf(decoded as OtlpRequest));
      return answer ?? new Response(isJson ? "{}" : new Uint8Array());
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    spans,
    requests,
    answers,
    async collected(count: number): Promise<readonly CollectedSpan[]> {
      await waitFor(() => spans.length >= count, `${count} spans`);
      return spans;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Returns the spans of a request. Throws if it is none. */
export function decodeRequest(bytes: Uint8Array, isJson: boolean): CollectedSpan[] {
  const decoded = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : decode(bytes, REQUEST);
  return spansOf(decoded as OtlpRequest);
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string | bigint;
    readonly doubleValue?: number;
  };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number | bigint;
  readonly flags: number;
  readonly startTimeUnixNano: string | bigint;
  readonly endTimeUnixNano: string | bigint;
  readonly attributes?: readonly OtlpAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number | bigint; readonly message?: string };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string };
      readonly spans: readonly OtlpSpan[];
    }[];
  }[];
}

function spansOf({ resourceSpans }: OtlpRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    return scopeSpans.flatMap(({ spans }) =>
      spans.map((span): CollectedSpan => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        traceState: span.traceState ?? "",
        name: span.name,
        kind: Number(span.kind),
        flags: span.flags,
        startNs: BigInt(span.startTimeUnixNano),
        endNs: BigInt(span.endTimeUnixNano),
        attributes: attributesOf(span.attributes ?? []),
        links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
        status: { code: Number(span.status?.code ?? 0), message: span.status?.message ?? "" },
        resource: attributesOf(resource.attributes),
      }))
    );
  });
}

function attributesOf(attributes: readonly OtlpAttribute[]): Record<string, string | number> {
  return Object.fromEntries(attributes.map(({ key, value }) => {
    const { stringValue, intValue, doubleValue } = value;
    return [key, stringValue ?? doubleValue ?? Number(BigInt.asIntN(64, BigInt(intValue!)))];
  }));
}

/** The fields of a message by their numbers, as opentelemetry-proto has them. */
type Schema = Readonly<Record<number, readonly [name: string, type: FieldType, many?: true]>>;
type FieldType = "string" | "hex" | "varint" | "fixed64" | "fixed32" | "double" | Schema;

const VALUE: Schema = {
  1: ["stringValue", "string"],
  3: ["intValue", "varint"],
  4: ["doubleValue", "double"],
};
const ATTRIBUTE: Schema = { 1: ["key", "string"], 2: ["value", VALUE] };
const LINK: Schema = { 1: ["traceId", "hex"], 2: ["spanId", "hex"], 6: ["flags", "fixed32"] };
const STATUS: Schema = { 2: ["message", "string"], 3: ["code", "varint"] };
const SPAN: Schema = {
  1: ["traceId", "hex"],
  2: ["spanId", "hex"],
  3: ["traceState", "string"],
  4: ["parentSpanId", "hex"],
  5: ["name", "string"],
  6: ["kind", "varint"],
  7: ["startTimeUnixNano", "fixed64"],
  8: ["endTimeUnixNano", "fixed64"],
  9: ["attributes", ATTRIBUTE, true],
  13: ["links", LINK, true],
  15: ["status", STATUS],
  16: ["flags", "fixed32"],
};
const SCOPE: Schema = { 1: ["name", "string"], 2: ["version", "string"] };
const SCOPE_SPANS: Schema = { 1: ["scope", SCOPE], 2: ["spans", SPAN, true] };
const RESOURCE: Schema = { 1: ["attributes", ATTRIBUTE, true] };
const RESOURCE_SPANS: Schema = {
  1: ["resource", RESOURCE],
  2: ["scopeSpans", SCOPE_SPANS, true],
};
const REQUEST: Schema = { 1: ["resourceSpans", RESOURCE_SPANS, true] };

/** Decodes a message strictly: what the schema does not have is an error. */
function decode(bytes: Uint8Array, schema: Schema): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    for (let [value, shift] = [0n, 0n];; shift += 7n) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = schema[tag >> 3];
    if (field === undefined) throw new Error(`field ${tag >> 3} is unknown`);
    const [name, type, isMany] = field;
    const wire = type === "varint" ? 0 : type === "fixed64" || type === "double" ? 1 : 2;
    if ((tag & 7) !== (type === "fixed32" ? 5 : wire)) {
      throw new Error(`${name} has wire type ${tag & 7}`);
    }
    let value: unknown;
    if (type === "varint") value = varint();
    else if (type === "fixed64") value = view.getBigUint64((at += 8) - 8, true);
    else if (type === "double") value = view.getFloat64((at += 8) - 8, true);
    else if (type === "fixed32") value = view.getUint32((at += 4) - 4, true);
    else {
      const length = Number(varint());
      const part = bytes.subarray(at, at += length);
      if (part.length !== length) throw new Error(`${name} is cut short`);
      if (type === "string") value = new TextDecoder("utf-8", { fatal: true }).decode(part);
      else value = type === "hex" ? part.toHex() : decode(part, type);
    }
    if (isMany) ((found[name] ??= []) as unknown[]).push(value);
    else found[name] = value;
  }
  return found;
}
