/**
 * Two connections as one, after a change of protocol: bytes go both ways, each side's end is passed
 * on, and a failure of either ends both.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { ByteStream } from "../../base/exchange.ts";

const BUFFER_BYTES = 16_384;

/** Joins `a` and `b`; resolves when both directions have ended. `b` is closed then. */
export async function tunnel(a: ByteStream, b: ByteStream): Promise<void> {
  const closeBoth = (): void => {
    closeQuietly(a);
    closeQuietly(b);
  };
  await Promise.all([copy(a, b).catch(closeBoth), copy(b, a).catch(closeBoth)]);
  closeBoth();
}

async function copy(from: ByteStream, to: ByteStream): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) break;
    for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
  }
  await to.closeWrite();
}
