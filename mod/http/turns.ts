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
import type { ByteStream } from "../base/exchange.ts";
import { pause } from "../base/work/slices.ts";

/** The share of one turn, 5 to 8 ms of work, and how long more than what is always granted may take. */
const SHARE = 24 * 1024 * 1024;
const SHARE_MS = 8;
/** The part of a share that is always granted: clients that do wait may have taken it before. */
const GRANTED = 4 * 1024 * 1024;
/** Microtasks from the end of a wait to the end of the work that waited. */
const GRANT_MICROTASKS = 4;
/** The cost of a read or a write besides its bytes. */
export const CALL_COST = 65536;
/** The cost of a request that was sent together with others. */
export const REQUEST_COST = 16384;
/** The cost of each byte between the pieces of a chunked body, beyond that of copying it. */
export const FRAMING_COST = 128;
/** A smaller write is counted only as what causes it: a request, a piece of a body. */
export const LARGE_WRITE_MIN = 16384;

interface Waiting {
  readonly cost: number;
  readonly resolve: () => void;
}

/** What the clients that never wait have caused since the other sockets were looked at. */
export class Turns {
  #spent = 0;
  #startedMs = 0;
  /** Whether a moment in which nothing is ready will be noticed: then a new turn begins. */
  #isObserving = false;
  readonly #waiting: Waiting[] = [];
  readonly #nowMs: () => number;
  readonly #pause: () => Promise<void>;
  #isGranting = false;

  /**
   * `nowMs` returns the time in milliseconds, to compare two readings; `pauseOnce` resolves when the
   * runtime has looked at the sockets.
   */
  constructor(nowMs = (): number => performance.now(), pauseOnce = pause) {
    this.#nowMs = nowMs;
    this.#pause = pauseOnce;
  }

  /**
   * Counts work that is about to be done for a client that may go on without waiting; returns what
   * must be awaited first, or null if the turn has some share left.
   */
  take(cost: number): Promise<void> | null {
    if (this.#isGranting || this.#isOver()) return this.#takeLater(cost);
    this.#count(cost);
    return null;
  }

  #takeLater(cost: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ cost, resolve });
      if (!this.#isGranting) void this.#grant();
    });
  }

  /** Lets those who wait go on, one after another, as far as each turn allows. */
  async #grant(): Promise<void> {
    this.#isGranting = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#isOver()) await this.#endTurn();
      this.#count(next.cost);
      next.resolve();
      // Its work is done before the next look at the clock.
      for (let i = 0; i < GRANT_MICROTASKS; i++) await undefined;
    }
    this.#isGranting = false;
  }

  #count(cost: number): void {
    if (this.#spent === 0) this.#startedMs = this.#nowMs();
    this.#spent += cost;
    if (this.#spent >= GRANTED && !this.#isObserving) void this.#endTurn();
  }

  #isOver(): boolean {
    if (this.#spent < GRANTED) return false;
    // The time may have passed because the system stopped the process, not because it waited, so it
    // never begins a turn, only ends one.
    return this.#spent >= SHARE || this.#nowMs() - this.#startedMs >= SHARE_MS;
  }

  async #endTurn(): Promise<void> {
    this.#isObserving = true;
    await this.#pause();
    this.#spent = 0;
    this.#isObserving = false;
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
