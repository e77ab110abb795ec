/**
 * Closing a connection without losing the response. A socket that is closed with unread bytes sends
 * a reset, which can overtake the response. So the sending direction is closed first, and what the
 * client still sends is read and discarded for a while.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import { BodyError } from "../base/exchange.ts";
import type { BodyReader } from "./body_reader.ts";
import { nextReadCost, type Turns } from "./turns.ts";

/** Unread body bytes worth reading to keep the connection; more cost more than a new connection. */
export const DRAIN_BYTES_MAX = 262_144;
/** How long, and how much, a client may go on sending after the connection's last response. */
export const LINGER_MS = 2000;
const LINGER_BYTES_MAX = 1_048_576;

/** Reads the rest of a body; false if it is too long or broken. */
export async function drain(body: BodyReader): Promise<boolean> {
  body.discard();
  let drained = 0;
  try {
    if (body.pendingRead !== null) drained = (await body.pendingRead)?.length ?? 0;
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

/** Closes the sending direction and reads until the client closes its own or has sent too much. */
export async function linger(
  stream: ByteStream,
  scratch: Uint8Array,
  turns: Turns,
): Promise<void> {
  await stream.closeWrite();
  for (let read = 0; read <= LINGER_BYTES_MAX;) {
    const count = await stream.read(scratch);
    if (count === null) return;
    read += count;
    const cost = nextReadCost(count, scratch);
    if (cost > 0) await turns.take(cost);
  }
}
