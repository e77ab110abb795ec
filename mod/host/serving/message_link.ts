/**
 * One end of the connection between the service and a worker: messages in order, both ways at once.
 *
 * @module
 */
import { type LineStream, readLines, writeLine } from "../control/json_lines.ts";

/** Bytes of one read: most messages are small, and there is one such buffer for each worker. */
const READ_BYTES = 65_536;

export class MessageLink {
  readonly #stream: LineStream & { close(): void };
  readonly #lineBytesMax: number;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(stream: LineStream & { close(): void }, lineBytesMax: number) {
    this.#stream = stream;
    this.#lineBytesMax = lineBytesMax;
  }

  /** Sends a message after those before it; resolves when it is sent, or the other end is gone. */
  send(message: unknown): Promise<void> {
    const sent = this.#last.then(async () => {
      if (!this.#isClosed) await writeLine(this.#stream, message);
    }).catch(() => this.close());
    this.#last = sent;
    return sent;
  }

  /** Calls `onMessage` for each message, until the other end is gone or sends nonsense. */
  async receive(onMessage: (message: unknown) => void): Promise<void> {
    try {
      for await (const message of readLines(this.#stream, this.#lineBytesMax, READ_BYTES)) {
        onMessage(message);
      }
    } catch {
      // It is gone, or not what it should be: both end the connection.
    } finally {
      this.close();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#stream.close();
    } catch {
      // The other end closed it first.
    }
  }
}
