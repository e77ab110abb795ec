/**
 * How a connection ends without losing an answer: a socket that is closed with unread bytes in it
 * resets, and the reset may overtake the answer. So our direction is closed first, and what the
 * client still sends is read and thrown away for a while.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import { BodyError } from "../base/exchange.ts";
import type { BodyReader } from "./body_reader.ts";

/** Unread body that is worth reading to keep the connection; more costs more than a new one. */
export const DRAIN_BYTES_MAX = 262_144;
/** How long and how much a client that was turned away may go on sending. */
export const LINGER_MS = 2000;
const LINGER_BYTES_MAX = 1_048_576;

/** Reads what is left of a body; false where it is too much or broken. */
export async function drain(body: BodyReader): Promise<boolean> {
  body.discard();
  let drained = 0;
  try {
    if (body.pending !== null) drained = (await body.pending)?.length ?? 0;
    while (drained <= DRAIN_BYTES_MAX) {
      const piece = await body.readNext();
      if (piece === null) return true;
      drained += piece.length;
    }
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
  }
  return false;
}

/** Ends our direction and reads until the client ends its own, or has sent too much. */
export async function linger(stream: ByteStream, scratch: Uint8Array): Promise<void> {
  await stream.closeWrite();
  for (let read = 0; read <= LINGER_BYTES_MAX;) {
    const count = await stream.read(scratch);
    if (count === null) return;
    read += count;
  }
}
