/**
 * A scanner for request heads (RFC 9112 2 to 5). It reads byte by byte, in one pass, and stops at
 * the first invalid byte. A scan that runs out of bytes resumes where it stopped: a head that
 * trickles in costs no more than one that arrives whole, and the result does not depend on how the
 * bytes are split.
 *
 * It checks syntax only. `framing.ts` decides what the fields mean for the body, `target.ts` parses
 * the target, and `host_field.ts` the host.
 *
 * Stricter than RFC 9112 on purpose: a bare LF does not end a line, at most one empty line may
 * precede the request line, and line folding is not supported.
 *
 * @module
 */
import type { RefusalReason } from "../../base/exchange.ts";
import { BYTE_CLASS, COLON, CR, LF, SP, TOKEN, VISIBLE } from "../../wire/byte_class.ts";
import { trimmedEnd, trimmedStart, valueEnd } from "../../wire/field_value.ts";
import { fieldKindOf } from "./field_kind.ts";

/** The limits of a head, from the settings of the same names. */
interface HeadLimits {
  readonly MaxFieldLength: number;
  readonly MaxRequestBytes: number;
  readonly MaxFieldCount: number;
}

/** The result of a scan: the head is complete, more bytes are needed, or the request is refused. */
export type ScanResult = "done" | "more" | RefusalReason;

/** The longest method of HTTP.sys; registered ones have at most 17 letters. */
const METHOD_BYTES_MAX = 255;
/** The length of `HTTP/1.1`; a version is never longer. */
const VERSION_BYTES = 8;
const MARKS_PER_FIELD = 5;
/** Fields that a head keeps room for: most requests have fewer; room for more is freed again. */
const FIELDS_KEPT = 32;

