/**
 * How a request's body is delimited and whether the connection persists after it (RFC 9112 6 and
 * 9), from the few fields that say so. If two recipients could disagree about the end of a message,
 * the message is rejected: request smuggling exploits that disagreement.
 *
 * Stricter than RFC 9112 on purpose: a second Content-Length is rejected even if the values are
 * equal, leading zeros are rejected (some recipients read them as octal), Content-Length together
 * with Transfer-Encoding is rejected instead of repaired, and so are Content_Length and
 * Transfer_Encoding.
 *
 * @module
 */
import type { RefusalReason } from "../../base/exchange.ts";
import { BYTE_CLASS, TOKEN } from "../../wire/byte_class.ts";
import { FIELD_KIND } from "./field_kind.ts";
import type { RequestHead } from "./head_scanner.ts";
import { equalsIgnoringCase } from "../../wire/byte_text.ts";
import { contentLengthAt, trimmedEnd, trimmedStart } from "../../wire/field_value.ts";

const COMMA = 0x2c;

/** The `bodyLength` of a chunked body: its end is known only when it has arrived. */
export const CHUNKED = -1;

/**
 * Why the engine sends an error response. `Expectation` is a refusal with status 417, for which the
 * HTTPERR log has no name of its own.
 */
export type ErrorReason = RefusalReason | "Expectation";

/** The framing that the fields of a head declare. Reused: {@linkcode Framing.read} resets it. */
export class Framing {
  /** Declared bytes, or {@linkcode CHUNKED}; 0 if nothing is declared. */
  bodyLength = 0;
  /** Whether the head has Content-Length or Transfer-Encoding. */
  hasBody = false;
  keepsAlive = false;
  expectsContinue = false;
  /** Index of the Host field; -1 for none. */
  hostField = -1;
  /** Index of the field that names a trace; -1 for none, and for several. */
  traceField = -1;

  #codingCount = 0;
  #isChunkedLast = false;
  #isCodingInvalid = false;
  #isClosing = false;

  /** Reads the fields of `head`; returns null if the framing is valid. */
  read(head: RequestHead, bytes: Uint8Array, base: number): ErrorReason | null {
    this.bodyLength = 0;
    this.hasBody = false;
    this.keepsAlive = head.minor === 1;
    this.expectsContinue = false;
    this.hostField = this.traceField = -1;
    this.#codingCount = 0;
    this.#isChunkedLast = this.#isCodingInvalid = this.#isClosing = false;
    let hasTransferEncoding = false;
    let traceFields = 0;
    for (let field = 0; field < head.fieldCount; field++) {
      const kind = head.kind(field);
      if (kind === FIELD_KIND.other) continue;
      const start = base + head.valueStart(field);
      const end = base + head.valueEnd(field);
      let fault: ErrorReason | null = null;
      if (kind === FIELD_KIND.host) {
        if (this.hostField >= 0) fault = "Hostname";
        this.hostField = field;
      } else if (kind === FIELD_KIND.connection) {
        this.#readConnection(bytes, start, end, head.minor);
      } else if (kind === FIELD_KIND.contentLength) {
        fault = this.#readContentLength(bytes, start, end);
      } else if (kind === FIELD_KIND.transferEncoding) {
        hasTransferEncoding = true;
        this.#readCodings(bytes, start, end);
      } else if (kind === FIELD_KIND.traceparent) {
        this.traceField = ++traceFields === 1 ? field : -1;
      } else if (kind === FIELD_KIND.lookalike) {
        fault = "Header";
      } else {
        fault = this.#readExpect(bytes, start, end, head.minor);
      }
      if (fault !== null) return fault;
    }
    if (hasTransferEncoding) return this.#applyTransferCoding(head.minor);
    return null;
  }

  #readContentLength(bytes: Uint8Array, start: number, end: number): ErrorReason | null {
    if (this.hasBody) return "BadRequest";
    const length = contentLengthAt(bytes, start, end);
    if (Number.isNaN(length)) return "Number";
    this.hasBody = true;
    this.bodyLength = length;
    return null;
  }

  /** Counts the codings of a Transfer-Encoding line; each must be a token without parameters. */
  #readCodings(bytes: Uint8Array, start: number, end: number): void {
    let p = start;
    do {
      const from = p = trimmedStart(bytes, p, end);
      while (p < end && (BYTE_CLASS[bytes[p]!]! & TOKEN) !== 0) p++;
      const to = p;
      p = trimmedStart(bytes, p, end);
      if (from === to || (p < end && bytes[p] !== COMMA)) {
        this.#isCodingInvalid = true;
        return;
      }
      if (this.#isChunkedLast) this.#isCodingInvalid = true; // nothing may come after chunked
      this.#codingCount++;
      this.#isChunkedLast = equalsIgnoringCase(bytes, from, to, "chunked");
    } while (p++ < end);
  }

  /** Accepts only `chunked` alone: all recipients agree where such a body ends. */
  #applyTransferCoding(minor: number): ErrorReason | null {
    if (minor === 0 || this.hasBody || this.#isCodingInvalid || !this.#isChunkedLast) {
      return "BadRequest";
    }
    if (this.#codingCount > 1) return "N/I"; // a coding inside chunked that is not decoded here
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
      from = trimmedStart(bytes, from, to);
      to = trimmedEnd(bytes, from, to);
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
  ): ErrorReason | null {
    if (minor === 0) return null; // RFC 9110 10.1.1: an HTTP/1.0 expectation is ignored
    if (!equalsIgnoringCase(bytes, start, end, "100-continue")) return "Expectation";
    this.expectsContinue = true;
    return null;
  }
}
