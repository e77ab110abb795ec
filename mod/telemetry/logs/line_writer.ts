/**
 * From a request that was served to its line. A client that asks for the same again mostly gets the
 * same: then the line is the last one of its head but for the milliseconds, and is noted instead of
 * formatted. Most clients differ in their heads, so the client is a part of what is kept.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { latin1Bytes } from "../../wire/byte_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import type { HeadParts, LineFormat } from "./line_format.ts";
import type { Stamp } from "./stamp.ts";

/** Writes lines in one format. */
export class LineWriter {
  readonly format: LineFormat;
  readonly #millisecondAt: number | null;
  readonly #hasClientPort: boolean;

  constructor(format: LineFormat) {
    this.format = format;
    this.#millisecondAt = format.millisecondAt;
    this.#hasClientPort = format.hasClientPort;
  }

  /** Adds the line of one record to `lines`; none if no field is chosen. */
  add(lines: LineBuffer, record: ServedRecord, siteId: number, stamp: Stamp): void {
    const { request } = record;
    const kept = this.#keptFor(request);
    const isAgain = kept !== null && kept.isFor(record, siteId, stamp.second, this.#hasClientPort);
    if (isAgain && kept.line !== null) {
      return lines.addAgain(kept.line, stamp.millisecond, this.#millisecondAt);
    }
    const parts = kept ?? this.format.headParts(request);
    const end = this.format.write(lines, record, siteId, stamp, parts);
    if (end === lines.end) return;
    if (isAgain) kept.line = lines.bytes.slice(lines.end, end);
    else kept?.become(record, siteId, stamp.second);
    lines.commit(end);
  }

  /** Returns what is kept of a head that came before; null for another. */
  #keptFor(request: HttpRequest): KnownLine | null {
    const { known } = request;
    if (known === null) return null;
    if (known.logged instanceof KnownLine && known.logged.by === this) return known.logged;
    const { path, fields } = this.format.headParts(request);
    return known.logged = new KnownLine(this, latin1Bytes(path), latin1Bytes(fields));
  }
}

/** What is kept of a head that came before, and of the last line with it. */
class KnownLine implements HeadParts<Uint8Array> {
  /** Another one has other parts, and another line. */
  readonly by: LineWriter;
  readonly path: Uint8Array;
  readonly fields: Uint8Array;
  /** The line of a response that was available at once; null until it is the same twice. */
  line: Uint8Array | null = null;
  #second = -1;
  #siteId = -1;
  #status = -1;
  #sentBytes = -1;
  #contentBytes = -1;
  #receivedBytes = -1;
  #substatus = -1;
  #win32Status = -1;
  #local: Endpoint | null = null;
  #port = -1;
  #ip = "";
  #scheme = "";
  #user: string | null = null;

  constructor(by: LineWriter, path: Uint8Array, fields: Uint8Array) {
    this.by = by;
    this.path = path;
    this.fields = fields;
  }

  /** Reports whether the line of a record is the last one with this head but for its milliseconds. */
  isFor(record: ServedRecord, siteId: number, second: number, hasClientPort: boolean): boolean {
    const { request } = record;
    const { remote } = request;
    return second === this.#second && record.durationMs === 0 &&
      record.status === this.#status && record.sentBytes === this.#sentBytes &&
      record.contentBytes === this.#contentBytes && record.receivedBytes === this.#receivedBytes &&
      record.win32Status === this.#win32Status && siteId === this.#siteId &&
      isSameEndpoint(request.local, this.#local) && request.scheme === this.#scheme &&
      request.substatus === this.#substatus && request.user === this.#user &&
      request.id === null && request.traceId === null &&
      (!hasClientPort || remote.port === this.#port) && remote.ip === this.#ip;
  }

  /** Remembers what the line of a record depends on. */
  become(record: ServedRecord, siteId: number, second: number): void {
    const { request } = record;
    this.line = null;
    this.#second = second;
    this.#siteId = siteId;
    this.#status = record.status;
    this.#sentBytes = record.sentBytes;
    this.#contentBytes = record.contentBytes;
    this.#receivedBytes = record.receivedBytes;
    this.#win32Status = record.win32Status;
    this.#local = request.local;
    this.#port = request.remote.port;
    this.#ip = request.remote.ip;
    this.#scheme = request.scheme;
    this.#substatus = request.substatus;
    this.#user = request.user;
  }
}

/** Compares objects first: mostly it is the same one. */
function isSameEndpoint(one: Endpoint, other: Endpoint | null): boolean {
  return one === other || (other !== null && one.port === other.port && one.ip === other.ip);
}
