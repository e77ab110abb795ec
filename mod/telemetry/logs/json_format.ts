/**
 * The lines of an access log as JSON: one object a line, with the members of the Elastic Common
 * Schema that `config/rules/access_log.ts` lists.
 *
 * Objects are nested, which jq, lnav, Miller and Filebeat read without being told. All bytes are
 * ASCII, whatever a client sends.
 *
 * @module
 */
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { type AccessLogField, loggedFields } from "../../config/rules/access_log.ts";
import { latin1Bytes, writeInteger, writeLatin1, writeThreeDigits } from "../../wire/byte_text.ts";
import { jsonBytes, jsonText, TEXT_MAX } from "./client_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import {
  copyPart,
  type HeadParts,
  type LineFormat,
  type LinePart,
  writePart,
} from "./line_format.ts";
import type { Stamp } from "./stamp.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);
const COMMA = 0x2c;
const OPENING = 0x7b;
const CLOSING = 0x7d;
const LINE_END = 0x0a;
/** Maximum bytes of the numbers and identifiers, and of the names around them. */
const REST_BYTES_MAX = 1024;
const NS_PER_MS = 1_000_000;
/** Where the milliseconds of a line with a time are. */
const MILLISECOND_OFFSET = '{"@timestamp":"2026-11-27T12:05:15.'.length;

const BYTES = latin1Bytes(',"bytes":');
const BODY_BYTES = latin1Bytes(',"body":{"bytes":');

interface JsonFormatOptions {
  /** AccessLogFields. */
  readonly fields: readonly string[];
  readonly computerName: string;
  /** Returns the name of a site. */
  siteName(id: number): string;
}

/** Objects that a line has if any of their members is chosen. */
const OBJECTS = ["url.", "http.", "http.request.", "http.response."] as const;

/**
 * Formats lines for one selection of fields. What repeats from one line to the next is kept as bytes.
 * Every member begins with its comma, which is left out at the beginning of an object.
 */
export class JsonFormat implements LineFormat {
  readonly #options: JsonFormatOptions;
  readonly #chosen: ReadonlySet<AccessLogField | typeof OBJECTS[number]>;
  readonly millisecondAt: number | null;
  readonly hasClientPort: boolean;
  readonly #hasClientIp: boolean;
  readonly #hasReceived: boolean;
  readonly #hasSent: boolean;
  readonly #hasContent: boolean;
  readonly #hasResponse: boolean;
  readonly #hasId: boolean;
  readonly #hasDuration: boolean;
  readonly #hasTrace: boolean;
  /** Behind the milliseconds up to the address of the client, and from there to its port. */
  readonly #client: string;
  readonly #port: Uint8Array;
  /** Behind the request, up to the duration. */
  readonly #tail: Uint8Array;
  /** From the beginning up to the client, for the second that follows; only the milliseconds change. */
  #begin = NO_BYTES;
  #beginSecond = -1;
  #beginMillisecond = -1;
  /** From the client up to what the head decides, for what follows. */
  #place = NO_BYTES;
  #placeIp = "";
  #placePort = -1;
  #placeScheme = "";
  #placeSite = -1;
  #placeUser: string | null = null;
  #placeSubstatus = -1;
  #placeWin32 = -1;
  /** Up to the numbers of the response, for the status that follows. */
  #status = NO_BYTES;
  #statusCode = -1;

