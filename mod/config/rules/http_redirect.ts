/**
 * HttpRedirect of IIS: where the requests below a key of the metabase are redirected. Pure.
 *
 * `DESTINATION[, FLAG …]`, or `*;WILDCARD;DESTINATION[;WILDCARD;DESTINATION …][, FLAG …]`. A
 * destination is an http or https URL or a path of the same host, with the variables $S, the rest of
 * the path behind the key, $V, the whole path, $Q, the query with its question mark, and $P, the query
 * without it; that of a wildcard may also be a name in the same folder and have $0 to $9, what each
 * `*` stands for. `!` redirects nothing. What the flags mean: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { parseBracketed, parseIp, parsePort } from "../../base/address.ts";
import { isHostName } from "../../base/host_name.ts";
import { Problem } from "../../base/problem.ts";

/** A parsed value of HttpRedirect. */
export interface HttpRedirect {
  /** With the literal parts of its wildcard; null for the only destination of all requests. */
  readonly rules: readonly { readonly literals: readonly string[] | null; readonly to: string }[];
  /** The destination is the whole address, without the rest of the path behind it. */
  readonly isExact: boolean;
  /** Only the folder itself and what is directly in it is redirected. */
  readonly isChildOnly: boolean;
  readonly status: 301 | 302 | 307;
}

/** The parts of a request that a redirect depends on. */
interface RedirectedRequest {
  /** As sent, with every character that has no place in a URL escaped. */
  readonly path: string;
  /** Where in `path` the rest behind the key begins: at a "/", or at the end. */
  readonly keyEnd: number;
  /** As {@linkcode RedirectedRequest.path}, without its question mark; null for none. */
  readonly query: string | null;
}

const TEXT_MAX = 2048;
const FLAGS = ["EXACT_DESTINATION", "CHILD_ONLY", "PERMANENT", "TEMPORARY"];

/** Parses a value; null for one that redirects nothing. */
export function parseHttpRedirect(text: string): HttpRedirect | null | Problem {
  if (text.length > TEXT_MAX) return new Problem(`longer than ${TEXT_MAX} characters`);
  const parts = text.split(",");
  const flags = new Set<string>();
  for (let last = parts.at(-1)!.trim(); parts.length > 0; last = parts.at(-1)?.trim() ?? "") {
    if (!FLAGS.includes(last) && (last !== "" || parts.length === 1)) break;
    if (last !== "") flags.add(last);
    parts.pop();
  }
  const target = parts.join(",").trim();
  if (target === "" && flags.size > 0) return new Problem("the destination is missing");
  if (target === "" || target === "!") return null;
  const rules = target.startsWith("*;")
    ? wildcardRules(target.slice(2))
    : [{ literals: null, to: target }];
  const isInvalid = rules.length === 0 ||
    rules.some(({ literals, to }) => !isDestination(to, literals !== null));
  if (isInvalid) return new Problem("expected a URL or a path, or *; and pairs of them");
  if (flags.has("PERMANENT") && flags.has("TEMPORARY")) {
    return new Problem("a redirect is either PERMANENT or TEMPORARY");
  }
  return {
    rules,
    isExact: flags.has("EXACT_DESTINATION"),
    isChildOnly: flags.has("CHILD_ONLY"),
    status: flags.has("PERMANENT") ? 301 : flags.has("TEMPORARY") ? 307 : 302,
  };
}

/** Returns where a request is redirected; null if it is not. */
export function redirectedTo(redirect: HttpRedirect, request: RedirectedRequest): string | null {
  const { path, keyEnd, query } = request;
  const suffix = path.slice(keyEnd);
  if (redirect.isChildOnly && suffix.indexOf("/", 1) > 0) return null;
  for (const { literals, to } of redirect.rules) {
    const found = literals === null ? [] : matched(path, literals);
    if (found === null) continue;
    if (to === "!") return null;
    const replaced = to.replace(/\$([SVPQ0-9])/g, (_, name: string) => {
      switch (name) {
        case "S":
          return suffix;
        case "V":
          return path;
        case "P":
          return query ?? "";
        case "Q":
          return query === null ? "" : `?${query}`;
        default:
          return found[Number(name)] ?? "";
      }
    });
    const isWhole = redirect.isExact || literals !== null;
    const location = isWhole ? replaced : withRest(replaced, suffix, query, to);
    return isWithin(path, to) ? null : safeLocation(location, to);
  }
  return null;
}

