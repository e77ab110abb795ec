/**
 * The response of a site that shows the metrics of the service.
 *
 * @module
 */
import type { Handler, HttpResponse } from "../../base/exchange.ts";
import type { SiteRecord } from "../../config/document/document.ts";
import { isRebound } from "../local_client.ts";
import type { ServiceSource } from "../about/service_source.ts";
import { prefersOpenMetrics } from "./accept.ts";
import { errorPage } from "./error_page.ts";
import { answerToMethod } from "./method_answer.ts";

const TYPES = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;

/** Returns the handler, which answers on every path: `/metrics` is a custom, not a rule. */
export function metricsHandler(
  site: Pick<SiteRecord, "bindings" | "secureBindings">,
  service: ServiceSource,
): Handler {
  return (request) => {
    const answer = answerToMethod(request);
    if (answer !== null) return answer;
    if (isRebound(request, site)) return errorPage("denied", request);
    return exposition(prefersOpenMetrics(request.header("accept")), service);
  };
}

async function exposition(isOpenMetrics: boolean, service: ServiceSource): Promise<HttpResponse> {
  const format = isOpenMetrics ? "openmetrics" : "prometheus";
  const text = await service(format);
  return {
    status: 200,
    headers: [
      ["Content-Type", TYPES[format]],
      ["Cache-Control", "no-store"],
      ["Vary", "Accept"],
      ["X-Content-Type-Options", "nosniff"],
    ],
    body: new TextEncoder().encode(text),
  };
}
