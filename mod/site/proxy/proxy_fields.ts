/**
 * Header fields of proxied messages: what the upstream receives, and what the client gets back.
 *
 * - Hop-by-hop fields are not forwarded, including those that Connection names (RFC 9110 7.6.1).
 *   The body is framed separately on each side.
 * - Host is forwarded as it was sent; for an absolute request target it is the host of the target.
 * - What the client says about its origin is dropped (`origin_fields.ts`): no proxy is configured as
 *   trusted, so an upstream reads there only what this service has seen. X-Forwarded-For, -Proto and
 *   -Host and Forwarded (RFC 7239) carry it. X-Forwarded-Port is left out: behind a mapped port it
 *   would be wrong, and the host has the port that the client used.
 * - A name that a program could take for one of the fields above, because it reads another sign as
 *   `-`, is dropped with them.
 * - Via is kept and extended in both directions. A request that carries our own entry has come back
 *   to us: a loop.
 * - Expect is handled by the engine, so the upstream gets the body without 100-continue.
 *
 * @module
 */
import { urlHost, withoutZone } from "../../base/address.ts";
import type { HeaderField, HttpRequest } from "../../base/exchange.ts";
import { isOriginField, variableName } from "./origin_fields.ts";

/** Fields that apply to a single connection. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The same and the fields of a request that are replaced, by the names of their variables. */
const NOT_FORWARDED: ReadonlySet<string> = new Set(
  [...HOP_BY_HOP, "expect", "host"].map(variableName),
);

/** The only protocol to upgrade to. h2c would carry requests past all checks. */
export const WEBSOCKET = "websocket";

/** The elements of a list field, in lower case. */
function listElements(value: string | null): string[] {
  if (value === null) return [];
  return value.split(",").map((element) => element.trim().toLowerCase());
}

/** Reports whether the client asks for an upgrade to WebSocket. */
export function wantsWebSocket(request: HttpRequest): boolean {
  if (request.minor === 0 || request.method !== "GET" || request.body.exists) return false;
  const upgrade = request.header("upgrade");
  if (upgrade === null || upgrade.trim().toLowerCase() !== WEBSOCKET) return false;
  return listElements(request.header("connection")).includes("upgrade");
}

/** Reports whether the request has already passed through this service. */
export function isLoop(request: HttpRequest, via: string): boolean {
  const passed = request.header("via");
  return passed !== null && listElements(passed).some((entry) => entry.endsWith(` ${via}`));
}

/** Returns the head of `request` for the upstream; `via` is our name in Via. */
export function upstreamRequestHead(request: HttpRequest, via: string): string {
  const { method, rawPath, query, body } = request;
  const target = query === null ? rawPath : `${rawPath}?${query}`;
  const host = hostFor(request);
  let head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  const connectionOptions = listElements(request.header("connection"));
  for (const [name, value] of request.headers()) {
    if (!isForwarded(name)) continue;
    if (connectionOptions.length > 0 && connectionOptions.includes(name.toLowerCase())) continue;
    head += `${name}: ${value}\r\n`;
  }
  if (body.exists) {
    head += body.length === null
      ? "Transfer-Encoding: chunked\r\n"
      : `Content-Length: ${body.length}\r\n`;
  }
  if (wantsWebSocket(request)) head += `Connection: Upgrade\r\nUpgrade: ${WEBSOCKET}\r\n`;
  return `${head}${originFields(request, host)}Via: 1.${request.minor} ${via}\r\n\r\n`;
}

/** Returns the fields of an upstream response as the client gets them. */
export function responseFields(
  fields: readonly HeaderField[],
  minor: number,
  via: string,
): HeaderField[] {
  const connectionOptions = fields.filter(([name]) => name.toLowerCase() === "connection")
    .flatMap(([, value]) => listElements(value));
  const forwarded = fields.filter(([name]) => {
    const lower = name.toLowerCase();
    return !HOP_BY_HOP.has(lower) && !connectionOptions.includes(lower);
  });
  return [...forwarded, ["Via", `1.${minor} ${via}`]];
}

/** What {@linkcode isForwarded} has found, by the name as sent; clients choose the names. */
const forwarded = new Map<string, boolean>();
const FORWARDED_MAX = 512;

/** Reports whether a field of a request is for the upstream too. */
function isForwarded(name: string): boolean {
  const known = forwarded.get(name);
  if (known !== undefined) return known;
  const variable = variableName(name.toLowerCase());
  const found = !NOT_FORWARDED.has(variable) && !isOriginField(variable);
  if (forwarded.size >= FORWARDED_MAX) forwarded.clear();
  forwarded.set(name, found);
  return found;
}

/** Host as it was sent, unless an absolute target named another one or an old client sent none. */
function hostFor(request: HttpRequest): string {
  const { host, local } = request;
  const sent = request.header("host") ?? "";
  const name = sent.replace(/:[0-9]*$/, "").replace(/\.$/, "").toLowerCase();
  if (name === host && sent !== "") return sent;
  return `${host === "" ? urlHost(local.ip) : host}:${local.port}`;
}

function originFields(request: HttpRequest, host: string): string {
  const ip = withoutZone(request.remote.ip); // a zone means nothing to anybody else
  const proto = request.isTls ? "https" : "http";
  const node = ip.includes(":") ? `"[${ip}]"` : ip;
  return `X-Forwarded-For: ${ip}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: ${host}\r\n` +
    `Forwarded: for=${node};host="${host}";proto=${proto}\r\n`;
}
