/**
 * A form of the lines of an access log.
 *
 * @module
 */
import type { ServedRecord } from "../../base/exchange.ts";
import { copyBytes } from "../../wire/byte_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import type { Stamp } from "./stamp.ts";

/** Formats requests that were served. */
export interface LineFormat {
  /** Returns the lines at the beginning of a file; "" for none. */
  header(stamp: Stamp): string;
  /** Adds the line of one record to `lines`. */
  add(lines: LineBuffer, record: ServedRecord, siteId: number, stamp: Stamp): void;
}

/** Fewer bytes than this are copied one by one: a call costs more. */
const CALL_BYTES_MIN = 16;

/** Copies `from` to `offset`; returns the offset after it. */
export function copyPart(bytes: Uint8Array, offset: number, from: Uint8Array): number {
  if (from.length < CALL_BYTES_MIN) return copyBytes(bytes, offset, from, 0, from.length);
  bytes.set(from, offset);
  return offset + from.length;
}
