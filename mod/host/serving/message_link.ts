/**
 * One end of the connection between the service and a worker: messages in order, both ways at once.
 *
 * A message is JSON, with bytes behind it if it is about some: two lengths of four bytes each, of
 * the JSON and of the bytes, then both. The lines of a log cost nothing but their copy that way.
 *
 * @module
 */

/** Either end of the connection. */
interface LinkStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** Handles a message; `bytes` belong to the handler. */
type OnMessage = (message: unknown, bytes: Uint8Array) => void;

/** Bytes of the two lengths. */
const LENGTHS = 8;
/** Bytes of one read: most messages are small, and there is one such buffer for each worker. */
const READ_BYTES = 65_536;
/** Largest message: the sites and certificates of a large service. */
const MESSAGE_BYTES_MAX = 256 * 1024 * 1024;
const NO_BYTES = new Uint8Array();

const encoder = new TextEncoder();

export class MessageLink {
  readonly #stream: LinkStream;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(stream: LinkStream) {
    this.#stream = stream;
  }

  /**
   * Sends a message after those before it; resolves when it is sent, or the other end is gone, and
   * `pieces` are not accessed any more.
   */
  send(message: unknown, pieces: readonly Uint8Array[] = []): Promise<void> {
    const sent = this.#last.then(async () => {
      if (this.#isClosed) return;
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      await this.#write(framed(message, length));
      for (const piece of pieces) await this.#write(piece);
    }).catch(() => this.close());
    this.#last = sent;
    return sent;
  }

  /** Calls `onMessage` for each message, until the other end is gone or sends nonsense. */
  async receive(onMessage: OnMessage): Promise<void> {
    try {
      const reader = new FrameReader(onMessage);
      const buffer = new Uint8Array(READ_BYTES);
      for (;;) {
        const count = await this.#stream.read(buffer);
        if (count === null) return;
        reader.push(buffer.subarray(0, count));
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

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#stream.write(bytes.subarray(done));
  }
}

function framed(message: unknown, byteLength: number): Uint8Array {
  const json = encoder.encode(JSON.stringify(message));
  const frame = new Uint8Array(LENGTHS + json.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, json.length);
  view.setUint32(4, byteLength);
  frame.set(json, LENGTHS);
  return frame;
}

/** Puts messages together from what is read. */
class FrameReader {
  readonly #onMessage: OnMessage;
  readonly #lengths = new Uint8Array(LENGTHS);
  /** The message under way, after its lengths; null before they are known. */
  #body: Uint8Array<ArrayBuffer> | null = null;
  #jsonLength = 0;
  #filled = 0;

  constructor(onMessage: OnMessage) {
    this.#onMessage = onMessage;
  }

  push(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length || this.#isWhole;) {
      const target = this.#body ?? this.#lengths;
      const count = Math.min(target.length - this.#filled, bytes.length - start);
      target.set(bytes.subarray(start, start + count), this.#filled);
      start += count;
      this.#filled += count;
      if (!this.#isWhole) continue;
      this.#filled = 0;
      if (this.#body === null) this.#begin();
      else this.#end(this.#body);
    }
  }

  get #isWhole(): boolean {
    return this.#filled === (this.#body ?? this.#lengths).length;
  }

  #begin(): void {
    const view = new DataView(this.#lengths.buffer);
    this.#jsonLength = view.getUint32(0);
    const length = this.#jsonLength + view.getUint32(4);
    if (length > MESSAGE_BYTES_MAX) throw new RangeError(`message of ${length} bytes`);
    this.#body = new Uint8Array(length);
  }

  #end(body: Uint8Array<ArrayBuffer>): void {
    this.#body = null;
    const json = new TextDecoder().decode(body.subarray(0, this.#jsonLength));
    const bytes = body.length === this.#jsonLength ? NO_BYTES : body.subarray(this.#jsonLength);
    this.#onMessage(JSON.parse(json), bytes);
  }
}
