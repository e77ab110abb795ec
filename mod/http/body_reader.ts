/**
 * The body of one request, read when the handler asks for it and not before: the client is held back
 * by the socket, memory is one buffer.
 *
 * @module
 */
import { BodyError, type RequestBody } from "../base/exchange.ts";
import { ChunkedDecoder } from "../wire/chunked.ts";
import { CHUNKED, type ErrorReason, type Framing } from "./parse/framing.ts";
import type { ReadBuffer } from "./read_buffer.ts";

/** MaxRequestEntityAllowed's word for no limit. */
const UNLIMITED = 4294967295;

/** What the body needs of its connection. */
export interface BodySupply {
  /** Fills the input again, waiting as long as a body may take; false at the end of the stream. */
  refill(): Promise<boolean>;
  /** Sends `100 Continue`, after all that is still to be sent. */
  sendContinue(): Promise<void>;
}

/** Body of one exchange. */
export class BodyReader implements RequestBody {
  readonly exists = true;
  readonly length: number | null;
  bytesMax: number;

  /** Why the body cannot be had; the connection answers with it. */
  fault: ErrorReason | null = null;
  /** The client went away, or a time-out cut it off, before the body was whole. */
  isAborted = false;
  /** Content bytes that were read. */
  readBytes = 0;
  /** Bytes of the connection that were used for it: content and its framing. */
  usedBytes = 0;
  /** A read that a handler began: whoever drains must wait for it. */
  pending: Promise<Uint8Array | null> | null = null;

  readonly #input: ReadBuffer;
  readonly #pump: BodySupply;
  readonly #decoder: ChunkedDecoder | null;
  #left: number;
  #awaitsContinue: boolean;
  #isOver = false;
  #isDiscarded = false;

  constructor(input: ReadBuffer, pump: BodySupply, framing: Framing, bytesMax: number) {
    const length = framing.bodyLength;
    this.#input = input;
    this.#pump = pump;
    this.length = length === CHUNKED ? null : length;
    this.#left = length === CHUNKED ? 0 : length;
    this.#decoder = length === CHUNKED ? new ChunkedDecoder() : null;
    this.bytesMax = bytesMax;
    this.#awaitsContinue = framing.expectsContinue;
    if (length === 0) this.#isOver = true;
  }

  /** True when it cannot be read to its end. */
  get isBroken(): boolean {
    return this.fault !== null || this.isAborted;
  }

  /** True when the last byte of the body was read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** True while the client waits for a `100 Continue` that nobody has asked for. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue && !this.#isOver;
  }

  /** Bytes still to come as declared; null for chunked. */
  get left(): number | null {
    return this.#decoder === null ? this.#left : null;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isDiscarded) throw new BodyError("the exchange is over");
    if (this.pending !== null) throw new BodyError("two reads at once");
    this.pending = this.readNext();
    try {
      return await this.pending;
    } finally {
      this.pending = null;
    }
  }

  /** From now on the handler reads nothing; the engine may still drain. */
  discard(): void {
    this.#isDiscarded = true;
  }

  async readNext(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.fault !== null || this.isAborted) throw new BodyError(this.fault ?? "cut off");
      if (this.#isOver) return null;
      this.#checkSize(this.length ?? 0);
      const piece = this.#next();
      if (piece !== null) return piece;
      if (this.#isOver) return null;
      if (this.#awaitsContinue) {
        this.#awaitsContinue = false;
        await this.#pump.sendContinue();
      }
      if (!(await this.#pump.refill())) {
        this.isAborted = true;
        throw new BodyError("the connection ended within the body");
      }
    }
  }

  /** Next piece of what is there; null where nothing is. */
  #next(): Uint8Array | null {
    const input = this.#input;
    if (input.start === input.end && this.#decoder === null) return null;
    if (this.#decoder !== null) return this.#nextChunk(this.#decoder);
    const from = input.start;
    const to = Math.min(input.end, from + this.#left);
    input.start = to;
    this.usedBytes += to - from;
    this.#left -= to - from;
    this.#isOver = this.#left === 0;
    return this.#received(input.buffer, from, to);
  }

  #nextChunk(decoder: ChunkedDecoder): Uint8Array | null {
    const input = this.#input;
    decoder.position = input.start;
    const step = decoder.step(input.buffer, input.end);
    this.usedBytes += decoder.position - input.start;
    input.start = decoder.position;
    if (step === "data") return this.#received(input.buffer, decoder.dataStart, decoder.dataEnd);
    if (step === "more") return null;
    if (step !== "end") this.#fail(step);
    this.#isOver = true;
    return null;
  }

  #received(buffer: Uint8Array, from: number, to: number): Uint8Array {
    this.#awaitsContinue = false; // the client has not waited
    this.readBytes += to - from;
    this.#checkSize(this.readBytes);
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
