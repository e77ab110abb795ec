/**
 * A decoder for the chunked transfer coding (RFC 9112 7.1) that does not copy: each step yields the
 * range of the next piece of content in the buffer it was given.
 *
 * Chunk extensions and trailers are checked, bounded and dropped. A trailer that names a field of
 * framing or routing is rejected, because the next recipient might act on it.
 *
 * @module
 */
import type { RefusalReason } from "../base/exchange.ts";
import {
  BYTE_CLASS,
  COLON,
  CR,
  HEX_VALUE,
  HTAB,
  LF,
  QUOTED,
  SP,
  TOKEN,
  VALUE,
} from "./byte_class.ts";

/** Twelve hexadecimal digits are 256 TB; one more is an attempt to overflow. */
const SIZE_DIGITS_MAX = 12;
/** Extension bytes allowed in excess of the content: they must not become a second, unseen body. */
const EXTENSION_BYTES_MAX = 4096;
const TRAILER_BYTES_MAX = 8192;

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Trailer fields that would change how the message is read. */
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "host",
  "trailer",
  "te",
  "connection",
]);
const FORBIDDEN_NAME_MAX = 17;

const STATE = {
  sizeFirst: 0,
  size: 1,
  sizeEnd: 2,
  extensionLead: 3,
  extensionName: 4,
  extensionNameEnd: 5,
  extensionValueLead: 6,
  extensionValue: 7,
  extensionQuoted: 8,
  extensionEscape: 9,
  extensionQuotedEnd: 10,
  extensionSpace: 11,
  sizeLf: 12,
  data: 13,
  dataCr: 14,
  dataLf: 15,
  trailerStart: 16,
  trailerName: 17,
  trailerValue: 18,
  trailerLf: 19,
  endLf: 20,
  done: 21,
} as const;

/**
 * The result of a step. `data`: there is a piece in `[dataStart, dataEnd)`; `more`: the buffer is
 * used up; `end`: the body is complete.
 */
type ChunkStep = "data" | "more" | "end" | RefusalReason;

/** Smaller pieces are moved together, as far as they are in one buffer: each costs its reader. */
const MERGED_BYTES_MAX = 4096;

/** Decodes one body. */
export class ChunkedDecoder {
  /** Where the next step begins in the buffer; the caller sets it when the buffer changes. */
  position = 0;
  dataStart = 0;
  dataEnd = 0;
  /** Content bytes so far. */
  decodedBytes = 0;

  #state: number = STATE.sizeFirst;
  #remaining = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #trailerName = "";
  /** A fault behind the piece that was returned last. */
  #fault: ChunkStep | null = null;

