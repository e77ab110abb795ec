/**
 * The body of a program's answer, read while it is sent on: the program is held back by its socket,
 * and memory is one buffer.
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import { ChunkedDecoder } from "../../wire/chunked.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import { BODY, UpstreamFault } from "./upstream_head.ts";

/** Who is told how the body went, once. */
interface BodyEvents {
  /** Reads more, waiting as long as a program may take; false at the end of the stream. */
  fill(): Promise<boolean>;
  /** `isWhole`: the last byte was read, so the connection stands at the next answer. */
  onEnd(isWhole: boolean): void;
}

/** Body that follows a head on `connection`, delimited as `bodyLength` says. */
export class UpstreamBody implements BodySource {
  readonly length: number | null;

  readonly #connection: UpstreamConnection;
  readonly #events: BodyEvents;
  readonly #decoder: ChunkedDecoder | null;
  #remaining: number;
  #hasEnded = false;

  constructor(connection: UpstreamConnection, bodyLength: number, events: BodyEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#decoder = bodyLength === BODY.chunked ? new ChunkedDecoder() : null;
    this.#remaining = bodyLength === BODY.untilClose ? Infinity : Math.max(bodyLength, 0);
    this.length = bodyLength >= 0 ? bodyLength : null;
  }

  async pull(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#hasEnded) return null;
      const piece = this.#decoder === null ? this.#next() : this.#nextChunk(this.#decoder);
      if (piece !== null || this.#hasEnded) return piece;
      if (await this.#events.fill()) continue;
      if (this.#remaining !== Infinity || this.#decoder !== null) {
        throw new UpstreamFault("it hung up within its answer");
      }
      this.#end(false); // hanging up was the end of the body, and of the connection
    }
  }

  close(): void {
    // Whoever knows the length does not ask for the end.
    if (!this.#hasEnded) this.#end(this.#remaining === 0 && this.#decoder === null);
  }

  /** Next piece of what is there; null where nothing is. */
  #next(): Uint8Array | null {
    const { buffer, start, end } = this.#connection;
    if (this.#remaining === 0) return this.#end(true);
    if (start === end) return null;
    const to = Math.min(end, start + this.#remaining);
    this.#connection.start = to;
    this.#remaining -= to - start;
    return buffer.subarray(start, to);
  }

  #nextChunk(decoder: ChunkedDecoder): Uint8Array | null {
    const connection = this.#connection;
    decoder.position = connection.start;
    const step = decoder.step(connection.buffer, connection.end);
    connection.start = decoder.position;
    if (step === "data") {
      return connection.buffer.subarray(decoder.dataStart, decoder.dataEnd);
    }
    if (step === "end") return this.#end(true);
    if (step !== "more") throw new UpstreamFault("a chunk that is none");
    return null;
  }

  #end(isWhole: boolean): null {
    this.#hasEnded = true;
    this.#events.onEnd(isWhole);
    return null;
  }
}
