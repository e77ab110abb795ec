/**
 * The body of an upstream response, read while it is sent to the client: the socket applies
 * backpressure to the upstream, and memory is one buffer. A stream, whose length is unknown, begins
 * with an empty piece if nothing of it is there, so that its head does not wait.
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import { ChunkedDecoder } from "../../wire/chunked.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";
import { BODY, UpstreamClosed, UpstreamFault } from "./response_head.ts";

/** A body up to this size is sent in one piece with its head. */
const SMALL_BYTES_MAX = 16_384;
const NO_BYTES = new Uint8Array(0);

/** What the body needs of its exchange. */
interface BodyEvents {
  /** Reads more, within the time-out of the upstream; false at the end of the stream. */
  fillBody(): Promise<boolean>;
  /** Called once. `isWhole`: the last byte was read, so the connection is at the next response. */
  onBodyEnd(isWhole: boolean): void;
  /** Returns what to throw instead of `error`, which was thrown while the body was read. */
  onBodyFault(error: unknown): Error;
}

/** The body that follows a head on `connection`, delimited as `bodyLength` says. */
export class UpstreamBody implements BodySource {
  readonly length: number | null;

  readonly #connection: UpstreamConnection;
  readonly #events: BodyEvents;
  readonly #decoder: ChunkedDecoder | null;
  #remaining: number;
  #hasEnded = false;
  /** The client may have to learn of the response before there is anything of its body. */
  #isHeadDue: boolean;

  constructor(connection: UpstreamConnection, bodyLength: number, events: BodyEvents) {
    this.#connection = connection;
    this.#events = events;
    this.#decoder = bodyLength === BODY.chunked ? new ChunkedDecoder() : null;
    this.#remaining = bodyLength === BODY.untilClose ? Infinity : Math.max(bodyLength, 0);
    this.length = bodyLength >= 0 ? bodyLength : null;
    this.#isHeadDue = this.length === null;
  }

  arrived(): Uint8Array | null {
    const { buffer, start, end } = this.#connection;
    const isHere = this.#remaining <= end - start && this.#decoder === null;
    if (!isHere || this.#remaining > SMALL_BYTES_MAX) return null;
    this.#connection.start += this.#remaining;
    this.#remaining = 0;
    return buffer.subarray(start, this.#connection.start);
  }

  async pull(): Promise<Uint8Array | null> {
    try {
      return await this.#pull();
    } catch (error) {
      throw this.#events.onBodyFault(error);
    }
  }

  close(): void {
    // A reader that knows the length does not pull the end.
    if (!this.#hasEnded) this.#end(this.#remaining === 0 && this.#decoder === null);
  }

  async #pull(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#hasEnded) return null;
      const piece = this.#decoder === null ? this.#next() : this.#nextChunk(this.#decoder);
      if (piece !== null || this.#hasEnded) {
        this.#isHeadDue = false;
        return piece;
      }
      if (this.#isHeadDue) {
        this.#isHeadDue = false;
        return NO_BYTES;
      }
      const isLarge = this.#decoder !== null || this.#remaining > SMALL_BYTES_MAX;
      if (isLarge) this.#connection.growBuffer();
      if (await this.#events.fillBody()) continue;
      if (this.#remaining !== Infinity || this.#decoder !== null) {
        throw new UpstreamClosed("connection closed within a response");
      }
      this.#end(false); // the close delimits the body, and ends the connection
    }
  }

  /** The next piece of the buffered bytes; null if there are none. */
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
    if (step !== "more") throw new UpstreamFault("invalid chunk");
    return null;
  }

  #end(isWhole: boolean): null {
    this.#hasEnded = true;
    this.#events.onBodyEnd(isWhole);
    return null;
  }
}
