/**
 * Header fields on their way through: what a program behind us is told, and what a client gets back.
 *
 * - Fields that speak about one connection stay on it, those that Connection names as well (RFC 9110
 *   7.6.1). The body is framed anew on each side.
 * - Host goes through as it was sent; for an absolute target it is that of the target.
 * - What the client says about other proxies (X-Forwarded-*, X-Real-IP, Forwarded) is dropped, also
 *   where it is spelled with underscores: nobody has said whom to trust, so what a program reads there
 *   is what this service has seen. X-Forwarded-For, -Proto and -Host and Forwarded (RFC 7239) say it.
 * - Via is kept and continued in both directions. A request that carries our own entry has come back
 *   to us: a loop.
 * - Expect is answered by the engine, so the program behind gets the body without having to ask.
 *
 * @module
 */
import { urlHost } from "../../base/address.ts";
import type { HeaderField, HttpRequest } from "../../base/exchange.ts";

/** Fields that end at each connection. */
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

/** Fields of a request that are made anew. */
const REGENERATED: ReadonlySet<string> = new Set([
  "expect",
  "forwarded",
  "host",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-real-ip",
]);

/** The one protocol that a connection may change to. h2c would carry requests past all checks. */
export const WEBSOCKET = "websocket";

/** Elements of a list field in lower case. */
function listElements(value: string | null): string[] {
  if (value === null) return [];
  return value.split(",").map((element) => element.trim().toLowerCase());
}

/** True where the client asks to go on as a WebSocket. */
export function wantsWebSocket(request: HttpRequest): boolean {
  if (request.minor === 0 || request.method !== "GET" || request.body.exists) return false;
  const upgrade = request.header("upgrade");
  if (upgrade === null || upgrade.trim().toLowerCase() !== WEBSOCKET) return false;
  return listElements(request.header("connection")).includes("upgrade");
}

/** True where the request has been here before. */
export function isLoop(request: HttpRequest, via: string): boolean {
  const passed = request.header("via");
  return passed !== null && listElements(passed).some((entry) => entry.endsWith(` ${via}`));
}

/** Head of `request` as the program behind gets it; `via` is our name in Via. */
export function upstreamRequestHead(request: HttpRequest, via: string): string {
  const { method, rawPath, query, body } = request;
  const target = query === null ? rawPath : `${rawPath}?${query}`;
  const host = hostFor(request);
  let head = `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  const connectionOptions = listElements(request.header("connection"));
  for (const [name, value] of request.headers()) {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || connectionOptions.includes(lower)) continue;
    if (REGENERATED.has(lower.replaceAll("_", "-"))) continue;
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

/** Fields of a response as the client gets them. */
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

/** Host as it was sent, unless an absolute target named another or an old client sent none. */
function hostFor(request: HttpRequest): string {
  const { host, local } = request;
  const sent = request.header("host") ?? "";
  const name = sent.replace(/:[0-9]*$/, "").replace(/\.$/, "").toLowerCase();
  if (name === host && sent !== "") return sent;
  return `${host === "" ? urlHost(local.ip) : host}:${local.port}`;
}

function originFields(request: HttpRequest, host: string): string {
  const { ip } = request.remote;
  const proto = request.isTls ? "https" : "http";
  const node = ip.includes(":") ? `"[${ip}]"` : ip;
  return `X-Forwarded-For: ${ip}\r\nX-Forwarded-Proto: ${proto}\r\nX-Forwarded-Host: ${host}\r\n` +
    `Forwarded: for=${node};host="${host}";proto=${proto}\r\n`;
}
