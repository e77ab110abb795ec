/**
 * Sends a request's body on to a program while it comes in. It never rejects: what went wrong is kept
 * for whoever reads the answer, which may have come all the same.
 *
 * @module
 */
import { latin1Bytes } from "../../wire/byte_text.ts";
import { BodyError, type RequestBody } from "../../base/exchange.ts";
import type { UpstreamConnection } from "./upstream_connection.ts";

const CRLF = latin1Bytes("\r\n");
const LAST_CHUNK = latin1Bytes("0\r\n\r\n");

/** Who is told how far it came. */
interface PumpEvents {
  /** True while the program has to take what was written. */
  onWait(isWaiting: boolean): void;
  /** All of the body is with the program. */
  onSent(): void;
}

/** Reads `body` to its end and writes it to `connection`. */
export class RequestPump {
  isSent = false;
  /** The client's part failed: framing, size, time, or it went away. */
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
      if (!(error instanceof BodyError)) return; // the program takes no more: its answer tells
      this.bodyError = error;
      connection.close();
    }
  }
}
