/**
 * Scans a request head (RFC 9112 2 to 5) byte by byte, in one pass, and stops at the first byte that
 * does not belong. A scan that runs out of bytes goes on where it stopped: a head that trickles in
 * costs no more than one that comes whole, and every split of the same bytes ends the same.
 *
 * Syntax only. What the fields mean for the body is decided in `framing.ts`, the target in
 * `request_target.ts`, the host in `host_field.ts`.
 *
 * Stricter than RFC 9112 on purpose: a bare LF ends no line, one empty line at most may come before
 * the request line, and nothing is folded.
 *
 * @module
 */
import type { RefusalReason } from "../../base/exchange.ts";
import { BYTE_CLASS, COLON, CR, DEL, HTAB, LF, SP, TOKEN, VISIBLE } from "../../wire/byte_class.ts";
import { fieldKindOf } from "./field_kind.ts";

/** Sizes that a head is held to, from the settings of the same names. */
interface HeadLimits {
  readonly MaxFieldLength: number;
  readonly MaxRequestBytes: number;
  readonly MaxFieldCount: number;
}

/** What a scan came to: the whole head, not enough bytes, or a refusal. */
export type ScanResult = "done" | "more" | RefusalReason;

/** No registered method has more than 17 letters; a longer word is not one that we could know. */
const METHOD_BYTES_MAX = 32;
/** `HTTP/1.1`; a version is never longer. */
const VERSION_BYTES = 8;
const MARKS_PER_FIELD = 5;
/** Room that a head keeps for its fields: most requests have fewer, and more are forgotten again. */
const FIELDS_KEPT = 32;

const AT = {
  start: 0,
  emptyLine: 1,
  method: 2,
  target: 3,
  version: 4,
  fieldStart: 5,
  name: 6,
  valueLead: 7,
  value: 8,
  fieldEnd: 9,
  headEnd: 10,
} as const;

/**
 * The head of one request. Places are counted from the first byte of the head, so that the buffer
 * may move under it. Reused: {@linkcode RequestHead.reset} begins the next one.
 */
export class RequestHead {
  /** First byte of the method, after an empty line that may stand before it. */
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** Digits of `HTTP/x.y`; -1 until they were read. */
  major = -1;
  minor = -1;
  fieldCount = 0;
  /** Bytes of the head with its last empty line; set when the scan is done. */
  length = 0;

  /** For every field: name start, name end, value start, value end, {@linkcode FIELD_KIND}. */
  #marks = new Int32Array(FIELDS_KEPT * MARKS_PER_FIELD);
  #at: number = AT.start;
  /** Where the scan stopped. */
  #place = 0;

  reset(): void {
    this.methodStart =
      this.methodEnd =
      this.targetStart =
      this.targetEnd =
        0;
    this.major = this.minor = -1;
    this.fieldCount = 0;
    this.length = 0;
    this.#at = AT.start;
    this.#place = 0;
    if (this.#marks.length > FIELDS_KEPT * MARKS_PER_FIELD) {
      this.#marks = new Int32Array(FIELDS_KEPT * MARKS_PER_FIELD);
    }
  }

