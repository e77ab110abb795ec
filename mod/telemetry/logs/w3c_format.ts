/**
 * The line format of the W3C extended log in IIS 6: the fields, their order and their values.
 *
 * `LogExtFileFlags` selects the fields; their order is fixed (source: "W3C Logging" and the pages
 * of LogExtFileFlags). The path is logged as it was sent, so a reader sees what the client
 * requested.
 *
 * @module
 */
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { latin1Bytes, writeInteger, writeLatin1 } from "../../wire/byte_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import {
  copyPart,
  type HeadParts,
  type LineFormat,
  type LinePart,
  writePart,
} from "./line_format.ts";
import { fieldText, type LineEnd, type Stamp } from "./stamp.ts";

/** The bits of LogExtFileFlags and the names of the fields, in the order of a line. */
const FIELDS = [
  [0x1, "date"],
  [0x2, "time"],
  [0x10, "s-sitename"],
  [0x20, "s-computername"],
  [0x40, "s-ip"],
  [0x80, "cs-method"],
  [0x100, "cs-uri-stem"],
  [0x200, "cs-uri-query"],
  [0x8000, "s-port"],
  [0x8, "cs-username"],
  [0x4, "c-ip"],
  [0x80000, "cs-version"],
  [0x10000, "cs(User-Agent)"],
  [0x20000, "cs(Cookie)"],
  [0x40000, "cs(Referer)"],
  [0x100000, "cs-host"],
  [0x400, "sc-status"],
  [0x200000, "sc-substatus"],
  [0x800, "sc-win32-status"],
  [0x1000, "sc-bytes"],
  [0x2000, "cs-bytes"],
  [0x4000, "time-taken"],
] as const;

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Date, time, site, computer, address, method: the fields before the path. */
const BEFORE_PATH = 0x1 | 0x2 | 0x10 | 0x20 | 0x40 | 0x80;
const STEM = 0x100;
const QUERY = 0x200;
const CLIENT_IP = 0x4;
/** Bytes sent, bytes received, time taken. */
const NUMBERS = 0x1000 | 0x2000 | 0x4000;

/** Maximum characters of a field from a client; IIS logs no more either. */
const FIELD_MAX = 4096;

/** Maximum number of user agents whose field text is cached: few clients send most requests. */
const AGENTS_MAX = 256;
/** Maximum characters of a user agent whose field text is cached. */
const AGENT_LENGTH_MAX = 512;
/** Maximum bytes of the three numbers, with their spaces and the line end. */
const NUMBERS_BYTES_MAX = 64;
const SPACE = 0x20;

interface W3cFormatOptions {
  /** LogExtFileFlags. */
  readonly flags: number;
  readonly computerName: string;
  readonly lineEnd: LineEnd;
}

/**
 * Formats lines for one selection of fields. What repeats from one line to the next is kept as bytes.
 */
export class W3cFormat implements LineFormat {
  readonly millisecondAt = null;
  readonly hasClientPort = false;
  readonly #flags: number;
  readonly #computerName: string;
  readonly #lineEnd: LineEnd;
  readonly #hasFields: boolean;
  /** Whether a line would begin with the space between two fields. */
  readonly #isLedBySpace: boolean;
  readonly #agents = new Map<string, string>();
  /** Everything before the path, for the second, site, address and method that follow. */
  #head = NO_BYTES;
  #headSecond = -1;
  #headSite = -1;
  #headIp = "";
  #headMethod = "";
  /** Port and user, for those that follow. */
  #middle = NO_BYTES;
  #middlePort = -1;
  #middleUser: string | null = null;
  /** The three statuses, for those that follow; with the line end if it is the last part. */
  #tail = NO_BYTES;
  #tailStatus = -1;
  #tailSubstatus = -1;
  #tailWin32 = -1;

  constructor({ flags, computerName, lineEnd }: W3cFormatOptions) {
    this.#flags = flags;
    this.#hasFields = FIELDS.some(([bit]) => (flags & bit) !== 0);
    this.#isLedBySpace = (flags & (BEFORE_PATH | STEM)) === 0;
    this.#computerName = fieldText(computerName, FIELD_MAX);
    this.#lineEnd = lineEnd;
  }

