/**
 * Forwards a request body to the upstream while it arrives. It never rejects: an error is stored
 * for the reader of the response, which may have arrived nevertheless.
 *
 * @module
 */
import { BodyError, type RequestBody } from "../../base/exchange.ts";
import type { OutputBuffer } from "./output_buffer.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";

/** What arrived with the head is sent with it up to this size: copying it costs less than a write. */
const JOINED_BYTES_MAX = 8192;
const LAST_CHUNK = "0\r\n\r\n";

/** Callbacks for the progress of the body. */
interface PumpEvents {
  /** True while a write to the upstream is pending. */
  onWait(isWaiting: boolean): void;
  /** The whole body has been written to the upstream. */
  onSent(): void;
}

/** Reads a body to its end and writes it to a connection. */
export class RequestPump {
  isSent = false;
  /** The error on the client's side: framing, size, time-out, or a client that disconnected. */
  bodyError: BodyError | null = null;

  readonly #body: RequestBody;
  readonly #events: PumpEvents;
  readonly #isChunked: boolean;
  /** Bytes that the client has yet to send; Infinity if it does not say. */
  #remaining: number;
  /** A piece that was read and not written; null for none. */
  #piece: Uint8Array | null = null;
  #isJoined = false;

  constructor(body: RequestBody, events: PumpEvents) {
    this.#body = body;
    this.#events = events;
    this.#isChunked = body.length === null;
    this.#remaining = body.length ?? Infinity;
  }

  /**
   * Appends what arrived together with the head, if it is not much; may throw a
   * {@linkcode BodyError}. It is appended again if nothing was sent, and joined to another head.
   */
  join(output: OutputBuffer): void {
    this.#piece ??= this.#body.readArrived();
    const length = this.#piece?.length ?? 0;
    this.#isJoined = length > 0 && length <= JOINED_BYTES_MAX;
    if (this.#isJoined) this.#append(output, this.#piece!);
  }

  /** Sends the body on `connection`, except for what was joined to the head. */
  start(connection: UpstreamConnection): void {
    if (this.#isJoined) this.#finishPiece();
    if (this.#remaining === 0) this.#finish();
    else void this.#run(connection);
  }

  async #run(connection: UpstreamConnection): Promise<void> {
    try {
      for (;;) {
        const piece = this.#piece ??= await this.#body.read();
        if (piece === null) break;
        if (piece.length > 0) await this.#send(connection, piece);
        this.#finishPiece();
        if (this.#remaining === 0) break;
      }
      if (this.#isChunked) {
        connection.output.text(LAST_CHUNK);
        await connection.send(connection.output.take());
      }
      this.#finish();
    } catch (error) {
      if (!(error instanceof BodyError)) return; // the upstream reads no more: see its response
      this.bodyError = error;
      connection.close();
    }
  }

  async #send(connection: UpstreamConnection, piece: Uint8Array): Promise<void> {
    this.#events.onWait(true);
    if (this.#isChunked) {
      this.#append(connection.output, piece);
      await connection.send(connection.output.take());
    } else {
      await connection.send(piece);
    }
    this.#events.onWait(false);
  }

  #append(output: OutputBuffer, piece: Uint8Array): void {
    if (this.#isChunked) output.text(`${piece.length.toString(16)}\r\n`);
    output.copy(piece, 0, piece.length);
    if (this.#isChunked) output.text("\r\n");
  }

  #finishPiece(): void {
    this.#remaining -= this.#piece?.length ?? 0;
    this.#piece = null;
  }

  #finish(): void {
    this.isSent = true;
    this.#events.onSent();
  }
}
