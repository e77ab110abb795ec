/**
 * The body of the request in hand and the connection that it comes from.
 *
 * @module
 */
import { BodyReader, type BodySupply } from "./body_reader.ts";
import { TICK_MS } from "./clock.ts";
import { drain, LINGER_MS } from "./linger.ts";
import type { SharedState } from "./shared_state.ts";
import type { Framing } from "./parse/framing.ts";
import type { ConnectionContext } from "./connection_context.ts";

const CONTINUE: Uint8Array = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** One request's body on its way in. */
export class IncomingBody implements BodySupply {
  readonly body: BodyReader;

  readonly #shared: SharedState;
  readonly #context: ConnectionContext;
  /** Milliseconds that the rest of the body may take; Infinity while a handler reads. */
  #restMs = Infinity;
  #restStart = 0;
  /** What the log says of a client that is too slow; null where it has been told of already. */
  #timer: string | null = "Timer_EntityBody";

  constructor(shared: SharedState, context: ConnectionContext, framing: Framing) {
    this.#shared = shared;
    this.#context = context;
    const { MaxRequestEntityAllowed } = shared.settings;
    this.body = new BodyReader(context.input, this, framing, MaxRequestEntityAllowed);
  }

  async refill(): Promise<boolean> {
    const { input, stream } = this.#context;
    const { settings, clock } = this.#shared;
    const leftMs = this.#restMs - (clock.tick - this.#restStart) * TICK_MS;
    this.#context.setDeadline(Math.min(settings.EntityBodyTimeout * 1000, leftMs), this.#timer);
    let count: number | null = null;
    try {
      count = await stream.read(input.bodyRoom());
    } catch {
      // A connection that is reset has ended: nothing is wrong here.
    }
    this.#context.clearDeadline();
    if (count === null) return false;
    input.end = count;
    return true;
  }

  async sendContinue(): Promise<void> {
    try {
      await this.#context.output.write(CONTINUE);
    } catch {
      // The client is gone: the read that follows says so.
    }
  }

  /**
   * After the answer: reads the rest where the connection is to go on. False where the rest of the
   * body is still to come.
   */
  async end(drains: boolean): Promise<boolean> {
    this.#limitRest(this.#shared.settings.DrainEntityBodyTimeout * 1000);
    const isOver = drains ? await drain(this.body) : this.body.isOver;
    if (!drains) await this.discard();
    this.#context.input.endBody();
    return isOver;
  }

  /**
   * The handler reads no more; resolves when a read that it began has ended. The answer is out, so the
   * client has no more time than one that is lingered for.
   */
  async discard(): Promise<void> {
    this.body.discard();
    if (this.body.pending === null) return;
    this.#timer = null;
    this.#limitRest(LINGER_MS);
    this.#context.setDeadline(LINGER_MS, null);
    try {
      await this.body.pending;
    } catch {
      // Whoever began the read was told.
    }
  }

  #limitRest(ms: number): void {
    this.#restMs = ms;
    this.#restStart = this.#shared.clock.tick;
  }
}
