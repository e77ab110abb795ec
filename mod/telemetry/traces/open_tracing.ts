/**
 * Edge: the environment. Requests are traced if it names a collector; else nothing of it is loaded.
 *
 * @module
 */
import type { ExportState } from "./span_exporter.ts";
import type { Tracing } from "./tracing.ts";

/**
 * Returns what traces the requests of this process; null if the environment names no collector, or
 * says that there is nothing to trace. Throws a Fault for what it says that cannot be done. `onState`
 * is called whenever spans begin or cease to arrive.
 */
export async function openTracing(onState: (state: ExportState) => void): Promise<Tracing | null> {
  const env = (name: string): string | undefined => Deno.env.get(name);
  const isSet = (name: string): boolean => (env(name)?.trim() ?? "") !== "";
  const endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!endpoints.some(isSet)) return null;
  if (env("OTEL_SDK_DISABLED")?.trim().toLowerCase() === "true") return null;
  if (env("OTEL_TRACES_EXPORTER")?.trim() === "none") return null;
  const { Tracing } = await import("./tracing.ts");
  return new Tracing(env, onState);
}
