/**
 * Byte streams put together and closed.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";

/**
 * `stream`, with `early` before what comes from it: bytes that were read before somebody else took the
 * connection over, as after a 101 or before a TLS handshake.
 */
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

/** Closes `stream`, which may be closed already: Deno throws BadResource then. */
export function closeQuietly(stream: { close(): void }): void {
  try {
    stream.close();
  } catch {
    // Closed before: that is what was wanted.
  }
}
