/**
 * The metrics of the service, for Prometheus and whatever else reads its formats.
 *
 * @module
 */
import type { ContentKind, HandlerFactory } from "./content_kind.ts";

type MetricsContent = { readonly kind: "metrics" };

export const metrics: ContentKind<MetricsContent> = {
  kind: "metrics",
  fields: {},
  flag: { kind: "boolean", summary: "the metrics of the service, for Prometheus" },
  details: {},
  help: [
    "--metrics serves the same numbers as httpcfg metrics, on every path, in the text format of " +
    "Prometheus or, to clients that ask for it, in OpenMetrics. Without --bind it is bound to " +
    "127.0.0.1:9180:; elsewhere, say who may see it with --allow or --basic-auth.",
  ],
  examples: [{ words: "--metrics", shows: "requests, connections and states for Prometheus" }],
  read: () => ({ kind: "metrics" }),
  forms: ["metrics"],
  parse: (text) => text === "metrics" ? { kind: "metrics" } : null,
  defaultBinding: "127.0.0.1:9180:",
  reveals: "how this machine is set up",
  label: () => "metrics",
  description: () => "the metrics of the service",
  async load(): Promise<HandlerFactory<MetricsContent>> {
    const { metricsHandler } = await import("../pages/metrics_answer.ts");
    return { handler: (_content, site, { service }) => metricsHandler(site, service) };
  },
};