  nameStart(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD]!;
  }
  nameEnd(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD + 1]!;
  }
  valueStart(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD + 2]!;
  }
  valueEnd(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD + 3]!;
  }
  /** Which field the engine itself cares about this is. */
  kind(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD + 4]!;
  }

  /** Scans on in `bytes[base..end)`, `base` being the head's first byte. */
  scan(bytes: Uint8Array, base: number, end: number, limits: HeadLimits): ScanResult {
    const most = base + limits.MaxRequestBytes;
    const stop = end < most ? end : most;
    const result = this.#at < AT.fieldStart ? this.#scanLine(bytes, base, stop) : "done";
    const whole = result === "done" ? this.#scanFields(bytes, base, stop, limits) : result;
    if (whole !== "more" || end < most) return whole;
    return this.#at < AT.fieldStart ? "URL_Length" : "RequestLength";
  }

  /** The request line. Leaves `#place` at the first field. */
  #scanLine(bytes: Uint8Array, base: number, stop: number): ScanResult {
    let p = base + this.#place;
    let at = this.#at;
    if (p >= stop) return "more";
    if (at === AT.start) {
      at = bytes[p] === CR ? AT.emptyLine : AT.method;
      if (at === AT.emptyLine) p++;
      this.methodStart = p - base;
    }
    if (at === AT.emptyLine) {
      if (p === stop) return this.#pause(at, p - base);
      if (bytes[p] !== LF) return "Invalid_CR/LF";
      this.methodStart = ++p - base;
      at = AT.method;
    }
    if (at === AT.method) {
      const start = base + this.methodStart;
      while (p < stop && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
      if (p - start > METHOD_BYTES_MAX) return "N/I";
      if (p === stop) return this.#pause(at, p - base);
      if (p === start || bytes[p] !== SP) return verbFault(bytes[p]!);
      this.methodEnd = p - base;
      this.targetStart = ++p - base;
      at = AT.target;
    }
    if (at === AT.target) {
      while (p < stop && (BYTE_CLASS[bytes[p]!]! & VISIBLE) !== 0) p++;
      if (p === stop) return this.#pause(at, p - base);
      if (bytes[p] !== SP) return bytes[p] === CR || bytes[p] === LF ? "BadRequest" : "URL";
      if (p === base + this.targetStart) return "BadRequest";
      this.targetEnd = p - base;
    }
    return this.#scanVersion(bytes, base, stop);
  }

  /** `HTTP/x.y` CR LF: short enough to look at it again when the rest has come. */
  #scanVersion(bytes: Uint8Array, base: number, stop: number): ScanResult {
    const from = base + this.targetEnd + 1;
    for (let i = 0; i < VERSION_BYTES + 2; i++) {
      const p = from + i;
      if (p >= stop) return this.#pause(AT.version, this.targetEnd + 1);
      const c = bytes[p]!;
      if (i === 5 || i === 7) {
        if (c < 0x30 || c > 0x39) return "BadRequest";
      } else if (c !== VERSION_LINE.charCodeAt(i)) {
        return i >= VERSION_BYTES && (c === LF || i > VERSION_BYTES)
          ? "Invalid_CR/LF"
          : "BadRequest";
      }
    }
    this.major = bytes[from + 5]! - 0x30;
    this.minor = bytes[from + 7]! - 0x30;
    if (this.major !== 1 || this.minor > 1) return "Version_N/S";
    this.#at = AT.fieldStart;
    this.#place = this.targetEnd + 1 + VERSION_BYTES + 2;
    return "done";
  }

  /** The fields and the empty line. Each step falls into the next, as long as there are bytes. */
  #scanFields(bytes: Uint8Array, base: number, stop: number, limits: HeadLimits): ScanResult {
    const { MaxFieldLength, MaxFieldCount } = limits;
    let marks: Int32Array = this.#marks;
    let mark = this.fieldCount * MARKS_PER_FIELD;
    let p = base + this.#place;
    let at = this.#at;
    for (;;) {
      if (p >= stop) return this.#pause(at, p - base);
      if (at === AT.headEnd) {
        this.length = p + 1 - base;
        return bytes[p] === LF ? "done" : "Invalid_CR/LF";
      }
      if (at === AT.fieldStart) {
        if (bytes[p] === CR) {
          at = AT.headEnd;
          p++;
          continue;
        }
        if (this.fieldCount === MaxFieldCount) return "RequestLength";
        if (mark === marks.length) marks = this.#growMarks();
        marks[mark] = p - base;
        at = AT.name;
      }
      const start = base + marks[mark]!;
      const most = start + MaxFieldLength + 1;
      const limit = stop < most ? stop : most;
      if (at === AT.name) {
        while (p < limit && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
        if (p === most) return "FieldLength";
        if (p === stop) return this.#pause(at, p - base);
        if (bytes[p] !== COLON || p === start) return nameFault(bytes[p]!);
        marks[mark + 1] = p - base;
        marks[mark + 4] = fieldKindOf(bytes, start, p);
        p++;
        at = AT.valueLead;
      }
      if (at === AT.valueLead) {
        while (p < stop && (bytes[p] === SP || bytes[p] === HTAB)) p++;
        if (p === stop) return this.#pause(at, p - base);
        marks[mark + 2] = p - base;
        at = AT.value;
      }
      if (at === AT.value) {
        p = valueEnd(bytes, p, limit);
        if (p >= most) return "FieldLength";
        if (p === stop) return this.#pause(at, p - base);
        if (bytes[p] !== CR) return bytes[p] === LF ? "Invalid_CR/LF" : "Header";
        marks[mark + 3] = trimmedEnd(bytes, base + marks[mark + 2]!, p) - base;
        p++;
        at = AT.fieldEnd;
      }
      if (p === stop) return this.#pause(at, p - base);
      if (bytes[p] !== LF) return "Invalid_CR/LF";
      p++;
      this.fieldCount++;
      mark += MARKS_PER_FIELD;
      at = AT.fieldStart;
    }
  }

  #pause(at: number, place: number): "more" {
    this.#at = at;
    this.#place = place;
    return "more";
  }

  #growMarks(): Int32Array {
    const larger = new Int32Array(this.#marks.length * 2);
    larger.set(this.#marks);
    return this.#marks = larger;
  }
}

const VERSION_LINE = "HTTP/1.1\r\n";

/** First place from `p` on, at most `limit`, whose byte is none of a field value. */
function valueEnd(bytes: Uint8Array, p: number, limit: number): number {
  for (; p < limit; p++) {
    const c = bytes[p]!;
    if ((c < SP && c !== HTAB) || c === DEL) break;
  }
  return p;
}

/** A value ends before its trailing white space (RFC 9110 5.5). */
function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  let last = end;
  while (last > start && (bytes[last - 1] === SP || bytes[last - 1] === HTAB)) last--;
  return last;
}

function verbFault(byte: number): RefusalReason {
  return byte === CR || byte === LF ? "Invalid_CR/LF" : "Verb";
}

function nameFault(byte: number): RefusalReason {
  return byte === LF || byte === CR ? "Invalid_CR/LF" : "Header";
}
