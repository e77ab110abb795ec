/**
 * The target of a reverse proxy: `http://HOST:PORT`, `https://HOST`, both with or without a path, or
 * `unix:/PATH`.
 *
 * An administrator may name any host. A user who may register a URL must not be able to make the
 * service send requests to other machines: {@linkcode parseLocalTarget} accepts a loopback address
 * or a Unix socket, and nothing else.
 *
 * @module
 */
import {
  type Ip,
  isLoopback,
  parseBracketed,
  parseIp,
  parsePort,
  urlHost,
} from "../../base/address.ts";
import { isHostName } from "../../base/host_name.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { pathProblem } from "./target_path.ts";

/** A target that is reached over TCP. */
export interface TcpTarget {
  readonly kind: "tcp";
  readonly isTls: boolean;
  /** A name in lower case, or an address in canonical text. */
  readonly host: string;
  /** The address that `host` is; null for a name. */
  readonly ip: Ip | null;
  readonly port: number;
  /** Begins with "/", escaped as it is sent; "" for none. */
  readonly path: string;
}

export type ProxyTarget = TcpTarget | { readonly kind: "unix"; readonly path: string };

/** sun_path has 108 bytes including its terminator on Linux; other systems have fewer. */
const UNIX_PATH_BYTES_MAX = 103;
/** Characters of a target: more than any client of ours can send. */
const TARGET_MAX = 2048;
const DEFAULT_PORT = { http: 80, https: 443 } as const;

/** Parses a target; returns the reason why it is none. */
export function parseProxyTarget(text: string): ProxyTarget | Problem {
  if (text.length > TARGET_MAX) return new Problem(`longer than ${TARGET_MAX} characters`);
  if (text.startsWith("unix:")) return parseUnix(text.slice("unix:".length));
  const [, scheme, authority = "", path = ""] = /^(https?):\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (scheme !== "http" && scheme !== "https") {
    return new Problem("must start with http://, https:// or unix:/");
  }
  if (authority.includes("@")) return new Problem("user name before the host not allowed");
  const [, hostText = "", portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  const port = portText === undefined ? DEFAULT_PORT[scheme] : parsePort(portText);
  if (port === null) return new Problem("port must be between 1 and 65535");
  const host = parseHost(hostText);
  if (host === null) return new Problem("host name or address expected");
  if (path !== "") {
    const reason = pathProblem(path);
    if (reason !== null) return new Problem(reason);
  }
  return { kind: "tcp", isTls: scheme === "https", ...host, port, path };
}

/**
 * Parses `http://127.0.0.1:PORT`, `http://[::1]:PORT` or `unix:/absolute/path`; null for anything
 * else.
 */
export function parseLocalTarget(text: string): ProxyTarget | null {
  const target = parseProxyTarget(text);
  if (isProblem(target)) return null;
  if (target.kind === "unix") return target;
  const { isTls, ip, path } = target;
  const isLocal = !isTls && ip !== null && isLoopback(ip) && (path === "" || path === "/");
  return isLocal && /:[0-9]+\/?$/.test(text) ? { ...target, path: "" } : null;
}

/** Returns the canonical text of a target. */
export function formatProxyTarget(target: ProxyTarget): string {
  return target.kind === "unix"
    ? `unix:${target.path}`
    : `${target.isTls ? "https" : "http"}://${authorityOf(target)}${target.path}`;
}

/** Returns host and port as a Host field has them. */
export function authorityOf({ ip, host, port }: TcpTarget): string {
  return `${ip === null ? host : urlHost(ip)}:${port}`;
}

/** Returns a target for a text that is none. */
export function nearestProxyTarget(text: string): string {
  const socket = /^(?:unix:\/*)?(\/?.*)$/s.exec(text)![1]!.replace(/^\/*/, "/");
  const isSocket = text.startsWith("/") || text.startsWith("unix:");
  if (isSocket && !isProblem(parseUnix(socket))) return `unix:${socket}`;
  const [, scheme, rest = ""] = /^(?:([a-z]+):)?\/*(.*)$/is.exec(text.trim()) ?? [];
  const [authority = ""] = rest.replace(/^[^/@]*@/, "").split(/[/?#]/);
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]+))?/.exec(authority) ?? [];
  const number = parsePort(port ?? "") ?? (scheme === "https" ? 443 : 3000);
  const candidate = `${scheme === "https" ? "https" : "http"}://${host}:${number}`;
  return isProblem(parseProxyTarget(candidate)) ? "http://127.0.0.1:3000" : candidate;
}

function parseUnix(path: string): ProxyTarget | Problem {
  const isSound = path.startsWith("/") && !/\p{Cc}/u.test(path) &&
    new TextEncoder().encode(path).length <= UNIX_PATH_BYTES_MAX;
  if (isSound) return { kind: "unix", path };
  return new Problem(`unix: must be followed by a path of at most ${UNIX_PATH_BYTES_MAX} bytes`);
}

/** A text of digits and dots that is no address is no name either: `1.2` means different things. */
function parseHost(text: string): Pick<TcpTarget, "host" | "ip"> | null {
  const ip = text.startsWith("[") ? parseBracketed(text) : parseIp(text);
  if (ip !== null) return { host: ip, ip };
  const name = text.toLowerCase().replace(/\.$/, "");
  const isName = isHostName(name) && !/(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/.test(name);
  return isName ? { host: name, ip: null } : null;
}
