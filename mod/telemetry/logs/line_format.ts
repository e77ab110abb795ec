/**
 * A form of the lines of an access log.
 *
 * @module
 */
import type { HttpRequest, ServedRecord } from "../../base/exchange.ts";
import { copyBytes, writeLatin1 } from "../../wire/byte_text.ts";
import type { LineBuffer } from "./line_buffer.ts";
import type { Stamp } from "./stamp.ts";

/** Formats requests that were served. */
export interface LineFormat {
  /** Where the milliseconds of a line are; null if its time has none. */
  readonly millisecondAt: number | null;
  /** Whether a line tells the port of the client, which differs from one connection to the next. */
  readonly hasClientPort: boolean;
  /** Returns the lines at the beginning of a file; "" for none. */
  header(stamp: Stamp): string;
  /** Returns the parts of a line that depend on nothing but the head of the request. */
  headParts(request: HttpRequest): HeadParts<string>;
  /**
   * Writes the line of one record at the end of `lines`, with the parts that its head has; returns
   * where the line ends. A line without fields is none, and ends where it begins.
   */
  write(
    lines: LineBuffer,
    record: ServedRecord,
    siteId: number,
    stamp: Stamp,
    parts: HeadParts<LinePart>,
  ): number;
}

/** The parts of a line that depend on a head alone, printable ASCII. */
export interface HeadParts<T> {
  /** The request line, or some of it. */
  readonly path: T;
  /** The fields that are logged. */
  readonly fields: T;
}

/** As bytes if it is kept, as text if it is used once. */
export type LinePart = string | Uint8Array;

/** Fewer bytes than this are copied one by one: a call costs more. */
const CALL_BYTES_MIN = 16;

/** Characters from which a call is cheaper than to write them one by one. */
const ENCODED_MIN = 128;
const encoder = new TextEncoder();

/** Copies `from` to `offset`; returns the offset after it. */
export function copyPart(bytes: Uint8Array, offset: number, from: Uint8Array): number {
  if (from.length < CALL_BYTES_MIN) return copyBytes(bytes, offset, from, 0, from.length);
  bytes.set(from, offset);
  return offset + from.length;
}

/** Does the same with a part in either form. */
export function writePart(bytes: Uint8Array, offset: number, part: LinePart): number {
  if (typeof part !== "string") return copyPart(bytes, offset, part);
  if (part.length < ENCODED_MIN) return writeLatin1(bytes, offset, part);
  return offset + encoder.encodeInto(part, bytes.subarray(offset)).written;
}
