/**
 * Edge: turns of the event loop, so that no client takes all of it.
 *
 * A read or write that can be done at once never waits, and the runtime looks at the other sockets
 * only when everything waits, or after about 4,000 reads and writes (61 rounds of 64). A client
 * that sends as fast as it is read, or receives as fast as it is written to, holds up all others
 * for so long: 0.1 s for a plain upload, seconds if its bytes are expensive. So what such clients
 * cause is counted in {@linkcode Turns}, and when a turn has had its share, those who would cause
 * more wait for the next one. Other clients are not counted and do not wait.
 *
 * Costs are in bytes: what it takes to copy so many from or to a socket.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { ByteStream } from "../base/exchange.ts";

/** The share of one turn, 5 to 10 ms of work, and how long it may take if the work is slow. */
const SHARE = 24 * 1024 * 1024;
const SHARE_MS = 5;
/** The part of a share that is always granted: clients that do wait may have taken it before. */
const GRANTED = 2 * 1024 * 1024;
/** The cost of a read or a write besides its bytes. */
export const CALL_COST = 65536;
/** The cost of a request that was sent together with others. */
export const REQUEST_COST = 16384;
/** The cost of each byte between the pieces of a chunked body, beyond that of copying it. */
export const FRAMING_COST = 128;
/** A smaller write is counted only as what causes it: a request, a piece of a body. */
export const LARGE_WRITE_MIN = 16384;

/** What the clients that never wait have caused since the other sockets were looked at. */
export class Turns {
  #spent = 0;
  #startedMs = 0;
  #next: Promise<void> | null = null;

  /**
   * Counts work that is about to be done for a client that may go on without waiting; returns what
   * must be awaited first, or null if the turn has some share left. Whoever awaits it is counted
   * then: a thousand that wait must not go on together.
   */
  take(cost: number): Promise<void> | null {
    if (this.#isOver()) return this.#takeLater(cost);
    if (this.#spent === 0) this.#startedMs = performance.now();
    this.#spent += cost;
    return null;
  }

  async #takeLater(cost: number): Promise<void> {
    while (this.#isOver()) await (this.#next ??= this.#endTurn());
    this.#spent += cost;
  }

  #isOver(): boolean {
    if (this.#spent < GRANTED) return false;
    return this.#spent >= SHARE || performance.now() - this.#startedMs >= SHARE_MS;
  }

  /**
   * Resolves after a moment in which nothing was ready: only then the runtime looks at the sockets.
   * A timer is such a moment if it is not due yet when this round ends, so it starts in the next.
   */
  #endTurn(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#spent = 0;
        this.#next = null;
        this.#startedMs = performance.now();
        resolve();
      };
      setImmediate(() => setTimeout(end, 0));
    });
  }
}

/**
 * Returns the cost of the next read after one of `count` bytes; 0 if it did not fill `buffer`: then
 * there is no more to read at once, and the next read waits.
 */
export function nextReadCost(count: number | null, buffer: Uint8Array): number {
  return count === buffer.length ? CALL_COST + count : 0;
}

/** Returns `stream` with its reads and writes counted, for a protocol that the engine does not see. */
export function inTurns(stream: ByteStream, turns: Turns): ByteStream {
  let readCost = 0;
  return {
    async read(buffer): Promise<number | null> {
      if (readCost > 0) await turns.take(readCost);
      const count = await stream.read(buffer);
      readCost = nextReadCost(count, buffer);
      return count;
    },
    async write(bytes): Promise<number> {
      if (bytes.length >= LARGE_WRITE_MIN) await turns.take(CALL_COST + bytes.length);
      return await stream.write(bytes);
    },
    closeWrite: () => stream.closeWrite(),
    close: () => stream.close(),
  };
}
