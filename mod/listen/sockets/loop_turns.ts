/**
 * Edge: whole turns of the event loop.
 *
 * The runtime asks the system which sockets are ready only when nothing else is to be done. A timer
 * is no proof of that: one that became due meanwhile, during a step of the garbage collector for
 * example, is served first, and work that pauses with timers can keep clients waiting for ten of its
 * slices. So a byte is sent over a connection of this process to itself. It arrives when the system
 * was asked, and with it whatever clients have sent by then.
 *
 * @module
 */
import { within } from "../../base/work/time_limit.ts";
import { closeQuietly } from "../../wire/byte_stream.ts";
import { openLocal } from "./endpoint.ts";

/** How long the connection may take to open, and a byte to arrive. */
const ARRIVAL_MS_MAX = 250;
/** Bytes that are late one after the other until the connection is given up: loopback is down. */
const LATE_MAX = 3;

const HOSTNAME = "127.0.0.1";

/** A connection, by its ends. */
interface Pair {
  readonly near: Deno.TcpConn;
  readonly far: Deno.TcpConn;
}

/** The turns of the event loop of this process. */
export class LoopTurns {
  /** Null if there is none: then a timer has to do. */
  #pair: Pair | null;
  /** The byte under way; true once it has arrived. */
  #arrival: Promise<boolean> | null = null;
  #late = 0;
  readonly #byte = new Uint8Array(1);

  private constructor(pair: Pair | null) {
    this.#pair = pair;
  }

  static async open(): Promise<LoopTurns> {
    return new LoopTurns(await openPair().catch(() => null));
  }

  /** Resolves when the system has been asked once more which sockets are ready. Never rejects. */
  async next(): Promise<void> {
    const pair = this.#pair;
    if (pair === null) return await new Promise((resolve) => setTimeout(resolve, 0));
    const arrival = this.#arrival ??= this.#ring(pair);
    const hasArrived = await within(ARRIVAL_MS_MAX, arrival, () => null);
    this.#late = hasArrived === true ? 0 : this.#late + 1;
    if (hasArrived === false || this.#late >= LATE_MAX) this.close();
  }

  close(): void {
    if (this.#pair !== null) closePair(this.#pair);
    this.#pair = null;
  }

  /** Resolves to true when a byte has arrived, and to false if there is no connection any more. */
  async #ring({ near, far }: Pair): Promise<boolean> {
    try {
      // It is waited for before it is sent: then it is not there at once.
      const [count] = await Promise.all([far.read(this.#byte), near.write(this.#byte)]);
      return count !== null;
    } catch {
      return false;
    } finally {
      this.#arrival = null;
    }
  }
}

/** Connects to a socket that listens for nothing else; null if that takes too long. */
async function openPair(): Promise<Pair | null> {
  const { promise: opened, resolve, reject } = Promise.withResolvers<Pair | null>();
  const accepted: Deno.TcpConn[] = [];
  let near: Deno.TcpConn | null = null;
  let isOver = false;
  /** Others can connect as well. */
  const match = (): void => {
    const far = near && accepted.find(({ remoteAddr }) => isSame(remoteAddr, near!.localAddr));
    if (near && far) resolve({ near, far });
  };
  const local = await openLocal({ kind: "loopback", port: 0 }, (conn) => {
    if (isOver) return closeQuietly(conn);
    accepted.push(conn as Deno.TcpConn);
    match();
  });
  const { address } = local;
  const port = address.kind === "loopback" ? address.port : 0;
  const connecting = Deno.connect({ hostname: HOSTNAME, port });
  connecting.then((conn) => {
    near = conn;
    match();
  }, reject);
  let pair: Pair | null = null;
  try {
    pair = await within(ARRIVAL_MS_MAX, opened, () => null);
    return pair;
  } finally {
    isOver = true;
    for (const conn of accepted) if (conn !== pair?.far) closeQuietly(conn);
    if (pair === null) connecting.then(closeQuietly, () => {});
    await local.close();
  }
}

function isSame(one: Deno.Addr, other: Deno.Addr): boolean {
  const [{ hostname, port }, { hostname: ip, port: at }] = [one, other] as [
    Deno.NetAddr,
    Deno.NetAddr,
  ];
  return hostname === ip && port === at;
}

function closePair({ near, far }: Pair): void {
  closeQuietly(near);
  closeQuietly(far);
}