  /**
   * Decodes `bytes[position..end)` up to the next piece of content. Small pieces become one, which
   * moves bytes within `bytes`.
   */
  step(bytes: Uint8Array, end: number): ChunkStep {
    if (this.#fault !== null) return this.#fault;
    const first = this.#next(bytes, end);
    if (first !== "data") return first;
    const start = this.dataStart;
    let to = this.dataEnd;
    while (to - start < MERGED_BYTES_MAX && this.position < end) {
      const next = this.#next(bytes, end);
      if (next === "data") {
        bytes.copyWithin(to, this.dataStart, this.dataEnd);
        to += this.dataEnd - this.dataStart;
      } else {
        if (next !== "more" && next !== "end") this.#fault = next;
        break;
      }
    }
    this.dataStart = start;
    this.dataEnd = to;
    return "data";
  }

  #next(bytes: Uint8Array, end: number): ChunkStep {
    while (this.position < end) {
      if (this.#state === STATE.data) return this.#readData(end);
      if (this.#state === STATE.done) return "end";
      const c = bytes[this.position++]!;
      const fault = this.#state < STATE.data
        ? this.#readSizeLine(c)
        : this.#state < STATE.trailerStart
        ? this.#readDataEnd(c)
        : this.#readTrailer(c);
      if (fault !== null) return fault;
    }
    return this.#state === STATE.done ? "end" : "more";
  }

  #readData(end: number): ChunkStep {
    const length = Math.min(this.#remaining, end - this.position);
    this.dataStart = this.position;
    this.dataEnd = this.position += length;
    this.decodedBytes += length;
    this.#remaining -= length;
    if (this.#remaining === 0) this.#state = STATE.dataCr;
    return "data";
  }

  #readSizeLine(c: number): RefusalReason | null {
    // The limit grows with the content, so that a long upload can sign its chunks.
    if (
      this.#state > STATE.size && ++this.#extensionBytes > EXTENSION_BYTES_MAX + this.decodedBytes
    ) {
      return "BadRequest";
    }
    if (this.#state > STATE.sizeEnd && this.#state < STATE.sizeLf) return this.#readExtension(c);
    if (this.#state === STATE.sizeLf) {
      if (c !== LF) return "Invalid_CR/LF";
      this.#digits = 0;
      return this.#enter(this.#remaining === 0 ? STATE.trailerStart : STATE.data);
    }
    const digit = HEX_VALUE[c]!;
    if (digit !== 255 && this.#state !== STATE.sizeEnd) {
      if (++this.#digits > SIZE_DIGITS_MAX) return "Number";
      this.#remaining = this.#remaining * 16 + digit;
      return this.#enter(STATE.size);
    }
    if (this.#state === STATE.sizeFirst) return "Number";
    if (isSpace(c)) return this.#enter(STATE.sizeEnd); // only an extension may follow
    if (c === SEMICOLON) return this.#enter(STATE.extensionLead);
    if (c === CR && this.#state === STATE.size) return this.#enter(STATE.sizeLf);
    return c === CR || c === LF ? "Invalid_CR/LF" : "Number";
  }

  /** Reads `; name [= value]` with the whitespace that RFC 9112 7.1.1 requires us to accept. */
  #readExtension(c: number): RefusalReason | null {
    const isToken = (BYTE_CLASS[c]! & TOKEN) !== 0;
    switch (this.#state) {
      case STATE.extensionLead:
        if (isSpace(c)) return null;
        return isToken ? this.#enter(STATE.extensionName) : lineFault(c);
      case STATE.extensionName:
        if (isToken) return null;
        if (isSpace(c)) return this.#enter(STATE.extensionNameEnd);
        return c === EQUALS ? this.#enter(STATE.extensionValueLead) : this.#endExtension(c);
      case STATE.extensionNameEnd:
        if (isSpace(c)) return null;
        if (c === EQUALS) return this.#enter(STATE.extensionValueLead);
        return c === SEMICOLON ? this.#enter(STATE.extensionLead) : lineFault(c);
      case STATE.extensionValueLead:
        if (isSpace(c)) return null;
        if (c === QUOTE) return this.#enter(STATE.extensionQuoted);
        return isToken ? this.#enter(STATE.extensionValue) : lineFault(c);
      case STATE.extensionQuoted:
        if (c === QUOTE) return this.#enter(STATE.extensionQuotedEnd);
        if (c === BACKSLASH) return this.#enter(STATE.extensionEscape);
        return (BYTE_CLASS[c]! & QUOTED) !== 0 ? null : lineFault(c);
      case STATE.extensionEscape:
        return (BYTE_CLASS[c]! & VALUE) !== 0 ? this.#enter(STATE.extensionQuoted) : lineFault(c);
      case STATE.extensionSpace:
        if (isSpace(c)) return null;
        return c === SEMICOLON ? this.#enter(STATE.extensionLead) : lineFault(c);
      default: // in a value, or after a quoted one
        if (isToken && this.#state === STATE.extensionValue) return null;
        return isSpace(c) ? this.#enter(STATE.extensionSpace) : this.#endExtension(c);
    }
  }

  #endExtension(c: number): RefusalReason | null {
    if (c === CR) return this.#enter(STATE.sizeLf);
    return c === SEMICOLON ? this.#enter(STATE.extensionLead) : lineFault(c);
  }

  #readDataEnd(c: number): RefusalReason | null {
    if (this.#state === STATE.dataCr) return c === CR ? this.#enter(STATE.dataLf) : "Invalid_CR/LF";
    return c === LF ? this.#enter(STATE.sizeFirst) : "Invalid_CR/LF";
  }

  #readTrailer(c: number): RefusalReason | null {
    if (++this.#trailerBytes > TRAILER_BYTES_MAX) return "RequestLength";
    switch (this.#state) {
      case STATE.trailerStart:
        if (c === CR) return this.#enter(STATE.endLf);
        this.#trailerName = "";
        this.#state = STATE.trailerName;
        return this.#readTrailerName(c);
      case STATE.trailerName:
        return this.#readTrailerName(c);
      case STATE.trailerValue:
        if (c === CR) return this.#enter(STATE.trailerLf);
        return (BYTE_CLASS[c]! & VALUE) !== 0 ? null : lineFault(c);
      case STATE.trailerLf:
        return c === LF ? this.#enter(STATE.trailerStart) : "Invalid_CR/LF";
      default:
        return c === LF ? this.#enter(STATE.done) : "Invalid_CR/LF";
    }
  }

  #readTrailerName(c: number): RefusalReason | null {
    if ((BYTE_CLASS[c]! & TOKEN) !== 0) {
      if (this.#trailerName.length <= FORBIDDEN_NAME_MAX) {
        this.#trailerName += String.fromCharCode(c);
      }
      return null;
    }
    if (c !== COLON || this.#trailerName === "") return c === LF ? "Invalid_CR/LF" : "Header";
    if (FORBIDDEN_TRAILERS.has(this.#trailerName.toLowerCase())) return "Header";
    return this.#enter(STATE.trailerValue);
  }

  #enter(state: number): null {
    this.#state = state;
    return null;
  }
}

function isSpace(c: number): boolean {
  return c === SP || c === HTAB;
}

function lineFault(c: number): RefusalReason {
  return c === CR || c === LF ? "Invalid_CR/LF" : "BadRequest";
}