const STATE = {
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
 * The head of one request. Offsets are relative to the first byte of the head, so that its bytes
 * can be moved. Reused: {@linkcode RequestHead.reset} prepares it for the next request.
 */
export class RequestHead {
  /** First byte of the method, after any empty line before it. */
  methodStart = 0;
  methodEnd = 0;
  targetStart = 0;
  targetEnd = 0;
  /** Digits of `HTTP/x.y`; -1 until they have been read. */
  major = -1;
  minor = -1;
  fieldCount = 0;
  /** Bytes of the head, including the empty line that ends it; set when the scan is done. */
  length = 0;

  /** For each field: name start, name end, value start, value end, {@linkcode FIELD_KIND}. */
  #marks = new Int32Array(FIELDS_KEPT * MARKS_PER_FIELD);
  #state: number = STATE.start;
  /** Where the scan stopped. */
  #offset = 0;

  reset(): void {
    this.methodStart =
      this.methodEnd =
      this.targetStart =
      this.targetEnd =
        0;
    this.major = this.minor = -1;
    this.fieldCount = 0;
    this.length = 0;
    this.#state = STATE.start;
    this.#offset = 0;
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
  /** Returns the {@linkcode FIELD_KIND} of a field. */
  kind(field: number): number {
    return this.#marks[field * MARKS_PER_FIELD + 4]!;
  }

  /** Starts or resumes the scan of `bytes[base..end)`; `base` is the first byte of the head. */
  scan(bytes: Uint8Array, base: number, end: number, limits: HeadLimits): ScanResult {
    const max = base + limits.MaxRequestBytes;
    const stop = end < max ? end : max;
    const line = this.#state < STATE.fieldStart ? this.#scanRequestLine(bytes, base, stop) : "done";
    const result = line === "done" ? this.#scanFields(bytes, base, stop, limits) : line;
    if (result !== "more" || end < max) return result;
    return this.#state < STATE.fieldStart ? "URL_Length" : "RequestLength";
  }

  /** Scans the request line. Leaves `#offset` at the first field. */
  #scanRequestLine(bytes: Uint8Array, base: number, stop: number): ScanResult {
    let p = base + this.#offset;
    let state = this.#state;
    if (p >= stop) return "more";
    if (state === STATE.start) {
      state = bytes[p] === CR ? STATE.emptyLine : STATE.method;
      if (state === STATE.emptyLine) p++;
      this.methodStart = p - base;
    }
    if (state === STATE.emptyLine) {
      if (p === stop) return this.#pause(state, p - base);
      if (bytes[p] !== LF) return "Invalid_CR/LF";
      this.methodStart = ++p - base;
      state = STATE.method;
    }
    if (state === STATE.method) {
      const start = base + this.methodStart;
      while (p < stop && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
      if (p - start > METHOD_BYTES_MAX) return "N/I";
      if (p === stop) return this.#pause(state, p - base);
      if (p === start || bytes[p] !== SP) return verbFault(bytes[p]!);
      this.methodEnd = p - base;
      this.targetStart = ++p - base;
      state = STATE.target;
    }
    if (state === STATE.target) {
      while (p < stop && (BYTE_CLASS[bytes[p]!]! & VISIBLE) !== 0) p++;
      if (p === stop) return this.#pause(state, p - base);
      if (bytes[p] !== SP) return bytes[p] === CR || bytes[p] === LF ? "BadRequest" : "URL";
      if (p === base + this.targetStart) return "BadRequest";
      this.targetEnd = p - base;
    }
    return this.#scanVersion(bytes, base, stop);
  }

  /** Scans `HTTP/x.y` CR LF: so short that it is scanned again when the rest has arrived. */
  #scanVersion(bytes: Uint8Array, base: number, stop: number): ScanResult {
    const from = base + this.targetEnd + 1;
    for (let i = 0; i < VERSION_BYTES + 2; i++) {
      const p = from + i;
      if (p >= stop) return this.#pause(STATE.version, this.targetEnd + 1);
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
    this.#state = STATE.fieldStart;
    this.#offset = this.targetEnd + 1 + VERSION_BYTES + 2;
    return "done";
  }

  /** Scans the fields and the empty line. Each step falls through to the next while bytes last. */
  #scanFields(bytes: Uint8Array, base: number, stop: number, limits: HeadLimits): ScanResult {
    const { MaxFieldLength, MaxFieldCount } = limits;
    let marks: Int32Array = this.#marks;
    let mark = this.fieldCount * MARKS_PER_FIELD;
    let p = base + this.#offset;
    let state = this.#state;
    for (;;) {
      if (p >= stop) return this.#pause(state, p - base);
      if (state === STATE.headEnd) {
        this.length = p + 1 - base;
        return bytes[p] === LF ? "done" : "Invalid_CR/LF";
      }
      if (state === STATE.fieldStart) {
        if (bytes[p] === CR) {
          state = STATE.headEnd;
          p++;
          continue;
        }
        if (this.fieldCount === MaxFieldCount) return "RequestLength";
        if (mark === marks.length) marks = this.#growMarks();
        marks[mark] = p - base;
        state = STATE.name;
      }
      const start = base + marks[mark]!;
      const max = start + MaxFieldLength + 1;
      const limit = stop < max ? stop : max;
      if (state === STATE.name) {
        while (p < limit && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
        if (p === max) return "FieldLength";
        if (p === stop) return this.#pause(state, p - base);
        if (bytes[p] !== COLON || p === start) return nameFault(bytes[p]!);
        marks[mark + 1] = p - base;
        marks[mark + 4] = fieldKindOf(bytes, start, p);
        p++;
        state = STATE.valueLead;
      }
      if (state === STATE.valueLead) {
        p = trimmedStart(bytes, p, stop);
        if (p === stop) return this.#pause(state, p - base);
        marks[mark + 2] = p - base;
        state = STATE.value;
      }
      if (state === STATE.value) {
        p = valueEnd(bytes, p, limit);
        if (p >= max) return "FieldLength";
        if (p === stop) return this.#pause(state, p - base);
        if (bytes[p] !== CR) return bytes[p] === LF ? "Invalid_CR/LF" : "Header";
        marks[mark + 3] = trimmedEnd(bytes, base + marks[mark + 2]!, p) - base;
        p++;
        state = STATE.fieldEnd;
      }
      if (p === stop) return this.#pause(state, p - base);
      if (bytes[p] !== LF) return "Invalid_CR/LF";
      p++;
      this.fieldCount++;
      mark += MARKS_PER_FIELD;
      state = STATE.fieldStart;
    }
  }

  #pause(state: number, offset: number): "more" {
    this.#state = state;
    this.#offset = offset;
    return "more";
  }

  #growMarks(): Int32Array {
    const larger = new Int32Array(this.#marks.length * 2);
    larger.set(this.#marks);
    return this.#marks = larger;
  }
}

const VERSION_LINE = "HTTP/1.1\r\n";

function verbFault(byte: number): RefusalReason {
  return byte === CR || byte === LF ? "Invalid_CR/LF" : "Verb";
}

function nameFault(byte: number): RefusalReason {
  return byte === LF || byte === CR ? "Invalid_CR/LF" : "Header";
}
