/**
 * The target of a reverse proxy: a program on this machine, on a loopback address or a Unix socket.
 *
 * Nothing else is accepted: a user who may register a URL must not be able to make the service send
 * requests to other machines.
 *
 * @module
 */
import { type Endpoint, formatEndpoint, isLoopback, parseEndpoint } from "../../base/address.ts";

export type ProxyTarget =
  | { readonly kind: "tcp"; readonly endpoint: Endpoint }
  | { readonly kind: "unix"; readonly path: string };

/** sun_path has 108 bytes including its terminator on Linux; other systems have fewer. */
const UNIX_PATH_BYTES_MAX = 103;

/**
 * Parses `http://127.0.0.1:PORT`, `http://[::1]:PORT` or `unix:/absolute/path`; null for anything
 * else.
 */
export function parseProxyTarget(text: string): ProxyTarget | null {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    const isSound = path.startsWith("/") && !/\p{Cc}/u.test(path) &&
      new TextEncoder().encode(path).length <= UNIX_PATH_BYTES_MAX;
    return isSound ? { kind: "unix", path } : null;
  }
  const match = /^http:\/\/([^/]+)\/?$/.exec(text);
  const endpoint = match === null ? null : parseEndpoint(match[1]!);
  if (endpoint === null || !isLoopback(endpoint.ip)) return null;
  return { kind: "tcp", endpoint };
}

/** Returns the canonical text of a target. */
export function formatProxyTarget(target: ProxyTarget): string {
  return target.kind === "unix"
    ? `unix:${target.path}`
    : `http://${formatEndpoint(target.endpoint)}`;
}
