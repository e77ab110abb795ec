/**
 * A site that redirects every request to another address.
 *
 * The target is an absolute http or https URL, or a path on the same host. A target without
 * placeholders is sent unchanged, as nginx, Caddy and "exact destination" of IIS do, and ignores
 * the address of the request. In any other target,
 *
 * - `{path}` is the path as it was sent, including its escapes. The query is appended to the
 *   target, because a redirect to https is expected to keep it, unless the target has its own `?`;
 * - `{query}` is the query including its `?`, or nothing: for a target that keeps the query but not
 *   the path;
 * - `{host}` is the requested host without its port. It must be the whole host of the target, not a
 *   part of it.
 *
 * The default status is 302, as in IIS and Caddy: browsers cache a 301 permanently, even a wrong
 * one.
 *
 * Nothing in a request can change the host that the target names, or end the Location field early:
 * characters of the path and the query that are not allowed in a URL are escaped, a target that is
 * a path always yields a path with a single leading slash, and an invalid host is refused. The
 * target is not checked for redirect loops.
 *
 * @module
 */
import * as v from "valibot";
import { parseIp, parsePort, portProblem } from "../../base/address.ts";
import type { Handler, HttpRequest } from "../../base/exchange.ts";
import { quote, usageFault } from "../../base/fault.ts";
import { isHostName } from "../../base/host_name.ts";
import { invariant } from "../../base/invariant.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { retype } from "../../base/hints/retype.ts";
import { text } from "../../config/document/shape.ts";
import {
  escapedForUrl,
  redirectResponse,
  type RedirectStatus,
} from "../pages/redirect_response.ts";
import { afterBody } from "./after_body.ts";
import type { ContentKind } from "./content_kind.ts";

const STATUSES: readonly RedirectStatus[] = [301, 302, 307, 308];
const DEFAULT_STATUS = 302;
/** Characters of a target: a URL of this length is accepted by every client. */
const TARGET_MAX = 2048;
const SAMPLE = "--redirect 'https://www.example.com{path}'";

type RedirectContent = {
  readonly kind: "redirect";
  /** The target. */
  readonly to: string;
  /** 302 if absent. */
  readonly status?: RedirectStatus | undefined;
};

export const redirect: ContentKind<RedirectContent> = {
  kind: "redirect",
  fields: { to: text(TARGET_MAX), status: v.optional(v.picklist(STATUSES)) },
  problems: ({ to }) => {
    const target = parseTarget(to);
    if (!isProblem(target)) return [];
    return [{ at: "to", message: `cannot redirect to ${quote(to)}: ${target.reason}` }];
  },
  flag: { kind: "string", value: "TARGET", summary: "redirect every request to this URL or path" },
  details: {
    status: {
      kind: "string",
      value: "CODE",
      summary: `status of the redirect (default ${DEFAULT_STATUS})`,
      choices: STATUSES.map(String),
    },
  },
  help: [
    "The target of a redirect is a URL that starts with http:// or https://, or a path on the " +
    "same host, which starts with /. A target without placeholders is sent unchanged. {path} is " +
    "the requested path; the query of the request is appended unless the target has its own ?. " +
    "{query} is the query including its ?, or nothing; use it to keep the query without the " +
    "path. {host} is the requested host without a port, and must be the whole host of the " +
    "target. The target is not checked for redirect loops.",
    "302 and 307 are temporary; browsers cache 301 and 308 permanently. After 307 and 308 a " +
    "client repeats the request unchanged; after 301 and 302 most clients send a GET.",
  ],
  examples: [
    { words: SAMPLE, shows: "the same path on another host" },
    {
      words: "--redirect 'https://{host}{path}' --status 308",
      shows: "the same address over https, permanently",
    },
  ],
  read(input): RedirectContent {
    return redirectTo(input.text("redirect")!, input.text("status"), (to) => {
      return retype(input.commandLine, { flag: "redirect", to });
    });
  },
  forms: ["redirect:TARGET", "redirect:STATUS:TARGET"],
  parse(text, line): RedirectContent | null {
    const [, prefix, status, to] = /^(redirect:(?:([0-9]+):)?)(.*)$/s.exec(text) ?? [];
    if (prefix === undefined || to === undefined) return null;
    if (status !== undefined && !STATUSES.some((one) => String(one) === status)) {
      throw usageFault(
        `Cannot redirect with status ${quote(status)}: must be one of ${STATUSES.join(", ")}`,
        line(`redirect:${DEFAULT_STATUS}:${to}`),
      );
    }
    return redirectTo(to, status ?? null, (better) => line(prefix + better));
  },
  label: ({ to, status }) => `redirect ${to}${status === undefined ? "" : ` with ${status}`}`,
  description: ({ to, status = DEFAULT_STATUS }) =>
    `a redirect to ${quote(to)} with status ${status}`,
  load: () => ({ handler: (content) => redirectHandler(content) }),
};

