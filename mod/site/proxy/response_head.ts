/**
 * The head of an upstream response: from the bytes of the upstream to those for the client. Pure.
 *
 * It is parsed as strictly as a request: a response is invalid if we and a client could disagree
 * about the end of the message. So a line ends with CR LF, a length is one number, given once and
 * never together with Transfer-Encoding, whose only value is `chunked`.
 *
 * @module
 */
import type { EncodedFields } from "../../base/exchange.ts";
import { BYTE_CLASS, COLON, CR, LF, SP, TOKEN } from "../../wire/byte_class.ts";
import {
  cachedLatin1,
  copyBytes,
  equalsIgnoringCase,
  latin1,
  writeLatin1,
} from "../../wire/byte_text.ts";
import {
  contentLengthAt,
  numberAt,
  trimmedEnd,
  trimmedStart,
  valueEnd,
} from "../../wire/field_value.ts";
import { type FieldEdits, isOneOf } from "../proxied/field_edits.ts";
import { listElements, RESPONSE_FIELD, responseFieldOf } from "./field_names.ts";

/** Limit for the bytes of a head; the limit of HTTP.sys for the head of a response. */
export const HEAD_BYTES_MAX = 65_536;
const FIELDS_MAX = 500;
/** Fields that a head keeps room for: most responses have fewer. */
const FIELDS_KEPT = 16;
const MARKS_PER_FIELD = 5;
const MARKS_KEPT = FIELDS_KEPT * MARKS_PER_FIELD;
const NO_OPTIONS: readonly string[] = [];
const REQUEST_ID: readonly string[] = ["x-request-id"];
const NO_BYTES = new Uint8Array(0);
/** The bytes of Via besides our name, and more. */
const VIA_BYTES = 16;

/** How the body is delimited: a length in bytes, or one of these. */
export const BODY = { chunked: -1, untilClose: -2 } as const;

/** What is wrong with an upstream response. */
export class UpstreamFault extends Error {
  override readonly name = "UpstreamFault";
}

/** The upstream has closed the connection before its response was complete. */
export class UpstreamClosed extends UpstreamFault {}

const STATUS_LINE = "HTTP/1.";
/** `HTTP/1.1 200`; a space and a reason may follow. */
const STATUS_BYTES = 12;
const KEEP_ALIVE = /(?:^|[\s,])timeout=([0-9]{1,9})(?:$|[\s,])/i;

/**
 * One head. Offsets are relative to its first byte, so that its bytes can be moved. Reused:
 * {@linkcode ResponseHead.reset} prepares it for the next one.
 */
export class ResponseHead implements EncodedFields {
  status = 0;
  minor: 0 | 1 = 1;
  /** Bytes of the body as the head declares them, or a value of {@linkcode BODY}. */
  bodyLength: number = BODY.untilClose;
  /** The upstream allows the connection to be reused. */
  keepsAlive = false;
  /** Seconds for which it says that it keeps an idle connection; null if it does not. */
  keepAliveSeconds: number | null = null;
  /** The value of Upgrade in lower case; "" for none. */
  upgrade = "";
  hasDate = false;
  hasServer = false;
  /** The client gets another X-Request-ID than that of the upstream. */
  isIdReplaced = false;
  fieldCount = 0;
  /** Bytes of the head including its blank line; set when the scan is done. */
  length = 0;

  readonly #via: string;
  readonly #edits: FieldEdits | null;
  /** For each field: name start, name end, value start, value end, {@linkcode RESPONSE_FIELD}. */
  #marks = new Int32Array(MARKS_KEPT);
  /** Names in Connection, in lower case: these fields are for us alone. */
  #connectionOptions = NO_OPTIONS;
  /** Where a complete head is. */
  #bytes: Uint8Array = NO_BYTES;
  #base = 0;
  /** Where the next line begins, and up to where its end was looked for. */
  #lineStart = 0;
  #searched = 0;

  /** `via` is our name in Via; `edits` are made to the fields. */
  constructor(via: string, edits: FieldEdits | null = null) {
    this.#via = via;
    this.#edits = edits;
  }

