/**
 * Edge: the network, the clock and timers. Sends spans to a collector, by OTLP over HTTP.
 *
 * @module
 */
import { messageOf } from "../../base/fault.ts";
import { Ending } from "../../base/work/ending.ts";
import { inSlices } from "../../base/work/slices.ts";
import { map } from "../../base/work/steps.ts";
import { jsonRequest, jsonSpan, type TracedProgram } from "./otlp.ts";
import { protobufRequest, protobufSpan } from "./protobuf.ts";
import { untilAborted } from "../../wire/until_aborted.ts";
import { rejectedIn, retryAfterMs } from "./collector_answer.ts";
import type { EndedSpan } from "./span.ts";
import type { Sent } from "./span_exporter.ts";
import type { TraceSettings } from "./trace_settings.ts";

/** Bytes of an answer that are read: it has a number and a sentence. */
const ANSWER_BYTES_MAX = 16_384;
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Returns what sends a batch of spans as `settings` say. */
export function collector(
  settings: TraceSettings,
  version: string,
): (batch: readonly EndedSpan[]) => Promise<Sent> {
  const program: TracedProgram = { resource: settings.resource, version };
  const isJson = settings.protocol === "http/json";
  const headers = new Headers(settings.headers.map(([name, value]) => [name, value]));
  headers.set("content-type", isJson ? "application/json" : "application/x-protobuf");
  headers.set("user-agent", `httpcfg/${version}`);
  return async (batch) => {
    const body = isJson ? await jsonBody(program, batch) : await protobufBody(program, batch);
    using ending = new Ending().after(settings.timeoutMs);
    const { signal } = ending;
    try {
      const init = { method: "POST", headers, body, signal, redirect: "manual" } as const;
      return await read(await fetch(settings.url, init), isJson, signal);
    } catch (error) {
      const isLate = signal.aborted;
      const why = isLate ? `no answer within ${settings.timeoutMs} ms` : shortened(error);
      return { kind: "again", why, afterMs: null };
    }
  };
}

async function jsonBody(program: TracedProgram, batch: readonly EndedSpan[]): Promise<string> {
  return jsonRequest(program, await inSlices(map(batch, jsonSpan)));
}

async function protobufBody(
  program: TracedProgram,
  batch: readonly EndedSpan[],
): Promise<Uint8Array<ArrayBuffer>> {
  return protobufRequest(program, await inSlices(map(batch, protobufSpan)));
}

async function read(
  response: Response,
  isJson: boolean,
  signal: AbortSignal,
): Promise<Sent> {
  const { status, headers, ok } = response;
  const answer = await firstBytes(response, signal);
  if (ok) return { kind: "done", ...rejectedIn(answer, isJson) };
  const why = `status ${status}`;
  if (!RETRIED.has(status)) return { kind: "refused", why };
  return { kind: "again", why, afterMs: retryAfterMs(headers.get("retry-after"), Date.now()) };
}

async function firstBytes(
  { body }: Response,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes: number[] = [];
  if (body === null) return new Uint8Array();
  for await (const piece of untilAborted(body, signal)) {
    if (bytes.length + piece.length > ANSWER_BYTES_MAX) break; // which ends the stream
    bytes.push(...piece);
  }
  return Uint8Array.from(bytes);
}

/** The runtime's message repeats the URL; its end is what is wrong. */
function shortened(error: unknown): string {
  return messageOf(error).replace(/^error sending request.*?: (?:client error \(\w+\): )?/, "");
}