  /** Returns the header of a file, which is repeated in it when the service starts again. */
  header(stamp: Stamp): string {
    const names = FIELDS.filter(([bit]) => (this.#flags & bit) !== 0).map(([, name]) => name);
    const end = this.#lineEnd;
    return `#Software: Microsoft Internet Information Services 6.0${end}#Version: 1.0${end}` +
      `#Date: ${stamp.date} ${stamp.time}${end}#Fields: ${names.join(" ")} ${end}`;
  }

  headParts(request: HttpRequest): HeadParts<string> {
    return { path: this.#path(request), fields: this.#fromClient(request) };
  }

  write(
    lines: LineBuffer,
    record: ServedRecord,
    siteId: number,
    stamp: Stamp,
    { path, fields }: HeadParts<LinePart>,
  ): number {
    if (!this.#hasFields) return lines.end;
    const { request } = record;
    const { local } = request;
    const isSameHead = stamp.second === this.#headSecond && siteId === this.#headSite &&
      local.ip === this.#headIp && request.method === this.#headMethod;
    if (!isSameHead) this.#makeHead(stamp, siteId, local.ip, request.method);
    const { user, substatus } = request;
    const isSameMiddle = local.port === this.#middlePort && user === this.#middleUser;
    if (!isSameMiddle) this.#makeMiddle(local.port, user);
    const isSameTail = record.status === this.#tailStatus && substatus === this.#tailSubstatus &&
      record.win32Status === this.#tailWin32;
    if (!isSameTail) this.#makeTail(record.status, substatus, record.win32Status);
    const flags = this.#flags;
    const client = (flags & CLIENT_IP) === 0 ? "" : request.remote.ip;
    lines.reserve(
      this.#head.length + path.length + this.#middle.length + client.length + fields.length +
        this.#tail.length + NUMBERS_BYTES_MAX,
    );
    const { bytes, end: start } = lines;
    let end = copyPart(bytes, start, this.#head);
    end = writePart(bytes, end, path);
    end = copyPart(bytes, end, this.#middle);
    end = writeLatin1(bytes, end, client);
    end = writePart(bytes, end, fields);
    end = copyPart(bytes, end, this.#tail);
    if ((flags & NUMBERS) !== 0) end = this.#writeNumbers(bytes, end, record);
    if (this.#isLedBySpace) bytes.copyWithin(start, start + 1, end--);
    return end;
  }

  #path(request: HttpRequest): string {
    const flags = this.#flags;
    const stem = (flags & STEM) === 0 ? "" : fieldText(request.rawPath, FIELD_MAX);
    if ((flags & QUERY) === 0) return stem;
    return request.query === null ? `${stem} -` : `${stem} ${fieldText(request.query, FIELD_MAX)}`;
  }

  #makeHead(stamp: Stamp, siteId: number, ip: string, method: string): void {
    const flags = this.#flags;
    const parts: string[] = [];
    if ((flags & 0x1) !== 0) parts.push(stamp.date);
    if ((flags & 0x2) !== 0) parts.push(stamp.time);
    if ((flags & 0x10) !== 0) parts.push(`W3SVC${siteId}`);
    if ((flags & 0x20) !== 0) parts.push(this.#computerName);
    if ((flags & 0x40) !== 0) parts.push(ip);
    if ((flags & 0x80) !== 0) parts.push(fieldText(method, FIELD_MAX));
    if ((flags & STEM) !== 0) parts.push("");
    this.#head = latin1Bytes(parts.join(" "));
    this.#headSecond = stamp.second;
    this.#headSite = siteId;
    this.#headIp = ip;
    this.#headMethod = method;
  }

  #makeMiddle(port: number, user: string | null): void {
    const flags = this.#flags;
    this.#middle = latin1Bytes(
      ((flags & 0x8000) !== 0 ? ` ${port}` : "") +
        ((flags & 0x8) !== 0 ? ` ${fieldText(user, FIELD_MAX)}` : "") +
        ((flags & CLIENT_IP) !== 0 ? " " : ""),
    );
    this.#middlePort = port;
    this.#middleUser = user;
  }

  #makeTail(status: number, substatus: number, win32Status: number): void {
    const flags = this.#flags;
    this.#tail = latin1Bytes(
      ((flags & 0x400) !== 0 ? ` ${status}` : "") +
        ((flags & 0x200000) !== 0 ? ` ${substatus}` : "") +
        ((flags & 0x800) !== 0 ? ` ${win32Status}` : "") +
        ((flags & NUMBERS) !== 0 ? "" : this.#lineEnd),
    );
    this.#tailStatus = status;
    this.#tailSubstatus = substatus;
    this.#tailWin32 = win32Status;
  }

  #fromClient(request: HttpRequest): string {
    const flags = this.#flags;
    let text = "";
    if ((flags & 0x80000) !== 0) text += request.minor === 1 ? " HTTP/1.1" : " HTTP/1.0";
    if ((flags & 0x10000) !== 0) text += this.#agent(request.header("user-agent"));
    if ((flags & 0x20000) !== 0) text += ` ${fieldText(request.header("cookie"), FIELD_MAX)}`;
    if ((flags & 0x40000) !== 0) text += ` ${fieldText(request.header("referer"), FIELD_MAX)}`;
    if ((flags & 0x100000) !== 0) text += ` ${fieldText(request.header("host"), FIELD_MAX)}`;
    return text;
  }

  #writeNumbers(bytes: Uint8Array, offset: number, record: ServedRecord): number {
    const flags = this.#flags;
    let end = offset;
    if ((flags & 0x1000) !== 0) end = writeNumber(bytes, end, record.sentBytes);
    if ((flags & 0x2000) !== 0) end = writeNumber(bytes, end, record.receivedBytes);
    if ((flags & 0x4000) !== 0) end = writeNumber(bytes, end, Math.round(record.durationMs));
    return writeLatin1(bytes, end, this.#lineEnd);
  }

  /** Returns the field text of a user agent, preceded by a space. */
  #agent(value: string | null): string {
    if (value === null) return " -";
    let text = this.#agents.get(value);
    if (text !== undefined) return text;
    text = ` ${fieldText(value, FIELD_MAX)}`;
    if (value.length <= AGENT_LENGTH_MAX) {
      if (this.#agents.size >= AGENTS_MAX) this.#agents.clear();
      this.#agents.set(value, text);
    }
    return text;
  }
}

/** Writes a space and `value` at `offset`; returns the offset after them. */
function writeNumber(bytes: Uint8Array, offset: number, value: number): number {
  bytes[offset] = SPACE;
  return writeInteger(bytes, offset + 1, value);
}
