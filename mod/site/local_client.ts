/**
 * Who may see what the machine keeps to itself: a client on the machine, and nobody who only seems to
 * be one.
 *
 * The address of the connection is not enough. A proxy on the machine connects from a loopback
 * address for clients from anywhere, and a browser on the machine does so for a page of another site
 * whose name has been made to lead to 127.0.0.1 (DNS rebinding). So the connection must not have begun
 * with a PROXY header, the request must have no field in which a proxy names its client, and its host
 * must be a name that only this machine has.
 *
 * @module
 */
import { isLoopback, parseIp } from "../base/address.ts";
import type { HttpRequest } from "../base/exchange.ts";
import { isHostFor } from "../base/host_name.ts";
import { isProblem } from "../base/problem.ts";
import { parseBinding } from "../config/document/binding.ts";
import type { SiteRecord } from "../config/document/document.ts";
import { isOriginField, variableName } from "./proxy/origin_fields.ts";

/** Fields that proxies add, and that do not tell the origin of a request. */
const PROXY_FIELDS: ReadonlySet<string> = new Set(["cdn_loop", "via"]);

/** Reports whether the request comes from a client on this machine, for itself. */
export function isLocalClient(request: HttpRequest): boolean {
  return isLoopback(request.peer.ip) && isLoopbackHost(request.host) && !isProxied(request);
}

/**
 * Reports whether a request to a loopback address names a host that is not this machine: a page of
 * another site has made its name lead here (DNS rebinding). A host that a binding of `site` names is
 * the administrator's word.
 */
export function isRebound(
  { local, host }: Pick<HttpRequest, "local" | "host">,
  site: Pick<SiteRecord, "bindings" | "secureBindings">,
): boolean {
  if (!isLoopback(local.ip) || isLoopbackHost(host)) return false;
  return !isBoundHost(host, site);
}

/** Reports whether a binding of the site names the host, in lower case. */
export function isBoundHost(
  host: string,
  { bindings, secureBindings }: Pick<SiteRecord, "bindings" | "secureBindings">,
): boolean {
  return [...bindings, ...secureBindings].some((text) => {
    const binding = parseBinding(text);
    return !isProblem(binding) && binding.host !== "" && isHostFor(binding.host, host);
  });
}

/** The names below `localhost` are loopback for every client (RFC 6761 6.3). */
function isLoopbackHost(host: string): boolean {
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  const ip = parseIp(host.replace(/^\[(.*)\]$/, "$1"));
  return ip !== null && isLoopback(ip);
}

/** HTTP/1.0 is what nginx speaks to a program unless it is told otherwise, without such fields. */
function isProxied(request: HttpRequest): boolean {
  return request.proxy !== null || request.minor === 0 || request.headers().some(([name]) => {
    const variable = variableName(name.toLowerCase());
    return PROXY_FIELDS.has(variable) || isOriginField(variable);
  });
}
