/**
 * A connection in memory: the test supplies what the client sends in pieces, and what the server
 * writes is recorded.
 *
 * @module
 */
import { latin1 } from "../../mod/wire/byte_text.ts";
import type { AcceptedStream } from "../../mod/base/exchange.ts";

/** The client's end and the server's end in one object. */
export class FakeStream implements AcceptedStream {
  readonly localAddr = { hostname: "127.0.0.2", port: 8080 };
  readonly remoteAddr: { hostname: string; port: number };
  /** The most bytes that one write accepts. */
  writeMax = Infinity;
  /** While true, the client does not read, and writes wait. */
  isStalled = false;
  isClosed = false;
  isWriteClosed = false;
  /** Every write, in order. */
  readonly writes: Uint8Array[] = [];

  #incoming: Uint8Array[] = [];
  #hasEnded = false;
  #reader: (() => void) | null = null;
  #writer: (() => void) | null = null;
  #changed: (() => void)[] = [];

  constructor(clientIp = "127.0.0.1") {
    this.remoteAddr = { hostname: clientIp, port: 50000 };
  }

  /** Sends `data` from the client. */
  send(data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? latin1Bytes(data) : data;
    if (bytes.length > 0) this.#incoming.push(bytes);
    this.#wakeReader();
  }

  /** Ends the client's direction. */
  end(): void {
    this.#hasEnded = true;
    this.#wakeReader();
  }

  /** Lets the client read again. */
  resume(): void {
    this.isStalled = false;
    const writer = this.#writer;
    this.#writer = null;
    writer?.();
  }

  /** Everything that the server wrote, as Latin-1. */
  get text(): string {
    return this.writes.map((bytes) => latin1(bytes, 0, bytes.length)).join("");
  }

  /** Resolves once `condition` holds; it is checked after every change. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** Resolves when the server has closed the connection. */
  closed(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      if (this.isClosed) throw new Deno.errors.Interrupted("closed");
      const first = this.#incoming[0];
      if (first !== undefined) {
        const count = Math.min(first.length, buffer.length);
        buffer.set(first.subarray(0, count));
        if (count === first.length) this.#incoming.shift();
        else this.#incoming[0] = first.subarray(count);
        return count;
      }
      if (this.#hasEnded) return null;
      await new Promise<void>((resolve) => this.#reader = resolve);
    }
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.isStalled) await new Promise<void>((resolve) => this.#writer = resolve);
    if (this.isClosed) throw new Deno.errors.BrokenPipe("closed");
    const count = Math.min(bytes.length, this.writeMax);
    this.writes.push(bytes.slice(0, count));
    this.#notify();
    return count;
  }

  closeWrite(): Promise<void> {
    this.isWriteClosed = true;
    this.#notify();
    return Promise.resolve();
  }

  close(): void {
    if (this.isClosed) throw new Deno.errors.BadResource("already closed");
    this.isClosed = true;
    this.#wakeReader();
    this.resume();
    this.#notify();
  }

  #wakeReader(): void {
    const reader = this.#reader;
    this.#reader = null;
    reader?.();
  }

  #notify(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }
}

/** Encodes each character as one byte. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
