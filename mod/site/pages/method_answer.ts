/**
 * What content that can only be read responds to other methods than GET and HEAD.
 *
 * @module
 */
import type { HandlerResult, HttpRequest } from "../../base/exchange.ts";
import { isRegisteredMethod } from "../../wire/methods.ts";
import { errorPage } from "./error_page.ts";

const ALLOW = ["Allow", "GET, HEAD, OPTIONS"] as const;

/** Returns the response to `request` if its method is none that reads; null if it is. */
export function answerToMethod(request: HttpRequest): HandlerResult | null {
  const { method } = request;
  if (method === "GET" || method === "HEAD") return null;
  if (method === "OPTIONS") return { status: 200, headers: [ALLOW], body: null };
  return isRegisteredMethod(method) ? errorPage("method", request, [ALLOW]) : { refuse: "N/I" };
}
