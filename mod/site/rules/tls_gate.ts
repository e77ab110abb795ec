/**
 * What a site, or an application of it, demands of TLS: https, and certificates of clients. Pure.
 *
 * The status has the number that IIS adds: 403.4 without https, 403.7 without a certificate, 403.16
 * for one that is not believed, 403.17 for one that is out of date, 403.13 for one that is revoked or
 * cannot be checked. A certificate that was judged for another host, whose record may believe other
 * authorities, is none here.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { ClientCertificate, HandlerResult, HttpRequest } from "../../base/exchange.ts";
import { asksForCertificate, type SslAccess } from "../../config/rules/ssl_access.ts";
import { type ErrorName, errorPage } from "../pages/error_page.ts";

/**
 * Returns by what the certificates of clients are judged that come to `host` on `local`; null if they
 * are not asked for one.
 */
export type JudgedBy = (local: Endpoint, host: string) => string | null;

/** Returns the response that ends a request; null for one that may go on. */
type TlsGate = (request: HttpRequest) => HandlerResult | null;

const REFUSALS: Readonly<
  Record<Exclude<ClientCertificate["verdict"], "good" | "none">, readonly [number, ErrorName]>
> = {
  untrusted: [16, "untrustedCertificate"],
  outdated: [17, "outdatedCertificate"],
  revoked: [13, "revokedCertificate"],
  unchecked: [13, "uncheckedCertificate"],
};

/** Returns the gate for these demands; null if nothing is demanded. */
export function tlsGate(demands: readonly SslAccess[], judgedBy: JudgedBy): TlsGate | null {
  const needsHttps = demands.includes("Ssl");
  const asks = asksForCertificate(demands);
  if (!needsHttps && !asks) return null;
  const requires = demands.includes("SslRequireCert");
  return (request) => {
    if (needsHttps && request.scheme === "http") return refuse(request, 4, "plain");
    if (!asks) return null;
    const shown = certificateFor(request, judgedBy);
    if (shown === null || shown.verdict === "none") {
      return requires ? refuse(request, 7, "noCertificate") : null;
    }
    if (shown.verdict !== "good") return refuse(request, ...REFUSALS[shown.verdict]);
    request.provenCertificate = shown.der;
    return null;
  };
}

function certificateFor(request: HttpRequest, judgedBy: JudgedBy): ClientCertificate | null {
  const { clientCertificate: shown } = request;
  if (shown === null) return null;
  return shown.judgedBy === judgedBy(request.local, request.host) ? shown : null;
}

function refuse(request: HttpRequest, substatus: number, page: ErrorName): HandlerResult {
  request.substatus = substatus;
  return errorPage(page, request);
}
