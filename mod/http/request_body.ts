/**
 * The link between the body of the current request and its connection.
 *
 * @module
 */
import { BodyReader, type BodySupply } from "./body_reader.ts";
import { TICK_MS } from "./clock.ts";
import { drain, LINGER_MS } from "./linger.ts";
import type { SharedState } from "./shared_state.ts";
import type { Framing } from "./parse/framing.ts";
import type { ConnectionContext } from "./connection_context.ts";
import { FRAMING_COST, nextReadCost } from "./turns.ts";

const CONTINUE: Uint8Array = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** The body of one request while it is being received. */
export class IncomingBody implements BodySupply {
  readonly body: BodyReader;

  readonly #shared: SharedState;
  readonly #context: ConnectionContext;
  /** Milliseconds that the rest of the body may take; Infinity while a handler reads. */
  #budgetMs = Infinity;
  /** The tick at which the budget was set. */
  #budgetStart = 0;
  /** What the next read costs in its turn of the event loop; 0 if it waits for the client. */
  #readCost = 0;
  /** Bytes between the pieces of the body that have been counted. */
  #countedFraming = 0;
  /** The reason logged if the client is too slow; null if the request has already been logged. */
  #timeoutReason: string | null = "Timer_EntityBody";

  constructor(shared: SharedState, context: ConnectionContext, framing: Framing) {
    this.#shared = shared;
    this.#context = context;
    const { MaxRequestEntityAllowed } = shared.settings;
    this.body = new BodyReader(context.input, this, framing, MaxRequestEntityAllowed);
  }

  async refill(): Promise<boolean> {
    const { input, stream } = this.#context;
    const { settings, clock, turns } = this.#shared;
    if (this.#readCost > 0) await turns.take(this.#readCost + this.#framingCost());
    const remainingMs = this.#budgetMs - (clock.tick - this.#budgetStart) * TICK_MS;
    this.#context.setDeadline(
      Math.min(this.body.arrivalMs || settings.EntityBodyTimeout * 1000, remainingMs),
      this.#timeoutReason,
    );
    let count: number | null = null;
    try {
      const space = input.spaceForBody();
      count = await stream.read(space);
      this.#readCost = nextReadCost(count, space);
    } catch {
      // A reset ends the connection like a close; it is not an error here.
    }
    this.#context.clearDeadline();
    if (count === null) return false;
    input.end = count;
    return true;
  }

  /** Returns the cost of what stood between the pieces since the last call. */
  #framingCost(): number {
    const framing = this.body.consumedBytes - this.body.contentBytes;
    const uncounted = framing - this.#countedFraming;
    this.#countedFraming = framing;
    return uncounted * FRAMING_COST;
  }

  async sendContinue(): Promise<void> {
    try {
      await this.#context.output.write(CONTINUE);
    } catch {
      // The client is gone; the read that follows will show it.
    }
  }

  /**
   * Ends the body after the response: reads the rest if `drains`, as the connection is to persist.
   * False if the body was not read to its end.
   */
  async end(drains: boolean): Promise<boolean> {
    this.#setBudget(this.#shared.settings.DrainEntityBodyTimeout * 1000);
    const isComplete = drains ? await drain(this.body) : this.body.isComplete;
    if (!drains) await this.discard();
    this.#context.input.endBody();
    return isComplete;
  }

  /**
   * Ends reading by the handler; resolves when a read that it has begun is over. The response has
   * been sent, so the client has no more time than any other that the engine lingers for.
   */
  async discard(): Promise<void> {
    this.body.discard();
    if (this.body.pendingRead === null) return;
    this.#timeoutReason = null;
    this.#setBudget(LINGER_MS);
    this.#context.setDeadline(LINGER_MS, null);
    try {
      await this.body.pendingRead;
    } catch {
      // The caller of read() gets the error.
    }
  }

  #setBudget(ms: number): void {
    this.#budgetMs = ms;
    this.#budgetStart = this.#shared.clock.tick;
  }
}
