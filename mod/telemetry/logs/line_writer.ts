/**
 * From a request that was served to its line. A client that asks for the same again mostly gets the
 * same: then the line is the last one of its head but for the milliseconds, and is noted instead of
 * formatted. Most clients differ in their heads, so the client is a part of what is kept. If the line
 * is the very last one, as where many ask for the same within a millisecond, it is only counted.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { latin1Bytes } from "../../wire/byte_text.ts";
import type { LineBuffer, LineRun } from "./line_buffer.ts";
import type { LineTime } from "./line_clock.ts";
import type { HeadParts, LineFormat } from "./line_format.ts";
import type { Stamp } from "./stamp.ts";

/** Writes lines in one format. */
export class LineWriter {
  readonly format: LineFormat;

  constructor(format: LineFormat) {
    this.format = format;
  }

  /**
   * Adds the line of one record to `lines`; none if no field is chosen. `last` is told of a line that
   * may come again at once.
   */
  add(
    lines: LineBuffer,
    record: ServedRecord,
    siteId: number,
    stamp: Stamp,
    last: LastLine | null = null,
  ): void {
    const { request } = record;
    const kept = this.#keptFor(request);
    const isAgain = kept !== null && kept.second === stamp.second && kept.isFor(record, siteId);
    if (isAgain && kept.line !== null) {
      const run = lines.addAgain(kept.line, stamp.millisecond, this.format.millisecondAt);
      return last?.become(kept, stamp.nowMs, lines, run);
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

/**
 * The line that was added last, of all lines of a log or of several. It is forgotten when its lines are
 * drained, as they are before any setting changes.
 */
export class LastLine {
  #nowMs = -1;
  #kept: KnownLine | null = null;
  #lines: LineBuffer | null = null;
  #run: LineRun | null = null;

  /** Remembers the line that is kept in `kept`, as it was added to `run` in `lines`. */
  become(kept: KnownLine, nowMs: number, lines: LineBuffer, run: LineRun): void {
    this.#kept = kept;
    this.#nowMs = nowMs;
    this.#lines = lines;
    this.#run = run;
  }

  /**
   * Adds the line of a record if it is the same; returns where it was added, or null for another line.
   * Few objects are looked at: this is what a log costs a busy service.
   */
  addSame(
    record: ServedRecord,
    siteId: number,
    clock: Pick<LineTime, "now">,
  ): LineBuffer | null {
    const { request } = record;
    const kept = this.#kept;
    const run = this.#run;
    if (kept === null || run === null || request.known?.logged !== kept) return null;
    if (request.isUnlogged || kept.line !== run.line || !kept.isFor(record, siteId)) return null;
    return clock.now() === this.#nowMs && this.#lines!.addToRun(run) ? this.#lines : null;
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
  /** Of its time, since 1970. */
  second = -1;
  readonly #hasClientPort: boolean;
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
    this.#hasClientPort = by.format.hasClientPort;
    this.path = path;
    this.fields = fields;
  }

  /** Reports whether the line of a record is the last one with this head but for its time. */
  isFor(record: ServedRecord, siteId: number): boolean {
    const { request } = record;
    const { remote } = request;
    return record.durationMs === 0 &&
      record.status === this.#status && record.sentBytes === this.#sentBytes &&
      record.contentBytes === this.#contentBytes && record.receivedBytes === this.#receivedBytes &&
      record.win32Status === this.#win32Status && siteId === this.#siteId &&
      isSameEndpoint(request.local, this.#local) && request.scheme === this.#scheme &&
      request.substatus === this.#substatus && request.user === this.#user &&
      request.id === null && request.traceId === null &&
      (!this.#hasClientPort || remote.port === this.#port) && remote.ip === this.#ip;
  }

  /** Remembers what the line of a record depends on. */
  become(record: ServedRecord, siteId: number, second: number): void {
    const { request } = record;
    this.line = null;
    this.second = second;
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
