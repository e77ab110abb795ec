/**
 * The header fields that decide how a message is framed and whether the connection persists, and the
 * one that names a trace. They are recognized by length first, so that any other field costs one
 * comparison.
 *
 * @module
 */
import { equalsIgnoringCase } from "../../wire/byte_text.ts";

export const FIELD_KIND = {
  other: 0,
  host: 1,
  expect: 2,
  connection: 3,
  contentLength: 4,
  transferEncoding: 5,
  /**
   * A framing field with `_` for `-`: gateways behind us that turn field names into variables
   * confuse the two.
   */
  lookalike: 6,
  traceparent: 7,
} as const;

/** Returns the kind of the field whose name is `bytes[start..end)`. */
export function fieldKindOf(bytes: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 4:
      return equalsIgnoringCase(bytes, start, end, "host") ? FIELD_KIND.host : FIELD_KIND.other;
    case 6:
      return equalsIgnoringCase(bytes, start, end, "expect") ? FIELD_KIND.expect : FIELD_KIND.other;
    case 10:
      return equalsIgnoringCase(bytes, start, end, "connection")
        ? FIELD_KIND.connection
        : FIELD_KIND.other;
    case 11:
      return equalsIgnoringCase(bytes, start, end, "traceparent")
        ? FIELD_KIND.traceparent
        : FIELD_KIND.other;
    case 14:
      return equalsIgnoringCase(bytes, start, end, "content-length")
        ? FIELD_KIND.contentLength
        : lookalikeOf(bytes, start, end, "content_length");
    case 17:
      return equalsIgnoringCase(bytes, start, end, "transfer-encoding")
        ? FIELD_KIND.transferEncoding
        : lookalikeOf(bytes, start, end, "transfer_encoding");
    default:
      return FIELD_KIND.other;
  }
}

function lookalikeOf(bytes: Uint8Array, start: number, end: number, name: string): number {
  return equalsIgnoringCase(bytes, start, end, name) ? FIELD_KIND.lookalike : FIELD_KIND.other;
}
