/**
 * Several ranges of a document as one body: `multipart/byteranges` (RFC 9110 14.6).
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import { latin1Bytes } from "../../wire/byte_text.ts";
import type { ByteRange } from "./byte_ranges.ts";

/** A document of which ranges are sent. */
interface RangedDocument {
  /** Its media type, which each part repeats. */
  readonly type: string;
  /** Bytes of the whole document. */
  readonly size: number;
  /** Returns a body of some of its bytes. Bodies are used and closed one after another. */
  body(range: ByteRange): BodySource;
  /** Called once, when no more of it is needed. */
  close(): void;
}

/** What a body of several parts consists of: the bytes before each part, and those at the end. */
interface Layout {
  readonly heads: readonly Uint8Array[];
  readonly end: Uint8Array;
  /** Bytes of it all, with the parts. */
  readonly length: number;
}

/** Returns the layout of `ranges` of a document. `boundary` may occur nowhere in the document. */
function layoutOf(
  ranges: readonly ByteRange[],
  { type, size }: Pick<RangedDocument, "type" | "size">,
  boundary: string,
): Layout {
  const heads = ranges.map(({ start, end }, index) => {
    const before = index === 0 ? "" : "\r\n";
    return latin1Bytes(
      `${before}--${boundary}\r\nContent-Type: ${type}\r\n` +
        `Content-Range: bytes ${start}-${end}/${size}\r\n\r\n`,
    );
  });
  const end = latin1Bytes(`\r\n--${boundary}--\r\n`);
  const lengths = [...heads.map((head) => head.length), ...ranges.map(lengthOf), end.length];
  return { heads, end, length: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Returns the body of `ranges`, at least one. Closing it closes the document. */
export function multipartBody(
  ranges: readonly ByteRange[],
  document: RangedDocument,
  boundary: string,
): BodySource {
  const { heads, end, length } = layoutOf(ranges, document, boundary);
  let next = 0;
  let part: BodySource | null = null;
  let remaining = 0;
  let isClosed = false;
  const closePart = (): void => {
    const open = part;
    part = null;
    open?.close();
  };
  return {
    length,
    async pull(): Promise<Uint8Array | null> {
      if (part !== null && remaining === 0) closePart();
      if (part !== null) {
        const piece = await part.pull();
        remaining -= piece?.length ?? 0;
        return piece;
      }
      if (isClosed || next > ranges.length) return null;
      if (next === ranges.length) {
        next++;
        return end;
      }
      const range = ranges[next]!;
      part = document.body(range);
      remaining = lengthOf(range);
      return heads[next++]!;
    },
    close(): void {
      isClosed = true;
      closePart();
      document.close();
    },
  };
}

function lengthOf({ start, end }: ByteRange): number {
  return end - start + 1;
}
