/**
 * The head of a request for the upstream, made from the one of the client. Pure.
 *
 * - Which fields pass, `field_names.ts` says, and the client's Connection field.
 * - Host is forwarded as it was sent, unless it is set; for an absolute request target it is the host
 *   of the target.
 * - X-Forwarded-For, -Proto and -Host and Forwarded (RFC 7239) carry what this service has seen, and
 *   before it what a trusted proxy has said; what the client said before that is left out.
 *   X-Forwarded-Port is left out: behind a mapped port it would be wrong, and the host has the port
 *   that the client used.
 * - Client-Cert (RFC 9440) is the certificate of the client, where the site asks for one and believes
 *   it. No client can send the field itself.
 * - X-Request-ID is the identifier of the request, where requests have one; else it passes.
 * - A trace that the client names (W3C Trace Context) is passed on as it was sent; one that is
 *   invalid is not, nor what tracing systems say of it. Where requests are traced, the upstream
 *   continues a span of this service instead.
 * - Via is kept and extended in both directions. A request that carries our own entry has come back
 *   to us: a loop.
 *
 * @module
 */
import { type Ip, urlHost, withoutZone } from "../../base/address.ts";
import type { AttemptSpan, FieldBytes, HttpRequest } from "../../base/exchange.ts";
import { CR, SP } from "../../wire/byte_class.ts";
import { type FieldEdits, isOneOf } from "../proxied/field_edits.ts";
import { listElements, REQUEST_FIELD, requestFieldOf } from "./field_names.ts";
import type { OutputBuffer } from "./output_buffer.ts";

/** The only protocol to upgrade to. h2c would carry requests past all checks. */
export const WEBSOCKET = "websocket";
const UPGRADE_FIELDS = `Connection: Upgrade\r\nUpgrade: ${WEBSOCKET}\r\n`;
const CHUNKED_FIELD = "Transfer-Encoding: chunked\r\n";
const REQUEST_ID_LINE = "X-Request-ID: ";
const NO_OPTIONS: readonly string[] = [];
const NO_PROXIES: readonly Ip[] = [];

/** Reports whether the client asks for an upgrade to WebSocket. */
export function wantsWebSocket(request: HttpRequest): boolean {
  const upgrade = request.header("upgrade");
  if (upgrade === null || upgrade.trim().toLowerCase() !== WEBSOCKET) return false;
  if (request.minor === 0 || request.method !== "GET" || request.body.exists) return false;
  return listElements(request.header("connection")).includes("upgrade");
}

/** Reports whether the request has already passed through this service. */
export function isLoop(request: HttpRequest, via: string): boolean {
  const passed = request.header("via");
  return passed !== null && listElements(passed).some((entry) => entry.endsWith(` ${via}`));
}

/** What is different from what the client has sent. */
interface HeadOptions {
  /** Our name in Via. */
  readonly via: string;
  readonly isUpgrade: boolean;
  /** The path for the upstream; absent for that of the client. */
  readonly path?: string;
  /** The value of Host; absent or null for that of the client. */
  readonly host?: string | null;
  readonly edits?: FieldEdits | null;
  /** The span that the upstream continues; absent or null to pass on the trace of the client. */
  readonly span?: AttemptSpan | null;
}

/** Writes the head of `request` for the upstream. */
export function writeRequestHead(
  output: OutputBuffer,
  request: HttpRequest,
  { via, isUpgrade, path = request.rawPath, host: setHost = null, edits = null, span = null }:
    HeadOptions,
): void {
  const { method, query, fields, body, id, trace } = request;
  const host = hostFor(request);
  output.text(method);
  output.text(" ");
  output.text(path);
  if (query !== null) {
    output.text("?");
    output.text(query);
  }
  output.text(" HTTP/1.1\r\nHost: ");
  output.text(setHost ?? host);
  output.text("\r\n");
  const options = connectionOptions(request);
  const ended = edits === null ? options : [...options, ...edits.replaced];
  const passesTrace = trace !== null && span === null;
  writeForwarded(output, fields, { ended, hasId: id !== null, passesTrace });
  if (edits !== null) output.text(id === null ? edits.lines : edits.linesWithoutId);
  if (body.exists) {
    output.text(
      body.length === null ? CHUNKED_FIELD : `Content-Length: ${body.length}\r\n`,
    );
  }
  if (isUpgrade) output.text(UPGRADE_FIELDS);
  writeOrigin(output, request, host);
  writeCertificate(output, request);
  if (span !== null) writeTrace(output, span);
  if (id !== null) output.text(`${REQUEST_ID_LINE}${id}\r\n`);
  output.text(request.minor === 0 ? "Via: 1.0 " : "Via: 1.1 ");
  output.text(via);
  output.text("\r\n\r\n");
}

