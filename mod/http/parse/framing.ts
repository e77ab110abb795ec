/**
 * How a request's body is delimited and whether the connection goes on after it (RFC 9112 6 and 9),
 * from the few fields that say so. Where two readers could disagree about the end of a message, the
 * message is refused: that disagreement is what request smuggling is made of.
 *
 * Stricter than RFC 9112 on purpose: a second Content-Length is refused even where it says the same,
 * leading zeros are refused (some readers take them as octal), Content-Length beside
 * Transfer-Encoding is refused instead of repaired, and so are Content_Length and Transfer_Encoding.
 *
 * @module
 */
import type { RefusalReason } from "../../base/exchange.ts";
import { BYTE_CLASS, HTAB, SP, TOKEN } from "../../wire/byte_class.ts";
import { FIELD_KIND } from "./field_kind.ts";
import type { RequestHead } from "./head_scanner.ts";
import { equalsIgnoringCase } from "../../wire/byte_text.ts";

/** Fifteen digits stay exact in a number and are more than any disk holds. */
const LENGTH_DIGITS_MAX = 15;
const COMMA = 0x2c;

/** Length of a chunked body: its end is known when it is there. */
export const CHUNKED = -1;

/** `Expectation` is a refusal with status 417, which the HTTPERR log has no word of its own for. */
export type FramingFault = RefusalReason | "Expectation";

/** What the fields of one head say about framing. Reused by {@linkcode Framing.read}. */
export class Framing {
  /** Declared bytes; {@linkcode CHUNKED}; 0 where nothing is declared. */
  bodyLength = 0;
  /** The head has Content-Length or Transfer-Encoding. */
  hasBody = false;
  keepsAlive = false;
  expectsContinue = false;
  /** Index of the Host field; -1 for none. */
  hostField = -1;

  #codings = 0;
  #isChunkedLast = false;
  #isCodingBad = false;
  #isClosing = false;

  /** Reads the fields of `head`; null when the message is sound. */
  read(head: RequestHead, bytes: Uint8Array, base: number): FramingFault | null {
    this.bodyLength = 0;
    this.hasBody = false;
    this.keepsAlive = head.minor === 1;
    this.expectsContinue = false;
    this.hostField = -1;
    this.#codings = 0;
    this.#isChunkedLast = this.#isCodingBad = this.#isClosing = false;
    let isTransferCoded = false;
    for (let field = 0; field < head.fieldCount; field++) {
      const kind = head.kind(field);
      if (kind === FIELD_KIND.other) continue;
      const start = base + head.valueStart(field);
      const end = base + head.valueEnd(field);
      let fault: FramingFault | null = null;
      if (kind === FIELD_KIND.host) {
        if (this.hostField >= 0) fault = "Hostname";
        this.hostField = field;
      } else if (kind === FIELD_KIND.connection) {
        this.#readConnection(bytes, start, end, head.minor);
      } else if (kind === FIELD_KIND.contentLength) {
        fault = this.#readLength(bytes, start, end);
      } else if (kind === FIELD_KIND.transferEncoding) {
        isTransferCoded = true;
        this.#readCodings(bytes, start, end);
      } else if (kind === FIELD_KIND.lookalike) {
        fault = "Header";
      } else {
        fault = this.#readExpect(bytes, start, end, head.minor);
      }
      if (fault !== null) return fault;
    }
    if (isTransferCoded) return this.#transferCoded(head.minor);
    return null;
  }

  #readLength(bytes: Uint8Array, start: number, end: number): FramingFault | null {
    if (this.hasBody) return "BadRequest";
    const digits = end - start;
    if (digits === 0 || digits > LENGTH_DIGITS_MAX) return "Number";
    if (digits > 1 && bytes[start] === 0x30) return "Number";
    let value = 0;
    for (let i = start; i < end; i++) {
      const digit = bytes[i]! - 0x30;
      if (digit < 0 || digit > 9) return "Number";
      value = value * 10 + digit;
    }
    this.hasBody = true;
    this.bodyLength = value;
    return null;
  }

  /** Counts the codings of one Transfer-Encoding line; every element must be a bare token. */
  #readCodings(bytes: Uint8Array, start: number, end: number): void {
    let p = start;
    do {
      while (p < end && (bytes[p] === SP || bytes[p] === HTAB)) p++;
      const from = p;
      while (p < end && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
      const to = p;
      while (p < end && (bytes[p] === SP || bytes[p] === HTAB)) p++;
      if (from === to || (p < end && bytes[p] !== COMMA)) {
        this.#isCodingBad = true;
        return;
      }
      if (this.#isChunkedLast) this.#isCodingBad = true; // nothing may come after chunked
      this.#codings++;
      this.#isChunkedLast = equalsIgnoringCase(bytes, from, to, "chunked");
    } while (p++ < end);
  }

  /** Only `chunked` alone has an end that everyone sees at the same place. */
  #transferCoded(minor: number): FramingFault | null {
    if (minor === 0 || this.hasBody || this.#isCodingBad || !this.#isChunkedLast) {
      return "BadRequest";
    }
    if (this.#codings > 1) return "N/I"; // a coding under chunked that we do not undo
    this.hasBody = true;
    this.bodyLength = CHUNKED;
    return null;
  }

  #readConnection(bytes: Uint8Array, start: number, end: number, minor: number): void {
    let from = start;
    while (from < end) {
      let to = from;
      while (to < end && bytes[to] !== COMMA) to++;
      const next = to + 1;
      while (from < to && (bytes[from] === SP || bytes[from] === HTAB)) from++;
      while (to > from && (bytes[to - 1] === SP || bytes[to - 1] === HTAB)) to--;
      if (equalsIgnoringCase(bytes, from, to, "close")) {
        this.keepsAlive = false;
        this.#isClosing = true;
      } else if (
        minor === 0 && !this.#isClosing && equalsIgnoringCase(bytes, from, to, "keep-alive")
      ) {
        this.keepsAlive = true;
      }
      from = next;
    }
  }

  #readExpect(
    bytes: Uint8Array,
    start: number,
    end: number,
    minor: number,
  ): FramingFault | null {
    if (minor === 0) return null; // RFC 9110 10.1.1: an HTTP/1.0 expectation is ignored
    if (!equalsIgnoringCase(bytes, start, end, "100-continue")) return "Expectation";
    this.expectsContinue = true;
    return null;
  }
}
