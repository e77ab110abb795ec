/**
 * Two ends of one connection in memory. A write waits until the other end has read it, so that a
 * test sees what is held back.
 *
 * @module
 */
import type { ByteStream } from "../../mod/base/exchange.ts";

/** One direction. */
class Channel {
  #piece: Uint8Array | null = null;
  #hasEnded = false;
  #isAborted = false;
  #changed: (() => void)[] = [];

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#isAborted) throw new Deno.errors.ConnectionReset("aborted");
      if (this.#piece !== null) {
        const count = Math.min(buffer.length, this.#piece.length);
        buffer.set(this.#piece.subarray(0, count));
        this.#piece = count === this.#piece.length ? null : this.#piece.subarray(count);
        this.#notify();
        return count;
      }
      if (this.#hasEnded) return null;
      await this.#change();
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#piece !== null && !this.#isAborted && !this.#hasEnded) await this.#change();
    if (this.#isAborted || this.#hasEnded) throw new Deno.errors.BrokenPipe("no reader");
    if (bytes.length > 0) this.#piece = bytes.slice();
    this.#notify();
    return bytes.length;
  }

  end(): void {
    this.#hasEnded = true;
    this.#notify();
  }

  abort(): void {
    this.#isAborted = true;
    this.#notify();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #notify(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

/** An end that reports whether it was closed. */
export interface StreamEnd extends ByteStream {
  readonly isClosed: boolean;
  /** Closes it like {@linkcode ByteStream.close}, but the other end reads an error. */
  reset(): void;
}

/** Makes two ends; closing one ends the other's input and makes its writes fail. */
export function streamPair(): [StreamEnd, StreamEnd] {
  const [there, back] = [new Channel(), new Channel()];
  return [endOf(back, there), endOf(there, back)];
}

function endOf(incoming: Channel, outgoing: Channel): StreamEnd {
  let isClosed = false;
  return {
    get isClosed(): boolean {
      return isClosed;
    },
    read: (buffer) => incoming.read(buffer),
    write: (bytes) => outgoing.write(bytes),
    closeWrite: () => Promise.resolve(outgoing.end()),
    close(): void {
      if (isClosed) throw new Deno.errors.BadResource("already closed");
      isClosed = true;
      outgoing.end();
      incoming.abort();
    },
    reset(): void {
      isClosed = true;
      outgoing.abort();
      incoming.abort();
    },
  };
}