/** Writes the fields of the client that are for the upstream too; lines side by side in one piece. */
function writeForwarded(
  output: OutputBuffer,
  fields: FieldBytes,
  { ended, hasId, passesTrace }: {
    readonly ended: readonly string[];
    readonly hasId: boolean;
    readonly passesTrace: boolean;
  },
): void {
  const { bytes, fieldCount } = fields;
  let [from, to] = [0, 0];
  for (let field = 0; field < fieldCount; field++) {
    const start = fields.nameStart(field);
    const end = fields.nameEnd(field);
    const kind = requestFieldOf(bytes, start, end);
    if (kind !== REQUEST_FIELD.passed) {
      if (kind === REQUEST_FIELD.ended) continue;
      if (kind === REQUEST_FIELD.requestId ? hasId : !passesTrace) continue;
    }
    if (isOneOf(ended, bytes, start, end)) continue;
    if (start !== to) {
      output.copy(bytes, from, to);
      from = start;
    }
    const valueStart = fields.valueStart(field);
    to = fields.valueEnd(field) + 2;
    if (valueStart === end + 2 && bytes[end + 1] === SP && bytes[to - 2] === CR) continue;
    output.copy(bytes, from, end); // the line has other white space than ours
    output.text(": ");
    output.copy(bytes, valueStart, to - 2);
    output.text("\r\n");
    from = to = 0;
  }
  output.copy(bytes, from, to);
}

/** Returns the fields that are for this connection alone, in lower case. */
function connectionOptions(request: HttpRequest): readonly string[] {
  const value = request.header("connection");
  return value === null || value === "keep-alive" ? NO_OPTIONS : listElements(value);
}

/** Writes what this service knows of the client, and what trusted proxies have told it. */
function writeOrigin(output: OutputBuffer, request: HttpRequest, host: string): void {
  const { origin, scheme } = request;
  const peer = withoutZone(request.peer.ip); // a zone means nothing to anybody else
  const proxies = origin === null ? NO_PROXIES : origin.route;
  const askedHost = origin?.host ?? host;
  output.text("X-Forwarded-For: ");
  for (let i = 0; i < proxies.length; i++) {
    output.text(proxies[i]!);
    output.text(", ");
  }
  output.text(peer);
  output.text("\r\nX-Forwarded-Proto: ");
  output.text(scheme);
  output.text("\r\nX-Forwarded-Host: ");
  output.text(askedHost);
  output.text("\r\nForwarded: for=");
  output.text(nodeOf(proxies.length === 0 ? peer : proxies[0]!));
  output.text(';host="');
  output.text(askedHost);
  output.text('";proto=');
  output.text(scheme);
  for (let i = 1; i <= proxies.length; i++) {
    output.text(", for=");
    output.text(nodeOf(i === proxies.length ? peer : proxies[i]!));
  }
  output.text("\r\n");
}

/** Writes the certificate that the client has proved to have (RFC 9440). */
function writeCertificate(output: OutputBuffer, { provenCertificate: der }: HttpRequest): void {
  if (der === null) return;
  output.text("Client-Cert: :");
  output.text(der.toBase64());
  output.text(":\r\n");
}

/** Writes the trace that the upstream continues. */
function writeTrace(output: OutputBuffer, { traceparent, tracestate }: AttemptSpan): void {
  output.text(`traceparent: ${traceparent}\r\n`);
  if (tracestate !== "") output.text(`tracestate: ${tracestate}\r\n`);
}

function nodeOf(ip: Ip): string {
  return ip.includes(":") ? `"[${ip}]"` : ip;
}

/** Host as it was sent, unless an absolute target named another one or an old client sent none. */
function hostFor(request: HttpRequest): string {
  const { host, local } = request;
  const sent = request.header("host") ?? "";
  if (sent !== "" && (sent === host || nameOf(sent) === host)) return sent;
  return `${host === "" ? urlHost(local.ip) : host}:${local.port}`;
}

/** Returns the name in a Host field, as the engine gives it to a request. */
function nameOf(sent: string): string {
  const colon = sent.lastIndexOf(":");
  const name = colon >= 0 && /^[0-9]*$/.test(sent.slice(colon + 1)) ? sent.slice(0, colon) : sent;
  return (name.endsWith(".") ? name.slice(0, -1) : name).toLowerCase();
}
