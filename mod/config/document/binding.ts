/**
 * Site bindings, `IP:Port:Host`, in the form of ServerBindings (IIS 6 metabase, id 1023).
 *
 * An empty IP or `*` is any address. An empty host is any host, `*.name` every
 * host below a name. An IPv6 address is in brackets.
 *
 * @module
 */
import {
  type Ip,
  isWildcard,
  parseBracketed,
  parseIp,
  parsePort,
  portProblem,
  unservedReason,
  urlHost,
} from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { hostProblem, isHostPattern, isWildcardHost } from "../../base/host_name.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import type { UrlPrefix } from "../../base/url_prefix.ts";

export interface Binding {
  /** Null for any address. */
  readonly ip: Ip | null;
  readonly port: number;
  /** A name or a wildcard in lower case, without a trailing dot; "" for any host. */
  readonly host: string;
}

const BINDING = /^(\*?|[0-9.]+|\[[^\]\s]+\]):([0-9]+):([^:]*)$/;

/** Parses one binding. The last colon may be missing. */
export function parseBinding(text: string): Binding | Problem {
  const match = BINDING.exec(text) ?? BINDING.exec(`${text}:`);
  if (match === null) return new Problem("not of the form IP:Port:Host");
  const [, ipText = "", portText = "", hostText = ""] = match;
  const ip = ipText.startsWith("[")
    ? parseBracketed(ipText)
    : ipText === "" || ipText === "*"
    ? null
    : parseIp(ipText);
  if (ip === null && ipText !== "" && ipText !== "*") {
    return new Problem(`${quote(ipText)} is not an IP address`);
  }
  const unserved = ip === null ? null : unservedReason(ip);
  if (ip !== null && unserved !== null) {
    const cure = isWildcard(ip) ? ": leave it out" : "";
    return new Problem(`${quote(ipText)} ${unserved}${cure}`);
  }
  const port = parsePort(portText);
  if (port === null) return new Problem(portProblem(portText));
  const host = hostText.toLowerCase().replace(/\.$/, "");
  if (host !== "" && !isHostPattern(host)) {
    return new Problem(`${quote(hostText)} ${hostProblem(host)}`);
  }
  return { ip, port, host };
}

/**
 * Returns the URL prefix that a binding claims: `/` of its host, else of its address, else of any.
 * A host name on one address gets a prefix of its own, `name:address`, which no program can
 * register.
 */
export function bindingPrefix({ ip, port, host }: Binding, scheme: UrlPrefix["scheme"]): UrlPrefix {
  const bucket = bucketOf(host, ip);
  const address = ip === null ? "" : urlHost(ip);
  const both = host !== "" && ip !== null ? `${host}:${address}` : host || address || "*";
  return { scheme, bucket, host: both, port, path: "/" };
}

function bucketOf(host: string, ip: Ip | null): UrlPrefix["bucket"] {
  if (host !== "") return isWildcardHost(host) ? "wildcard" : "name";
  return ip === null ? "weak" : "ip";
}

/**
 * Returns the URL that IIS registers for a binding, as its tools show it: `http://host:80:1.2.3.4/`
 * for `1.2.3.4:80:host`, `http://*:80/` for `:80:`. For text that is not a binding, as of a site
 * without one, it is `http://*` and a slash.
 */
export function registeredPrefix(text: string, scheme: "http" | "https"): string {
  const binding = parseBinding(text);
  if (isProblem(binding)) return `${scheme}://*/`;
  const ip = binding.ip === null ? "" : urlHost(binding.ip);
  return `${scheme}://${binding.host || ip || "*"}:${binding.port}${ip === "" ? "" : `:${ip}`}/`;
}

/** Returns the canonical text of a binding, the form that is stored and compared. */
export function formatBinding(binding: Binding): string {
  return `${binding.ip === null ? "" : urlHost(binding.ip)}:${binding.port}:${binding.host}`;
}