  reset(): void {
    this.status = 0;
    this.bodyLength = BODY.untilClose;
    this.keepAliveSeconds = null;
    this.upgrade = "";
    this.isIdReplaced = false;
    this.#connectionOptions = NO_OPTIONS;
    if (this.#marks.length > MARKS_KEPT) this.#marks = new Int32Array(MARKS_KEPT);
    this.fieldCount =
      this.length =
      this.#lineStart =
      this.#searched =
        0;
  }

  /**
   * Starts or resumes the scan of `bytes[base..end)`, which begins with the head; true if it is
   * complete. Throws an {@linkcode UpstreamFault} at the first line that is invalid.
   */
  scan(bytes: Uint8Array, base: number, end: number): boolean {
    if (this.#searched > 0 && !hasByte(bytes, LF, base + this.#searched, end)) {
      return this.#pause(end - base);
    }
    if (this.status === 0 && !this.#scanStatusLine(bytes, base, end)) return false;
    for (;;) {
      const start = base + this.#lineStart;
      if (start + 1 >= end) return this.#pause(end - base);
      if (bytes[start] === CR && bytes[start + 1] === LF) {
        this.length = start + 2 - base;
        this.#bytes = bytes;
        this.#base = base;
        return true;
      }
      if (!this.#scanField(bytes, base, end)) return false;
    }
  }

  /** A field is as long as it was, unless it had no space after its colon. */
  get bytesMax(): number {
    const added = this.#edits === null ? 0 : this.#edits.lines.length;
    return this.length + this.fieldCount + this.#via.length + VIA_BYTES + added;
  }

  /** Writes the fields for the client, as they were sent, and ours. */
  write(to: Uint8Array, offset: number): number {
    const marks = this.#marks;
    const bytes = this.#bytes;
    const base = this.#base;
    const edits = this.#edits;
    this.hasDate = false;
    this.hasServer = edits?.setsServer ?? false;
    let p = offset;
    for (let field = 0; field < this.fieldCount; field++) {
      const mark = field * MARKS_PER_FIELD;
      const kind = marks[mark + 4]!;
      const [start, end] = [base + marks[mark]!, base + marks[mark + 1]!];
      if (kind >= RESPONSE_FIELD.hopByHop || this.#isConnectionOption(start, end)) continue;
      if (edits !== null && isOneOf(edits.replaced, bytes, start, end)) continue;
      if (this.isIdReplaced && isOneOf(REQUEST_ID, bytes, start, end)) continue;
      if (kind === RESPONSE_FIELD.date) this.hasDate = true;
      else if (kind === RESPONSE_FIELD.server) this.hasServer = true;
      p = copyBytes(to, p, bytes, start, end);
      to[p++] = COLON;
      to[p++] = SP;
      p = copyBytes(to, p, bytes, base + marks[mark + 2]!, base + marks[mark + 3]!);
      to[p++] = CR;
      to[p++] = LF;
    }
    if (edits !== null) {
      p = writeLatin1(to, p, this.isIdReplaced ? edits.linesWithoutId : edits.lines);
    }
    p = writeLatin1(to, p, this.minor === 0 ? "Via: 1.0 " : "Via: 1.1 ");
    p = writeLatin1(to, p, this.#via);
    to[p++] = CR;
    to[p++] = LF;
    return p;
  }

  /** Returns the fields for the client, for as long as they are needed. */
  copyFields(): EncodedFields {
    const bytes = new Uint8Array(this.bytesMax);
    const encoded = bytes.subarray(0, this.write(bytes, 0));
    return {
      bytesMax: encoded.length,
      hasDate: this.hasDate,
      hasServer: this.hasServer,
      write(to, offset): number {
        to.set(encoded, offset);
        return offset + encoded.length;
      },
    };
  }

  #isConnectionOption(start: number, end: number): boolean {
    return isOneOf(this.#connectionOptions, this.#bytes, start, end);
  }

  #scanStatusLine(bytes: Uint8Array, base: number, end: number): boolean {
    const reasonStart = base + STATUS_BYTES;
    const lineEnd = valueEnd(bytes, reasonStart, end);
    const minor = bytes[base + STATUS_LINE.length]! - 0x30;
    const status = numberAt(bytes, reasonStart - 3, reasonStart);
    const isValid = startsWith(bytes, base, STATUS_LINE) && (minor === 0 || minor === 1) &&
      bytes[base + STATUS_LINE.length + 1] === SP && status >= 100 && status < 600 &&
      (lineEnd === reasonStart || bytes[reasonStart] === SP) && bytes[lineEnd] === CR &&
      bytes[lineEnd + 1] === LF;
    if (lineEnd + 1 >= end || !isValid) {
      if (!hasByte(bytes, LF, base, end)) return this.#pause(end - base);
      throw new UpstreamFault("invalid status line");
    }
    this.minor = minor as 0 | 1;
    this.status = status;
    this.keepsAlive = minor === 1;
    this.#lineStart = lineEnd + 2 - base;
    return true;
  }

  #scanField(bytes: Uint8Array, base: number, end: number): boolean {
    const start = base + this.#lineStart;
    let p = start;
    while (p < end && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
    const nameEnd = p;
    let isValid = p > start && bytes[p] === COLON;
    if (isValid) p = valueEnd(bytes, p + 1, end);
    isValid &&= bytes[p] === CR && bytes[p + 1] === LF;
    if (p + 1 >= end || !isValid) {
      if (!hasByte(bytes, LF, p, end)) return this.#pause(end - base);
      throw new UpstreamFault("invalid field");
    }
    if (this.fieldCount === FIELDS_MAX) throw new UpstreamFault("too many fields");
    this.#addField(bytes, base, { start, nameEnd, lineEnd: p });
    this.#lineStart = p + 2 - base;
    return true;
  }

  #addField(
    bytes: Uint8Array,
    base: number,
    { start, nameEnd, lineEnd }: { start: number; nameEnd: number; lineEnd: number },
  ): void {
    const valueStart = trimmedStart(bytes, nameEnd + 1, lineEnd);
    const valueStop = trimmedEnd(bytes, valueStart, lineEnd);
    const kind = responseFieldOf(bytes, start, nameEnd);
    const mark = this.fieldCount++ * MARKS_PER_FIELD;
    if (mark === this.#marks.length) {
      const larger = new Int32Array(this.#marks.length * 2);
      larger.set(this.#marks);
      this.#marks = larger;
    }
    const marks = this.#marks;
    marks[mark] = start - base;
    marks[mark + 1] = nameEnd - base;
    marks[mark + 2] = valueStart - base;
    marks[mark + 3] = valueStop - base;
    marks[mark + 4] = kind;
    if (kind !== RESPONSE_FIELD.other) this.#apply(kind, bytes, valueStart, valueStop);
  }

  /** Applies a field that says something about the connection or the body. */
  #apply(kind: number, bytes: Uint8Array, start: number, end: number): void {
    switch (kind) {
      case RESPONSE_FIELD.contentLength:
        this.#setBodyLength(contentLengthAt(bytes, start, end));
        break;
      case RESPONSE_FIELD.transferEncoding:
        if (this.minor === 0 || !equalsIgnoringCase(bytes, start, end, "chunked")) {
          throw new UpstreamFault("unsupported transfer coding");
        }
        this.#setBodyLength(BODY.chunked);
        break;
      case RESPONSE_FIELD.connection:
        if (equalsIgnoringCase(bytes, start, end, "keep-alive")) break;
        this.#addConnectionOptions(listElements(latin1(bytes, start, end)));
        break;
      case RESPONSE_FIELD.keepAlive: {
        const timeout = KEEP_ALIVE.exec(cachedLatin1(bytes, start, end));
        if (timeout !== null) this.keepAliveSeconds = Number(timeout[1]);
        break;
      }
      case RESPONSE_FIELD.upgrade:
        if (this.upgrade === "") this.upgrade = latin1(bytes, start, end).toLowerCase();
        break;
      default: // concerns neither
    }
  }

  #addConnectionOptions(options: readonly string[]): void {
    if (options.includes("close")) this.keepsAlive = false;
    this.#connectionOptions = [...this.#connectionOptions, ...options];
  }

  #setBodyLength(bodyLength: number): void {
    if (Number.isNaN(bodyLength)) throw new UpstreamFault("invalid Content-Length");
    if (this.bodyLength !== BODY.untilClose) throw new UpstreamFault("duplicate length");
    this.bodyLength = bodyLength;
  }

  /** Waits for the end of a line, which is not in the first `searched` bytes. */
  #pause(searched: number): false {
    this.#searched = searched;
    return false;
  }
}

/** Reports whether a response to `method` with `status` has no body, whatever its fields say. */
export function isBodyless(method: string, status: number): boolean {
  return method === "HEAD" || status < 200 || status === 204 || status === 304;
}

function hasByte(bytes: Uint8Array, byte: number, start: number, end: number): boolean {
  const at = bytes.indexOf(byte, start);
  return at >= 0 && at < end;
}

function startsWith(bytes: Uint8Array, base: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[base + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}
