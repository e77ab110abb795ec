/**
 * Helpers for byte streams.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";

/**
 * Returns `stream` with `early` prepended to what is read from it: bytes that were read before the
 * connection was handed over, as after a 101 or before a TLS handshake.
 */
export function withEarlyBytes(stream: ByteStream, early: Uint8Array): ByteStream {
  let unread = early;
  return {
    read(buffer: Uint8Array): Promise<number | null> {
      if (unread.length === 0) return stream.read(buffer);
      const count = Math.min(unread.length, buffer.length);
      buffer.set(unread.subarray(0, count));
      unread = unread.subarray(count);
      return Promise.resolve(count);
    },
    write: (bytes) => stream.write(bytes),
    setNoDelay: () => stream.setNoDelay?.(),
    closeWrite: () => stream.closeWrite(),
    close: () => stream.close(),
  };
}

/** Returns what pieces of a stream are together; of one piece, that piece itself. */
export function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Closes `stream`, which may already be closed: Deno would throw BadResource. */
export function closeQuietly(stream: { close(): void }): void {
  try {
    stream.close();
  } catch {
    // Already closed.
  }
}

/** Lets small writes be sent before the client has acknowledged earlier ones, if `stream` can. */
export function setNoDelay(stream: { setNoDelay?(): void }): void {
  try {
    stream.setNoDelay?.();
  } catch {
    // The client is already gone; the next read or write will show it.
  }
}
