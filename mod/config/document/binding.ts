/**
 * Site bindings, `IP:Port:Host`, as ServerBindings has them (IIS 6 metabase, id 1023).
 *
 * IP empty or `*`: any address. Host empty: any host. An IPv6 address stands in brackets.
 *
 * @module
 */
import { type Ip, parseIp, parsePort, urlHost } from "../../base/address.ts";
import { isHostName } from "../../base/host_name.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import type { UrlPrefix } from "../../base/url_prefix.ts";

export interface Binding {
  /** Null: any address. */
  readonly ip: Ip | null;
  readonly port: number;
  /** Lower case, no trailing dot; "" for any host. */
  readonly host: string;
}

const BINDING = /^(\*?|[0-9.]+|\[[0-9A-Fa-f:.%\w-]+\]):([0-9]+):([^:]*)$/;

/** Parses one binding. A missing last colon is accepted. */
export function parseBinding(text: string): Binding | Problem {
  const match = BINDING.exec(text) ?? BINDING.exec(`${text}:`);
  if (match === null) return new Problem("not of the form IP:Port:Host");
  const [, ipText = "", portText = "", hostText = ""] = match;
  const ip = ipText === "" || ipText === "*" ? null : parseIp(ipText.replace(/^\[|\]$/g, ""));
  if (ip === null && ipText !== "" && ipText !== "*") {
    return new Problem(`"${ipText}" is not an IP address`);
  }
  const port = parsePort(portText);
  if (port === null) return new Problem(`"${portText}" is not a port from 1 to 65535`);
  const host = hostText.toLowerCase().replace(/\.$/, "");
  if (host !== "" && !isHostName(host)) return new Problem(`"${hostText}" is not a host name`);
  return { ip, port, host };
}

/**
 * The URL prefix that a binding takes: `/` for its host, else its address, else any. A host name on one
 * address is a prefix of its own, `name:address`, that no program can ask for.
 */
export function bindingPrefix({ ip, port, host }: Binding, scheme: UrlPrefix["scheme"]): UrlPrefix {
  const bucket = host !== "" ? "name" : ip === null ? "weak" : "ip";
  const address = ip === null ? "" : urlHost(ip);
  const both = host !== "" && ip !== null ? `${host}:${address}` : host || address || "*";
  return { scheme, bucket, host: both, port, path: "/" };
}

/**
 * What IIS registers for a binding, as its tools show it: `1.2.3.4:80:host` is `http://host:80:1.2.3.4/`,
 * `:80:` is `http://*:80/`. Text that is no binding, as of a site that has none, is `http://*` and a slash.
 */
export function registeredPrefix(text: string, scheme: "http" | "https"): string {
  const binding = parseBinding(text);
  if (isProblem(binding)) return `${scheme}://*/`;
  const ip = binding.ip === null ? "" : urlHost(binding.ip);
  return `${scheme}://${binding.host || ip || "*"}:${binding.port}${ip === "" ? "" : `:${ip}`}/`;
}

/** Canonical text: what is stored and compared. */
export function formatBinding(binding: Binding): string {
  return `${binding.ip === null ? "" : urlHost(binding.ip)}:${binding.port}:${binding.host}`;
}
