/**
 * Which traces are recorded: the samplers of OpenTelemetry. Pure.
 *
 * @module
 */
import { TRACE_FLAG, type TraceParent } from "../../wire/trace_context.ts";

/** The names of the samplers, as in `OTEL_TRACES_SAMPLER`. */
export const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

export type SamplerName = typeof SAMPLERS[number];

/**
 * Decides whether a trace is recorded. `parent` is the span that is continued; null for a new trace,
 * also where a client that is not believed names one.
 */
export type Sampler = (traceId: string, parent: TraceParent | null) => boolean;

/** The digits that decide, as most programs do: the first 52 bits of the right half. */
const RATIO_DIGITS = [16, 29] as const;
const RATIO_MAX = 2 ** 52;

/** Returns the sampler `name`; `ratio`, from 0 to 1, is that of new traces, if it has one. */
export function samplerOf(name: SamplerName, ratio: number): Sampler {
  const isInRatio = (traceId: string): boolean => {
    return parseInt(traceId.slice(...RATIO_DIGITS), 16) < ratio * RATIO_MAX;
  };
  const root = (traceId: string): boolean => {
    if (name.endsWith("traceidratio")) return isInRatio(traceId);
    return name.endsWith("always_on");
  };
  if (!name.startsWith("parentbased_")) return root;
  return (traceId, parent) => {
    return parent === null ? root(traceId) : (parent.flags & TRACE_FLAG.sampled) !== 0;
  };
}
