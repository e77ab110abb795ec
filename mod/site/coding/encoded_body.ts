/**
 * A body compressed while it is sent. What has come is sent before more is waited for: an answer
 * whose pieces come one by one reaches its client piece by piece.
 *
 * @module
 */
import type { BodySource } from "../../base/exchange.ts";
import { pause } from "../../base/work/slices.ts";
import type { ContentCoding } from "./content_coding.ts";
import { type EncodeTurns, encodeTurns } from "./encode_turns.ts";
import { Encoder } from "./encoder.ts";

/** Fewer bytes wait for more of the same turn of the event loop. */
const SENT_BYTES_MIN = 16 * 1024;

/** How the encoder makes way for others. */
interface EncodedBodyOptions {
  readonly turns?: EncodeTurns;
  /** Resolves after everything else that waits has had its turn. */
  readonly pauseOnce?: () => Promise<void>;
}

/**
 * Returns the body that `source` is in `coding`. The caller has taken a place in the turns, which
 * closing the body gives back.
 */
export function encodedBody(
  source: BodySource,
  coding: ContentCoding,
  options: EncodedBodyOptions = {},
): BodySource {
  return new EncodedBody(source, coding, options);
}

class EncodedBody implements BodySource {
  readonly length = null;

  readonly #source: BodySource;
  readonly #coding: ContentCoding;
  readonly #turns: EncodeTurns;
  readonly #pause: () => Promise<void>;
  #encoder: Encoder | null = null;
  /** The piece that is waited for. */
  #next: Promise<Uint8Array | null> | null = null;
  /** Whether something was written that a flush would make available. */
  #isHeldBack = false;
  #hasEnded = false;
  #isPulling = false;
  #isClosed = false;

  constructor(source: BodySource, coding: ContentCoding, options: EncodedBodyOptions) {
    this.#source = source;
    this.#coding = coding;
    this.#turns = options.turns ?? encodeTurns;
    this.#pause = options.pauseOnce ?? pause;
  }

  async pull(): Promise<Uint8Array | null> {
    this.#isPulling = true;
    try {
      return await this.#pull();
    } catch (error) {
      if (this.#isClosed) return null; // what was under way has been ended
      throw error;
    } finally {
      this.#isPulling = false;
      if (this.#isClosed) this.#encoder?.close();
    }
  }

  drain(): void {
    this.#source.drain?.();
  }

  close(): void {
    this.#isClosed = true;
    // What is under way ends first: it would never learn that its encoder is gone.
    if (!this.#isPulling) this.#encoder?.close();
    this.#turns.leave();
    this.#source.close();
  }

  async #pull(): Promise<Uint8Array | null> {
    const encoder = this.#encoder ??= await Encoder.open(this.#coding, this.#turns);
    while (!this.#isClosed) {
      if (encoder.outputBytes >= SENT_BYTES_MIN || this.#hasEnded) return encoder.take();
      this.#next ??= this.#source.pull();
      if (this.#isHeldBack && await this.#mustWait(this.#next)) {
        await encoder.flush();
        this.#isHeldBack = false;
        if (encoder.outputBytes > 0) return encoder.take();
      }
      await this.#encode(encoder, await this.#next);
    }
    return null; // nobody wants the bytes any more
  }

  async #encode(encoder: Encoder, piece: Uint8Array | null): Promise<void> {
    if (this.#isClosed) return;
    if (piece === null) {
      await encoder.end();
      this.#hasEnded = true;
      return;
    }
    await encoder.write(piece);
    this.#isHeldBack = true;
    this.#next = null;
  }

  /** Reports whether `next` does not come within a turn of the event loop. */
  async #mustWait(next: Promise<unknown>): Promise<boolean> {
    const isHere = next.then(() => false);
    return await Promise.race([isHere, this.#pause().then(() => true)]);
  }
}
