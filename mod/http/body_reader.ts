/**
 * The body of a request, read only when the handler asks for it: backpressure reaches the client
 * through the socket, and one buffer is all the memory needed.
 *
 * @module
 */
import { BodyError, type RequestBody } from "../base/exchange.ts";
import { ChunkedDecoder } from "../wire/chunked.ts";
import { CHUNKED, type ErrorReason, type Framing } from "./parse/framing.ts";
import type { ReadBuffer } from "./read_buffer.ts";

/** The value of MaxRequestEntityAllowed that means no limit. */
const UNLIMITED = 4294967295;

/** What a body needs from its connection. */
export interface BodySupply {
  /** Refills the input, waiting as long as a body may take; false at the end of the stream. */
  refill(): Promise<boolean>;
  /** Sends `100 Continue`, after everything that is still to be sent. */
  sendContinue(): Promise<void>;
}

/** The body of one exchange. */
export class BodyReader implements RequestBody {
  readonly exists = true;
  readonly length: number | null;
  bytesMax: number;
  arrivalMs = 0;

  /** Why the body cannot be read: the reason of the error response; null if there is none. */
  fault: ErrorReason | null = null;
  /** The client went away, or timed out, before the body was complete. */
  isAborted = false;
  /** Bytes of content read. */
  contentBytes = 0;
  /** Bytes consumed from the connection: the content and its framing. */
  consumedBytes = 0;
  /** A read begun by a handler; draining must wait for it. */
  pendingRead: Promise<Uint8Array | null> | null = null;

  readonly #input: ReadBuffer;
  readonly #supply: BodySupply;
  readonly #decoder: ChunkedDecoder | null;
  #remaining: number;
  #awaitsContinue: boolean;
  #isComplete = false;
  #isDiscarded = false;

  constructor(input: ReadBuffer, supply: BodySupply, framing: Framing, bytesMax: number) {
    const length = framing.bodyLength;
    this.#input = input;
    this.#supply = supply;
    this.length = length === CHUNKED ? null : length;
    this.#remaining = length === CHUNKED ? 0 : length;
    this.#decoder = length === CHUNKED ? new ChunkedDecoder() : null;
    this.bytesMax = bytesMax;
    this.#awaitsContinue = framing.expectsContinue;
    if (length === 0) this.#isComplete = true;
  }

  /** Whether it cannot be read to its end. */
  get isBroken(): boolean {
    return this.fault !== null || this.isAborted;
  }

  /** Whether the last byte of the body has been read. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether the client is waiting for a `100 Continue` that no read has triggered yet. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue && !this.#isComplete;
  }

  /** Declared bytes that have not been read yet; null for chunked. */
  get remaining(): number | null {
    return this.#decoder === null ? this.#remaining : null;
  }

  readArrived(): Uint8Array | null {
    this.#checkReadable();
    return this.#nextArrived();
  }

  async read(): Promise<Uint8Array | null> {
    this.#checkReadable();
    this.pendingRead = this.readNext();
    try {
      return await this.pendingRead;
    } finally {
      this.pendingRead = null;
    }
  }

  /** Makes every further read by the handler fail; the engine can still drain the body. */
  discard(): void {
    this.#isDiscarded = true;
  }

  /** Like `read()`, for the engine: also works after {@linkcode BodyReader.discard}. */
  async readNext(): Promise<Uint8Array | null> {
    for (;;) {
      const piece = this.#nextArrived();
      if (piece !== null || this.#isComplete) return piece;
      if (this.#awaitsContinue) {
        this.#awaitsContinue = false;
        await this.#supply.sendContinue();
      }
      if (!(await this.#supply.refill())) {
        this.isAborted = true;
        throw new BodyError("the connection closed before the end of the body");
      }
    }
  }

  #checkReadable(): void {
    if (this.#isDiscarded) throw new BodyError("the exchange is over");
    if (this.pendingRead !== null) throw new BodyError("another read is in progress");
  }

  #nextArrived(): Uint8Array | null {
    if (this.fault !== null || this.isAborted) throw new BodyError(this.fault ?? "aborted");
    if (this.#isComplete) return null;
    this.#checkSize(this.length ?? 0);
    return this.#nextPiece();
  }

  /** Returns the next piece of the buffered input; null if there is none. */
  #nextPiece(): Uint8Array | null {
    const input = this.#input;
    if (input.start === input.end && this.#decoder === null) return null;
    if (this.#decoder !== null) return this.#nextChunk(this.#decoder);
    const from = input.start;
    const to = Math.min(input.end, from + this.#remaining);
    input.start = to;
    this.consumedBytes += to - from;
    this.#remaining -= to - from;
    this.#isComplete = this.#remaining === 0;
    return this.#accept(input.buffer, from, to);
  }

  #nextChunk(decoder: ChunkedDecoder): Uint8Array | null {
    const input = this.#input;
    decoder.position = input.start;
    const step = decoder.step(input.buffer, input.end);
    this.consumedBytes += decoder.position - input.start;
    input.start = decoder.position;
    if (step === "data") return this.#accept(input.buffer, decoder.dataStart, decoder.dataEnd);
    if (step === "more") return null;
    if (step !== "end") this.#fail(step);
    this.#isComplete = true;
    return null;
  }

  #accept(buffer: Uint8Array, from: number, to: number): Uint8Array {
    this.#awaitsContinue = false; // the client did not wait
    this.contentBytes += to - from;
    this.#checkSize(this.contentBytes);
    return buffer.subarray(from, to);
  }

  #checkSize(bytes: number): void {
    if (bytes > this.bytesMax && this.bytesMax < UNLIMITED) this.#fail("EntityTooLarge");
  }

  #fail(fault: ErrorReason): never {
    this.fault = fault;
    throw new BodyError(fault);
  }
}
