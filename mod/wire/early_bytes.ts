/**
 * A connection that changes its protocol: after `101` the bytes belong to the site, the ones that
 * were already read first.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";

/** `stream`, with `early` before what comes from the socket. */
export function withEarlyBytes(stream: ByteStream, early: Uint8Array): ByteStream {
  let left = early;
  return {
    read(buffer: Uint8Array): Promise<number | null> {
      if (left.length === 0) return stream.read(buffer);
      const count = Math.min(left.length, buffer.length);
      buffer.set(left.subarray(0, count));
      left = left.subarray(count);
      return Promise.resolve(count);
    },
    write: (bytes) => stream.write(bytes),
    closeWrite: () => stream.closeWrite(),
    close: () => stream.close(),
  };
}