/** Returns the content; `line` returns the command line with another target. Throws a Fault. */
function redirectTo(
  to: string,
  statusText: string | null,
  line: (to: string) => string,
): RedirectContent {
  const target = parseTarget(to);
  if (isProblem(target)) {
    const hint = line(nearestTarget(to));
    throw usageFault(`Cannot redirect to ${quote(to)}: ${target.reason}`, hint);
  }
  const status = STATUSES.find((one) => String(one) === statusText);
  return status === undefined ? { kind: "redirect", to } : { kind: "redirect", to, status };
}

/** Returns a target for a text that is none: the spellings of other servers, and a missing scheme. */
function nearestTarget(text: string): string {
  const known = text.replace(/\$request_uri|\{uri\}|\$\{?uri\}?/g, "{path}")
    .replace(/\$host\b|\{hostname\}/g, "{host}");
  const encoded = encodeURI(known.trim()).replaceAll("%7B", "{").replaceAll("%7D", "}");
  const bare = encoded.replace(/^(?:[a-z]+:)?\/*/i, "");
  const host = bare.replace(/[/{?#].*$/s, "");
  const candidates = [known, encoded, `https://${bare}`, `https://${host}{path}`];
  return candidates.find((one) => !isProblem(parseTarget(one))) ?? "https://{host}{path}";
}

/** The parts of a target; what a request contributes is inserted between them. */
interface Target {
  /** `https://www.example.com:8443`, possibly with `{host}`; "" for a path on the same host. */
  readonly origin: string;
  /** The path before `{path}`, or the whole path. */
  readonly before: string;
  readonly hasPath: boolean;
  /** The path after `{path}`. */
  readonly after: string;
  /** The target's own query including its `?`, "" for none; null for the query of the request. */
  readonly query: string | null;
  /** Including its `#`; "" for none. */
  readonly fragment: string;
}

const WHOLE_HOST_RULE = "{host} must be the whole host, as in https://{host}{path}";
const PLACEHOLDER_RULE =
  "{path} may occur once, in the path, and {query} once, at the end of the path and without a ?";

/** Parses `text` as a target. */
export function parseTarget(text: string): Target | Problem {
  if (text.length > TARGET_MAX) return new Problem(`longer than ${TARGET_MAX} characters`);
  const problem = characterProblem(text);
  if (problem !== null) return problem;
  if (text.startsWith("//")) return new Problem('starts with "//", which names another host');
  if (text.startsWith("/")) return parseParts("", text);
  const [, scheme, authority = "", rest = ""] =
    /^(https?:\/\/)((?:\{host\}|[^/?#{])*)(.*)$/i.exec(text) ?? [];
  if (scheme === undefined) return new Problem("must start with http://, https:// or /");
  return authorityProblem(authority) ?? parseParts(scheme + authority, rest);
}

function characterProblem(text: string): Problem | null {
  const wrong = /[^\x21-\x7e]|["<>\\^`|]|%(?![0-9a-fA-F]{2})/u.exec(text)?.[0];
  if (wrong !== undefined) {
    const inHost = wrong > "\x7f" ? ", or written as xn-- in a host name" : "";
    return new Problem(`${quote(wrong)} must be percent-encoded${inHost}`);
  }
  const unknown = (text.match(/\{[^{}]*\}|[{}]/g) ?? []).find((found) => {
    return !["{path}", "{query}", "{host}"].includes(found);
  });
  if (unknown === undefined) return null;
  return new Problem(`unknown placeholder ${quote(unknown)} (use {path}, {query} or {host})`);
}

function authorityProblem(authority: string): Problem | null {
  if (authority.includes("@")) return new Problem("user name before the host not allowed");
  const [, host = authority, port] = /^(\[[^\]]*(?:\]|$)|[^:[]*)(?::(.*))?$/.exec(authority) ?? [];
  if (port !== undefined && parsePort(port) === null) {
    return new Problem(portProblem(port));
  }
  if (host === "") return new Problem("host missing");
  if (host === "{host}") return null;
  if (host.includes("{host}")) return new Problem(WHOLE_HOST_RULE);
  return isHost(host) ? null : new Problem(`${quote(host)} is not a host name or address`);
}

/**
 * Reports whether `text` is a name or an address that every client reads as it is written: not
 * `1.2`, not `0x7f.1`.
 */
function isHost(text: string): boolean {
  const literal = /^\[(.*:.*)\]$/.exec(text)?.[1];
  if (literal !== undefined) return !literal.includes("%") && parseIp(literal) !== null;
  const name = text.toLowerCase();
  return isHostName(name) && URL.canParse(`http://${name}`) &&
    new URL(`http://${name}`).hostname === name;
}

function parseParts(origin: string, rest: string): Target | Problem {
  if (rest.includes("{host}")) return new Problem(WHOLE_HOST_RULE);
  const parts = /^([^?#{]*)(\{path\})?([^?#{]*)(\{query\})?(\?[^#{]*)?(#[^{]*)?$/.exec(rest);
  if (parts === null) return new Problem(PLACEHOLDER_RULE);
  const [, before = "", path, after = "", query, own, fragment = ""] = parts;
  const hasPath = path !== undefined;
  if (query !== undefined && own !== undefined) return new Problem(PLACEHOLDER_RULE);
  const usesRequestQuery = query !== undefined || (hasPath && own === undefined);
  return { origin, before, hasPath, after, query: usesRequestQuery ? null : own ?? "", fragment };
}

/** Returns the handler that redirects requests to `to`, a target of a checked document. */
export function redirectHandler(
  { to, status = DEFAULT_STATUS }: Omit<RedirectContent, "kind">,
): Handler {
  const target = parseTarget(to);
  invariant(!isProblem(target), "the target of a checked document is valid");
  if (!target.hasPath && target.query !== null && !target.origin.includes("{host}")) {
    const same = redirectResponse(status, to);
    return (request) => afterBody(request, same);
  }
  return (request) => {
    const location = locationFor(request, target);
    if (location === null) return { refuse: "Hostname" };
    return afterBody(request, redirectResponse(status, location));
  };
}

/**
 * Returns the location that `target` yields for a request; null if the host is invalid in a URL.
 */
function locationFor(request: HttpRequest, target: Target): string | null {
  const { origin, before, hasPath, after, query, fragment } = target;
  const host = origin.includes("{host}") ? requestHost(request) : "";
  if (host === null) return null;
  const requested = hasPath ? requestPath(request) : "";
  const path = (before.endsWith("/") ? before + requested.slice(1) : before + requested) + after;
  return origin.replace("{host}", host) +
    (origin === "" ? path.replace(/^\/+/, "/") : path) + // two slashes would name another host
    (query ?? requestQuery(request)) + fragment;
}

/**
 * The host from the engine: a name or a literal. An HTTP/1.0 request may have none; the local address
 * is no substitute, because behind a port mapping it is nothing that a client should learn.
 */
function requestHost({ host }: HttpRequest): string | null {
  return /^(?:[a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*|\[[0-9a-f:.]+\])$/.test(host) ? host : null;
}

/** The path, escaped; "/" for a request target without a path, such as `OPTIONS *`. */
function requestPath({ rawPath }: HttpRequest): string {
  return rawPath.startsWith("/") ? escapedForUrl(rawPath).replaceAll("?", "%3F") : "/";
}

function requestQuery({ query }: HttpRequest): string {
  return query === null ? "" : `?${escapedForUrl(query)}`;
}
