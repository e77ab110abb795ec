/**
 * The body of the request in hand and the connection that it comes from.
 *
 * @module
 */
import { type BodyPump, BodyReader } from "./body_reader.ts";
import { TICK_MS } from "./clock.ts";
import { drain, LINGER_MS } from "./linger.ts";
import type { Engine } from "./shared_state.ts";
import type { Framing } from "./parse/framing.ts";
import type { Link } from "./connection_context.ts";

const CONTINUE: Uint8Array = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** One request's body on its way in. */
export class BodyPort implements BodyPump {
  readonly body: BodyReader;

  readonly #engine: Engine;
  readonly #link: Link;
  /** Milliseconds that the rest of the body may take; Infinity while a handler reads. */
  #restMs = Infinity;
  #restStart = 0;
  /** What the log says of a client that is too slow; null where it has been told of already. */
  #timer: string | null = "Timer_EntityBody";

  constructor(engine: Engine, link: Link, framing: Framing) {
    this.#engine = engine;
    this.#link = link;
    const { MaxRequestEntityAllowed } = engine.settings;
    this.body = new BodyReader(link.input, this, framing, MaxRequestEntityAllowed);
  }

  async refill(): Promise<boolean> {
    const { input, stream } = this.#link;
    const { settings, clock } = this.#engine;
    const leftMs = this.#restMs - (clock.tick - this.#restStart) * TICK_MS;
    this.#link.awaitClient(Math.min(settings.EntityBodyTimeout * 1000, leftMs), this.#timer);
    let count: number | null = null;
    try {
      count = await stream.read(input.bodyRoom());
    } catch {
      // A connection that is reset has ended: nothing is wrong here.
    }
    this.#link.heardClient();
    if (count === null) return false;
    input.end = count;
    return true;
  }

  async sendContinue(): Promise<void> {
    try {
      await this.#link.output.write(CONTINUE);
    } catch {
      // The client is gone: the read that follows says so.
    }
  }

  /**
   * After the answer: reads the rest where the connection is to go on. False where the rest of the
   * body is still to come.
   */
  async end(drains: boolean): Promise<boolean> {
    this.#limitRest(this.#engine.settings.DrainEntityBodyTimeout * 1000);
    const isOver = drains ? await drain(this.body) : this.body.isOver;
    if (!drains) await this.abandon();
    this.#link.input.endBody();
    return isOver;
  }

  /**
   * The handler reads no more; resolves when a read that it began has ended. The answer is out, so the
   * client has no more time than one that is lingered for.
   */
  async abandon(): Promise<void> {
    this.body.abandon();
    if (this.body.pending === null) return;
    this.#timer = null;
    this.#limitRest(LINGER_MS);
    this.#link.awaitClient(LINGER_MS, null);
    try {
      await this.body.pending;
    } catch {
      // Whoever began the read was told.
    }
  }

  #limitRest(ms: number): void {
    this.#restMs = ms;
    this.#restStart = this.#engine.clock.tick;
  }
}
