/**
 * Two ends of one connection in memory. A write waits until the other end has read it, so that what is
 * held back is seen.
 *
 * @module
 */
import type { ByteStream } from "../../mod/base/exchange.ts";

/** One direction. */
class Channel {
  #piece: Uint8Array | null = null;
  #hasEnded = false;
  #isCut = false;
  #changed: (() => void)[] = [];

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.#isCut) throw new Deno.errors.ConnectionReset("cut");
      if (this.#piece !== null) {
        const count = Math.min(buffer.length, this.#piece.length);
        buffer.set(this.#piece.subarray(0, count));
        this.#piece = count === this.#piece.length ? null : this.#piece.subarray(count);
        this.#tell();
        return count;
      }
      if (this.#hasEnded) return null;
      await this.#change();
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (this.#piece !== null && !this.#isCut && !this.#hasEnded) await this.#change();
    if (this.#isCut || this.#hasEnded) throw new Deno.errors.BrokenPipe("nobody reads");
    if (bytes.length > 0) this.#piece = bytes.slice();
    this.#tell();
    return bytes.length;
  }

  end(): void {
    this.#hasEnded = true;
    this.#tell();
  }

  cut(): void {
    this.#isCut = true;
    this.#tell();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve));
  }

  #tell(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

/** An end that knows whether it was closed. */
export interface StreamEnd extends ByteStream {
  readonly isClosed: boolean;
}

/** Two ends; closing one ends what the other reads and breaks what it writes. */
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
      if (isClosed) throw new Deno.errors.BadResource("closed before");
      isClosed = true;
      outgoing.end();
      incoming.cut();
    },
  };
}
