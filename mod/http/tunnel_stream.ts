/**
 * The client's end of a connection that was upgraded. Its connection's deadlines guard it, so that
 * a tunnel costs no timer:
 *
 * - every byte in either direction restarts the idle time-out (TunnelIdleTimeout). Once a direction
 *   has ended it is short: a client that is gone looks like one that has only ended its direction;
 * - a client that does not receive is given no more time than for any other response.
 *
 * @module
 */
import type { ByteStream } from "../base/exchange.ts";
import { ticksOf } from "./clock.ts";
import type { ConnectionContext } from "./connection_context.ts";
import type { SharedState } from "./shared_state.ts";

/** How long a tunnel of which one direction has ended may carry nothing. */
const HALF_CLOSED_MS = 10_000;

export class TunnelStream implements ByteStream {
  readonly #shared: SharedState;
  readonly #context: ConnectionContext;
  #isHalfClosed = false;

  constructor(shared: SharedState, context: ConnectionContext) {
    this.#shared = shared;
    this.#context = context;
    this.#restart();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    const count = await this.#context.stream.read(buffer);
    if (count === null) this.#isHalfClosed = true;
    this.#restart();
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const count = await this.#context.output.writeSome(bytes, ticksOf(this.#idleMs));
    this.#restart();
    return count;
  }

  async closeWrite(): Promise<void> {
    this.#isHalfClosed = true;
    this.#restart();
    await this.#context.stream.closeWrite();
  }

  close(): void {
    this.#context.stream.close();
  }

  get #idleMs(): number {
    const idleMs = this.#shared.settings.TunnelIdleTimeout * 1000;
    return this.#isHalfClosed ? Math.min(idleMs, HALF_CLOSED_MS) : idleMs;
  }

  #restart(): void {
    this.#context.setDeadline(this.#idleMs, "Timer_ConnectionIdle");
  }
}