/** Returns a location in which nothing of the request is taken for a host or a scheme. */
function safeLocation(location: string, to: string): string {
  if (/^https?:/i.test(to)) return location;
  return location.startsWith("/") ? location.replace(/^\/+/, "/") : `./${location}`;
}

/** Reports whether a request is for the destination itself, or below it: it has arrived. */
function isWithin(path: string, to: string): boolean {
  if (!to.startsWith("/") || to.includes("$")) return false;
  const place = to.replace(/[?#].*$/, "").replace(/\/+$/, "").toLowerCase();
  const lower = path.toLowerCase();
  return place !== "" && (lower === place || lower.startsWith(`${place}/`));
}

/** Returns the destination with the rest of the path, and with the query if it has none. */
function withRest(location: string, suffix: string, query: string | null, to: string): string {
  const at = location.search(/[?#]/);
  const place = at < 0 ? location : location.slice(0, at);
  const behind = at < 0 ? "" : location.slice(at);
  const joined = place.endsWith("/") && suffix.startsWith("/")
    ? place + suffix.slice(1)
    : place + suffix;
  const hasQuery = query === null || behind !== "" || /\$[PQ]/.test(to);
  return hasQuery ? joined + behind : `${joined}?${query}`;
}

function wildcardRules(text: string): { readonly literals: string[]; readonly to: string }[] {
  const words = text.split(";").map((word) => word.trim());
  if (words.at(-1) === "") words.pop();
  if (words.length % 2 !== 0) return [];
  return words.flatMap((wildcard, i) => {
    if (i % 2 !== 0) return [];
    return [{ literals: wildcard.toLowerCase().split("*"), to: words[i + 1]! }];
  });
}

/**
 * Returns what each `*` between `literals` stands for in `path`, the first the shortest; null if the
 * path does not match. Each literal is looked for once, so that no path takes long.
 */
function matched(path: string, literals: readonly string[]): string[] | null {
  const lower = path.toLowerCase();
  const [first = "", ...others] = literals;
  if (others.length === 0) return lower === first ? [] : null;
  if (!lower.startsWith(first)) return null;
  const found: string[] = [];
  let at = first.length;
  for (const [i, literal] of others.entries()) {
    const isLast = i === others.length - 1;
    const next = isLast ? lower.length - literal.length : lower.indexOf(literal, at);
    if (next < at || (isLast && !lower.endsWith(literal))) return null;
    found.push(path.slice(at, next));
    at = next + literal.length;
  }
  return found;
}

/** Reports whether `text` is a destination in which nothing of a request can change the host. */
function isDestination(text: string, isOfWildcard: boolean): boolean {
  if (text === "!") return isOfWildcard;
  if (/[^\x21-\x7e]|["<>\\^`{|}]|%(?![0-9a-fA-F]{2})/.test(text)) return false;
  if (!isOfWildcard && /\$[0-9]/.test(text)) return false;
  if (text.startsWith("/")) return !text.startsWith("//");
  const [, authority] = /^https?:\/\/([^/?#$]*)(?:[/?#]|\$[SVQ]|$)/i.exec(text) ?? [];
  if (authority !== undefined) return isAuthority(authority);
  return isOfWildcard && /^[^:/?#]+(?:[/?#]|$)/.test(text);
}

function isAuthority(text: string): boolean {
  const [, host = "", port] = /^(\[[^\]]*\]|[^:@]*)(?::([0-9]+))?$/.exec(text) ?? [];
  if (port !== undefined && parsePort(port) === null) return false;
  const isHost = host.startsWith("[")
    ? parseBracketed(host) !== null && !host.includes("%")
    : parseIp(host) !== null || isHostName(host.toLowerCase());
  return host !== "" && isHost;
}