  constructor(options: JsonFormatOptions) {
    this.#options = options;
    const fields = loggedFields(options.fields);
    const objects = OBJECTS.filter((name) => [...fields].some((field) => field.startsWith(name)));
    const chosen = this.#chosen = new Set([...fields, ...objects]);
    const ip = this.#hasClientIp = chosen.has("client.ip");
    const port = this.hasClientPort = chosen.has("client.port");
    const time = chosen.has("@timestamp");
    this.millisecondAt = time ? MILLISECOND_OFFSET : null;
    this.#hasReceived = chosen.has("http.request.bytes");
    this.#hasSent = chosen.has("http.response.bytes");
    this.#hasContent = chosen.has("http.response.body.bytes");
    this.#hasResponse = chosen.has("http.response.");
    this.#hasId = chosen.has("http.request.id");
    this.#hasDuration = chosen.has("event.duration");
    this.#hasTrace = chosen.has("trace.id");
    this.#client = [
      time ? 'Z"' : "",
      ip || port ? `"client":{${ip ? '"ip":"' : ""}` : "",
    ].filter(Boolean).join(",");
    this.#port = latin1Bytes(`${ip ? '",' : ""}"port":`);
    this.#tail = latin1Bytes(
      (chosen.has("http.request.") ? "}" : "") + (chosen.has("http.") ? "}" : "") +
        (this.#hasDuration ? ',"event":{"duration":' : ""),
    );
  }

  /** A file of JSON has no header. */
  header(): string {
    return "";
  }

  headParts(request: HttpRequest): HeadParts<string> {
    return { path: this.#path(request), fields: this.#ofRequest(request) };
  }

  write(
    lines: LineBuffer,
    record: ServedRecord,
    siteId: number,
    stamp: Stamp,
    parts: HeadParts<LinePart>,
  ): number {
    if (stamp.millisecond !== this.#beginMillisecond || stamp.second !== this.#beginSecond) {
      this.#makeBegin(stamp);
    }
    this.#preparePlace(record, siteId);
    if (record.status !== this.#statusCode) this.#makeStatus(record.status);
    const { ip, port } = record.request.remote;
    lines.reserve(
      this.#begin.length + ip.length + this.#place.length + this.#status.length +
        this.#tail.length + REST_BYTES_MAX + parts.path.length + parts.fields.length,
    );
    const { bytes } = lines;
    let end = copyPart(bytes, lines.end, this.#begin);
    if (this.#hasClientIp) end = writeLatin1(bytes, end, withoutZone(ip));
    if (this.hasClientPort) end = writeInteger(bytes, copyPart(bytes, end, this.#port), port);
    return this.#writeRest(bytes, end, record, parts);
  }

  /** Writes what is behind the client. */
  #writeRest(
    bytes: Uint8Array,
    offset: number,
    record: ServedRecord,
    { path, fields }: HeadParts<LinePart>,
  ): number {
    const { request } = record;
    let end = member(bytes, offset, this.#place);
    end = member(bytes, end, path);
    end = member(bytes, end, this.#status);
    if (this.#hasSent) end = numberMember(bytes, end, BYTES, record.sentBytes);
    if (this.#hasContent) {
      end = numberMember(bytes, end, BODY_BYTES, record.contentBytes);
      bytes[end++] = CLOSING;
    }
    if (this.#hasResponse) bytes[end++] = CLOSING;
    end = member(bytes, end, fields);
    if (this.#hasReceived) end = numberMember(bytes, end, BYTES, record.receivedBytes);
    if (this.#hasId && request.id !== null) end = writeId(bytes, end, request.id);
    end = member(bytes, end, this.#tail);
    if (this.#hasDuration) {
      end = writeInteger(bytes, end, Math.round(record.durationMs * NS_PER_MS));
      bytes[end++] = CLOSING;
    }
    if (this.#hasTrace && request.traceId !== null) {
      const id = jsonBytes(request.traceId, TEXT_MAX.name);
      end = member(bytes, end, `,"trace":{"id":"${id}"}`);
    }
    bytes[end++] = CLOSING;
    bytes[end++] = LINE_END;
    return end;
  }

  #makeBegin({ millisecond, second, date, time }: Stamp): void {
    const at = this.millisecondAt;
    if (second !== this.#beginSecond) {
      const start = at === null ? "{" : `{"@timestamp":"${date}T${time}.000`;
      this.#begin = latin1Bytes(start + this.#client);
    }
    if (at !== null) writeThreeDigits(this.#begin, at, millisecond);
    this.#beginSecond = second;
    this.#beginMillisecond = millisecond;
  }

  #makeStatus(status: number): void {
    this.#status = latin1Bytes(
      (this.#hasResponse ? ',"response":{' : "") +
        (this.#chosen.has("http.response.status_code") ? `"status_code":${status}` : ""),
    );
    this.#statusCode = status;
  }

  #preparePlace({ request, win32Status }: ServedRecord, siteId: number): void {
    const { local, scheme, substatus, user } = request;
    const isSame = local.ip === this.#placeIp && local.port === this.#placePort &&
      scheme === this.#placeScheme && siteId === this.#placeSite && user === this.#placeUser &&
      substatus === this.#placeSubstatus && win32Status === this.#placeWin32;
    if (isSame) return;
    this.#placeIp = local.ip;
    this.#placePort = local.port;
    this.#placeScheme = scheme;
    this.#placeSite = siteId;
    this.#placeUser = user;
    this.#placeSubstatus = substatus;
    this.#placeWin32 = win32Status;
    this.#place = latin1Bytes(this.#placeText());
  }

  #placeText(): string {
    const chosen = this.#chosen;
    const { computerName, siteName } = this.#options;
    const text = (value: string): string => `"${jsonText(value, TEXT_MAX.name)}"`;
    const user = chosen.has("user.name") ? this.#placeUser : null;
    const site = object("site", [
      chosen.has("httpcfg.site.id") ? `"id":${this.#placeSite}` : "",
      chosen.has("httpcfg.site.name") ? `"name":${text(siteName(this.#placeSite))}` : "",
    ]);
    return (this.hasClientPort ? "}" : this.#hasClientIp ? '"}' : "") +
      object("server", [
        chosen.has("server.address") ? `"address":${text(this.#placeIp)}` : "",
        chosen.has("server.port") ? `"port":${this.#placePort}` : "",
      ]) +
      object("host", [chosen.has("host.hostname") ? `"hostname":${text(computerName)}` : ""]) +
      object("httpcfg", [
        site.slice(1), // without the comma
        chosen.has("httpcfg.substatus") ? `"substatus":${this.#placeSubstatus}` : "",
        chosen.has("httpcfg.win32_status") ? `"win32_status":${this.#placeWin32}` : "",
      ]) +
      (user === null ? "" : `,"user":{"name":${text(user)}}`) +
      (chosen.has("url.") ? ',"url":{' : "") +
      (chosen.has("url.scheme") ? `"scheme":"${this.#placeScheme}"` : "");
  }

  /** Returns the rest of `url`, and what follows up to the response. */
  #path(request: HttpRequest): string {
    const chosen = this.#chosen;
    let text = "";
    if (chosen.has("url.domain") && request.host !== "") {
      text += `,"domain":"${jsonBytes(request.host, TEXT_MAX.name)}"`;
    }
    if (chosen.has("url.path")) {
      text += `,"path":"${jsonBytes(request.rawPath, TEXT_MAX.path)}"`;
    }
    if (chosen.has("url.query") && request.query !== null) {
      text += `,"query":"${jsonBytes(request.query, TEXT_MAX.query)}"`;
    }
    if (chosen.has("url.")) text += "}";
    if (chosen.has("user_agent.original")) {
      const agent = request.header("user-agent");
      if (agent !== null) {
        text += `,"user_agent":{"original":"${jsonBytes(agent, TEXT_MAX.agent)}"}`;
      }
    }
    if (chosen.has("http.")) text += ',"http":{';
    return chosen.has("http.version") ? `${text}"version":"1.${request.minor}"` : text;
  }

  /** Returns the members of `http.request` that depend on the head. */
  #ofRequest(request: HttpRequest): string {
    const chosen = this.#chosen;
    if (!chosen.has("http.request.")) return "";
    const method = chosen.has("http.request.method")
      ? `"method":"${jsonBytes(request.method, TEXT_MAX.method)}"`
      : "";
    const referrer = chosen.has("http.request.referrer") ? request.header("referer") : null;
    if (referrer === null) return `,"request":{${method}`;
    const comma = method === "" ? "" : ",";
    return `,"request":{${method}${comma}"referrer":"${jsonBytes(referrer, TEXT_MAX.referrer)}"`;
  }
}

function writeId(bytes: Uint8Array, offset: number, id: string): number {
  return member(bytes, offset, `,"id":"${jsonBytes(id, TEXT_MAX.name)}"`);
}

/** Returns an address as every reader takes it: a zone is of this machine alone. */
function withoutZone(ip: string): string {
  const zone = ip.charCodeAt(0) === 0x66 ? ip.indexOf("%") : -1; // fe80::1%eth0
  return zone < 0 ? ip : ip.slice(0, zone);
}

/** Returns an object as a member; nothing if it has no members. */
function object(name: string, members: readonly string[]): string {
  const some = members.filter(Boolean);
  return some.length === 0 ? "" : `,"${name}":{${some.join(",")}}`;
}

/** Writes members at `offset`, the first without its comma if it is the first of its object. */
function member(bytes: Uint8Array, offset: number, part: LinePart): number {
  const first = typeof part === "string" ? part.charCodeAt(0) : part[0];
  if (first !== COMMA || bytes[offset - 1] !== OPENING) return writePart(bytes, offset, part);
  const end = writePart(bytes, offset - 1, part); // its comma in the place of the brace
  bytes[offset - 1] = OPENING;
  return end;
}

function numberMember(bytes: Uint8Array, offset: number, name: Uint8Array, value: number): number {
  return writeInteger(bytes, member(bytes, offset, name), value);
}
