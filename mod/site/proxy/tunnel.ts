/**
 * A tunnel between two connections after a protocol upgrade: bytes are copied in both directions,
 * the end of each side is passed on, and an error on either side closes both.
 *
 * @module
 */
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { ByteStream } from "../../base/exchange.ts";

const BUFFER_BYTES = 16_384;

/** Connects `a` and `b`; resolves when both directions have ended, with both streams closed. */
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
