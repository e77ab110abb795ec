/**
 * A tunnel between a client and a program after a protocol upgrade. Bytes are copied in both
 * directions, and the end of each is passed on, so that a side may finish sending and still
 * receive.
 *
 * A side that is gone for good ends the other: what it had sent is delivered first, then that
 * direction is closed, and what the other side still sends is discarded for a while, because a
 * socket that is closed with unread bytes resets the connection, which can destroy what was sent.
 *
 * @module
 */
import type { ByteStream } from "../../base/exchange.ts";
import { closeQuietly } from "../../wire/byte_stream.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";

/** The buffer of a direction that is idle or carries small messages; most tunnels are idle. */
const SMALL_BYTES = 2048;
const LARGE_BYTES = 16_384;
/** A read of at most this many bytes makes a large buffer small again. */
const FEW_BYTES = 512;
/** How long the remaining side has to end its direction. */
const ENDING_MS = 2_000;

interface TunnelOptions {
  readonly deadlines: Deadlines;
  /** How long the program may take to receive something. */
  readonly stallMs: number;
}

/**
 * Connects both streams; resolves when both directions have ended, with both streams closed. How
 * long nothing may be sent, and how long the client may take to receive, its stream decides.
 */
export async function tunnel(
  client: ByteStream,
  program: UpstreamConnection,
  { deadlines, stallMs }: TunnelOptions,
): Promise<void> {
  let ending = null as Deadline | null;
  const closeBoth = (): void => {
    closeQuietly(client);
    closeQuietly(program);
  };
  const onLost = (): void => {
    ending ??= deadlines.start(ENDING_MS, closeBoth);
  };
  const send = async (bytes: Uint8Array): Promise<number> => {
    program.deadline.set(stallMs);
    const count = await program.write(bytes);
    program.deadline.clear();
    return count;
  };
  await Promise.all([
    copy(client, { write: send, closeWrite: () => program.closeWrite() }, onLost),
    copy(program, client, onLost),
  ]);
  ending?.end();
  closeBoth();
}

/** Copies one direction to its end; calls `onLost` if one of the two is gone. */
async function copy(
  from: Pick<ByteStream, "read">,
  to: Pick<ByteStream, "write" | "closeWrite">,
  onLost: () => void,
): Promise<void> {
  let buffer = new Uint8Array(SMALL_BYTES);
  let isLost = false;
  try {
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) break;
      isLost ||= !await isDelivered(to, buffer.subarray(0, count));
      if (isLost) onLost();
      if (count === buffer.length) {
        if (count === SMALL_BYTES) buffer = new Uint8Array(LARGE_BYTES);
      } else if (count <= FEW_BYTES && buffer.length === LARGE_BYTES) {
        buffer = new Uint8Array(SMALL_BYTES);
      }
    }
  } catch {
    onLost();
  }
  try {
    await to.closeWrite();
  } catch {
    onLost();
  }
}

/** Writes all of `bytes`; false if the other side is gone. */
async function isDelivered(to: Pick<ByteStream, "write">, bytes: Uint8Array): Promise<boolean> {
  try {
    for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
    return true;
  } catch {
    return false;
  }
}
