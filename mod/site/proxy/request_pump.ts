/**
 * Forwards a request body to the upstream while it arrives. It never rejects: an error is stored
 * for the reader of the response, which may have arrived nevertheless.
 *
 * @module
 */
import { latin1Bytes } from "../../wire/byte_text.ts";
import { BodyError, type RequestBody } from "../../base/exchange.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";

const CRLF = latin1Bytes("\r\n");
const LAST_CHUNK = latin1Bytes("0\r\n\r\n");

/** Callbacks for the progress of the body. */
interface PumpEvents {
  /** True while a write to the upstream is pending. */
  onWait(isWaiting: boolean): void;
  /** The whole body has been written to the upstream. */
  onSent(): void;
}

/** Reads `body` to its end and writes it to `connection`. */
export class RequestPump {
  isSent = false;
  /** The error on the client's side: framing, size, time-out, or a client that disconnected. */
  bodyError: BodyError | null = null;

  constructor(connection: UpstreamConnection, body: RequestBody, events: PumpEvents) {
    void this.#run(connection, body, events);
  }

  async #run(
    connection: UpstreamConnection,
    body: RequestBody,
    events: PumpEvents,
  ): Promise<void> {
    const isChunked = body.length === null;
    try {
      for (let piece = await body.read(); piece !== null; piece = await body.read()) {
        if (piece.length === 0) continue;
        events.onWait(true);
        if (isChunked) await connection.send(latin1Bytes(`${piece.length.toString(16)}\r\n`));
        await connection.send(piece);
        if (isChunked) await connection.send(CRLF);
        events.onWait(false);
      }
      if (isChunked) await connection.send(LAST_CHUNK);
      this.isSent = true;
      events.onSent();
    } catch (error) {
      if (!(error instanceof BodyError)) return; // the upstream reads no more: see its response
      this.bodyError = error;
      connection.close();
    }
  }
}
