/**
 * The bytes of a file as a response body, read while it is sent.
 *
 * @module
 */
import { type BodySource, SourceRefusal } from "../../base/exchange.ts";
import type { ByteRange } from "./byte_ranges.ts";
import type { OpenedFile } from "./opened_file.ts";
import { ReadTurns } from "./read_turns.ts";

/** Bytes per read while large buffers are available: fewer reads cost less. */
const LARGE_BYTES = 256 * 1024;
/**
 * Large buffers in use at once. A slow client holds its buffer for a long time, so further clients
 * get small ones.
 */
const LARGE_MAX = 64;
const SMALL_BYTES = 32 * 1024;

/** Unused large buffers that are kept: each new one would have to be filled with zeros. */
const FREE_MAX = 8;
const freeBuffers: Uint8Array[] = [];
let largeInUse = 0;

/** The reads of all sites: they share one event loop, and the threads of one runtime. */
const turns = new ReadTurns();

/** Reads all of `file` and closes it; null if it has become shorter. */
export async function readWhole(file: OpenedFile): Promise<Uint8Array | null> {
  try {
    const bytes = new Uint8Array(file.size);
    let done = 0;
    const isUrgent = bytes.length <= LARGE_BYTES; // one read, and then it is in the cache
    while (done < bytes.length) {
      const count = await turns.run(() => file.read(bytes.subarray(done), done), { isUrgent });
      if (count === 0) return null;
      done += count;
    }
    return bytes;
  } finally {
    file.close();
  }
}

/** Returns a body of the bytes `range` of `bytes`, which are shared and must not change. */
export function bytesBody(bytes: Uint8Array, { start, end }: ByteRange): BodySource {
  let piece: Uint8Array | null = bytes.subarray(start, end + 1);
  const { length } = piece;
  return {
    length,
    pull(): Promise<Uint8Array | null> {
      const pulled = piece;
      piece = null;
      return Promise.resolve(pulled);
    },
    close(): void {
      piece = null;
    },
  };
}

/** Returns a body of the bytes `range` of `file`; closing the body closes the file, unless told not to. */
export function fileBody(
  file: OpenedFile,
  range: ByteRange,
  { closesFile = true }: { readonly closesFile?: boolean } = {},
): BodySource {
  const length = range.end - range.start + 1;
  let buffer: Uint8Array | null = null;
  let remaining = length;
  let isReading = false;
  let isClosed = false;
  const read = async (): Promise<Uint8Array | null> => {
    if (isClosed) return null; // while it waited; nobody wants the bytes any more
    buffer ??= acquireBuffer(remaining);
    isReading = true;
    const count = await file.read(
      remaining < buffer.length ? buffer.subarray(0, remaining) : buffer,
      range.end + 1 - remaining,
    );
    isReading = false;
    if (isClosed) return null;
    if (count === 0) throw new SourceRefusal("FileChanged"); // it became shorter
    remaining -= count;
    return buffer.subarray(0, count);
  };
  return {
    length,
    async pull(): Promise<Uint8Array | null> {
      return remaining === 0 ? null : await turns.run(read);
    },
    close(): void {
      isClosed = true;
      if (closesFile) file.close();
      // A read in flight still writes into its buffer, which must not be reused then.
      if (buffer !== null) releaseBuffer(buffer, !isReading);
      buffer = null;
    },
  };
}

function acquireBuffer(bytes: number): Uint8Array {
  if (bytes <= SMALL_BYTES) return new Uint8Array(bytes);
  if (largeInUse >= LARGE_MAX) return new Uint8Array(SMALL_BYTES);
  largeInUse++;
  return freeBuffers.pop() ?? new Uint8Array(LARGE_BYTES);
}

function releaseBuffer(buffer: Uint8Array, isReusable: boolean): void {
  if (buffer.length < LARGE_BYTES) return;
  largeInUse--;
  if (isReusable && freeBuffers.length < FREE_MAX) freeBuffers.push(buffer);
}
