/**
 * The chunked coding (RFC 9112 7.1), decoded without copying: each step yields the place of the next
 * piece of content in the buffer it was given.
 *
 * Extensions and trailers are checked, bounded and dropped. A trailer that names a field of framing
 * or routing is refused, because a reader behind us might believe it.
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

/** Twelve hexadecimal digits are 256 TB; one more than that is an attempt to overflow. */
const SIZE_DIGITS_MAX = 12;
/** Bytes of extensions beyond the content itself: they may not become a second, unseen body. */
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

const AT = {
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

/** `data`: a piece is in `[dataStart, dataEnd)`; `more`: the buffer is used up; `end`: all is read. */
type ChunkStep = "data" | "more" | "end" | RefusalReason;

/** Decoder of one body. */
export class ChunkedDecoder {
  /** Where the next step begins in the buffer; the caller sets it when the buffer changes. */
  place = 0;
  dataStart = 0;
  dataEnd = 0;
  /** Content bytes so far. */
  decodedBytes = 0;

  #at: number = AT.sizeFirst;
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #trailerName = "";

  /** Decodes `bytes[place..end)` up to the next piece of content. */
  step(bytes: Uint8Array, end: number): ChunkStep {
    while (this.place < end) {
      if (this.#at === AT.data) return this.#takeData(end);
      if (this.#at === AT.done) return "end";
      const c = bytes[this.place++]!;
      const fault = this.#at < AT.data
        ? this.#readSizeLine(c)
        : this.#at < AT.trailerStart
        ? this.#readDataEnd(c)
        : this.#readTrailer(c);
      if (fault !== null) return fault;
    }
    return this.#at === AT.done ? "end" : "more";
  }

  #takeData(end: number): ChunkStep {
    const length = Math.min(this.#left, end - this.place);
    this.dataStart = this.place;
    this.dataEnd = this.place += length;
    this.decodedBytes += length;
    this.#left -= length;
    if (this.#left === 0) this.#at = AT.dataCr;
    return "data";
  }

  #readSizeLine(c: number): RefusalReason | null {
    // As many bytes again as there was content, so that a long upload may sign its chunks.
    if (this.#at > AT.size && ++this.#extensionBytes > EXTENSION_BYTES_MAX + this.decodedBytes) {
      return "BadRequest";
    }
    if (this.#at > AT.sizeEnd && this.#at < AT.sizeLf) return this.#readExtension(c);
    if (this.#at === AT.sizeLf) {
      if (c !== LF) return "Invalid_CR/LF";
      this.#digits = 0;
      return this.#go(this.#left === 0 ? AT.trailerStart : AT.data);
    }
    const digit = HEX_VALUE[c]!;
    if (digit !== 255 && this.#at !== AT.sizeEnd) {
      if (++this.#digits > SIZE_DIGITS_MAX) return "Number";
      this.#left = this.#left * 16 + digit;
      return this.#go(AT.size);
    }
    if (this.#at === AT.sizeFirst) return "Number";
    if (isSpace(c)) return this.#go(AT.sizeEnd); // only an extension may follow
    if (c === SEMICOLON) return this.#go(AT.extensionLead);
    if (c === CR && this.#at === AT.size) return this.#go(AT.sizeLf);
    return c === CR || c === LF ? "Invalid_CR/LF" : "Number";
  }

  /** `; name [= value]` with the white space that RFC 9112 7.1.1 makes us read. */
  #readExtension(c: number): RefusalReason | null {
    const isToken = (BYTE_CLASS[c]! & TOKEN) !== 0;
    switch (this.#at) {
      case AT.extensionLead:
        if (isSpace(c)) return null;
        return isToken ? this.#go(AT.extensionName) : lineFault(c);
      case AT.extensionName:
        if (isToken) return null;
        if (isSpace(c)) return this.#go(AT.extensionNameEnd);
        return c === EQUALS ? this.#go(AT.extensionValueLead) : this.#endExtension(c);
      case AT.extensionNameEnd:
        if (isSpace(c)) return null;
        if (c === EQUALS) return this.#go(AT.extensionValueLead);
        return c === SEMICOLON ? this.#go(AT.extensionLead) : lineFault(c);
      case AT.extensionValueLead:
        if (isSpace(c)) return null;
        if (c === QUOTE) return this.#go(AT.extensionQuoted);
        return isToken ? this.#go(AT.extensionValue) : lineFault(c);
      case AT.extensionQuoted:
        if (c === QUOTE) return this.#go(AT.extensionQuotedEnd);
        if (c === BACKSLASH) return this.#go(AT.extensionEscape);
        return (BYTE_CLASS[c]! & QUOTED) !== 0 ? null : lineFault(c);
      case AT.extensionEscape:
        return (BYTE_CLASS[c]! & VALUE) !== 0 ? this.#go(AT.extensionQuoted) : lineFault(c);
      case AT.extensionSpace:
        if (isSpace(c)) return null;
        return c === SEMICOLON ? this.#go(AT.extensionLead) : lineFault(c);
      default: // in a value, or after a quoted one
        if (isToken && this.#at === AT.extensionValue) return null;
        return isSpace(c) ? this.#go(AT.extensionSpace) : this.#endExtension(c);
    }
  }

  #endExtension(c: number): RefusalReason | null {
    if (c === CR) return this.#go(AT.sizeLf);
    return c === SEMICOLON ? this.#go(AT.extensionLead) : lineFault(c);
  }

  #readDataEnd(c: number): RefusalReason | null {
    if (this.#at === AT.dataCr) return c === CR ? this.#go(AT.dataLf) : "Invalid_CR/LF";
    return c === LF ? this.#go(AT.sizeFirst) : "Invalid_CR/LF";
  }

  #readTrailer(c: number): RefusalReason | null {
    if (++this.#trailerBytes > TRAILER_BYTES_MAX) return "RequestLength";
    switch (this.#at) {
      case AT.trailerStart:
        if (c === CR) return this.#go(AT.endLf);
        this.#trailerName = "";
        this.#at = AT.trailerName;
        return this.#readTrailerName(c);
      case AT.trailerName:
        return this.#readTrailerName(c);
      case AT.trailerValue:
        if (c === CR) return this.#go(AT.trailerLf);
        return (BYTE_CLASS[c]! & VALUE) !== 0 ? null : lineFault(c);
      case AT.trailerLf:
        return c === LF ? this.#go(AT.trailerStart) : "Invalid_CR/LF";
      default:
        return c === LF ? this.#go(AT.done) : "Invalid_CR/LF";
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
    return this.#go(AT.trailerValue);
  }

  #go(at: number): null {
    this.#at = at;
    return null;
  }
}

function isSpace(c: number): boolean {
  return c === SP || c === HTAB;
}

function lineFault(c: number): RefusalReason {
  return c === CR || c === LF ? "Invalid_CR/LF" : "BadRequest";
}
