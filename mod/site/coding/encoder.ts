/**
 * Edge: the encoders of the runtime, a piece at a time.
 *
 * @module
 */
import type { BrotliCompress, Gzip, ZstdCompress } from "node:zlib";
import { joinPieces } from "../../wire/byte_stream.ts";
import type { ContentCoding } from "./content_coding.ts";
import { type EncodeTurns, encodeTurns, PIECE_BYTES } from "./encode_turns.ts";

type Zlib = typeof import("node:zlib");
type ZlibStream = BrotliCompress | Gzip | ZstdCompress;

/**
 * How each coding is used, and a name of it that changes when the bytes do. The levels are those at
 * which more time saves little; windows are small enough for the memory of many clients.
 */
const LEVELS: Readonly<Record<ContentCoding, Level>> = {
  br: {
    tag: "br5",
    make({ createBrotliCompress, constants }): ZlibStream {
      const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_LGBLOCK } = constants;
      // Blocks of 64 KB, as a larger one is compressed in one go when it is full.
      const params = {
        [BROTLI_PARAM_QUALITY]: 5,
        [BROTLI_PARAM_LGWIN]: 18,
        [BROTLI_PARAM_LGBLOCK]: 16,
      };
      return createBrotliCompress({ params });
    },
    flush: ({ BROTLI_OPERATION_FLUSH }) => BROTLI_OPERATION_FLUSH,
  },
  gzip: {
    tag: "gzip6",
    make: ({ createGzip }) => createGzip({ level: 6 }),
    flush: ({ Z_SYNC_FLUSH }) => Z_SYNC_FLUSH,
  },
  zstd: {
    tag: "zstd3",
    make({ createZstdCompress, constants }): ZlibStream {
      const { ZSTD_c_compressionLevel, ZSTD_c_windowLog } = constants;
      // Clients need not accept a window over 8 MB (RFC 9659); this one is 512 KB.
      return createZstdCompress({
        params: { [ZSTD_c_compressionLevel]: 3, [ZSTD_c_windowLog]: 19 },
      });
    },
    flush: ({ ZSTD_e_flush }) => ZSTD_e_flush,
  },
};

interface Level {
  readonly tag: string;
  make(zlib: Zlib): ZlibStream;
  flush(constants: Zlib["constants"]): number;
}

/**
 * Returns the name of the bytes that {@linkcode Encoder} makes of a document in `coding`, for an
 * entity tag: the coding and the level.
 */
export function encodingTag(coding: ContentCoding): string {
  return LEVELS[coding].tag;
}

/** Compresses one document. Its methods must not be called while another one has not ended. */
export class Encoder {
  readonly #coding: ContentCoding;
  readonly #turns: EncodeTurns;
  readonly #flushKind: number;
  readonly #stream: ZlibStream;
  readonly #ended: Promise<void>;
  #output: Uint8Array[] = [];
  #outputBytes = 0;

  private constructor(zlib: Zlib, coding: ContentCoding, turns: EncodeTurns) {
    this.#coding = coding;
    this.#turns = turns;
    this.#flushKind = LEVELS[coding].flush(zlib.constants);
    this.#stream = LEVELS[coding].make(zlib);
    this.#stream.on("data", (bytes: Uint8Array) => {
      this.#output.push(bytes);
      this.#outputBytes += bytes.length;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#stream.on("end", resolve);
      this.#stream.on("error", reject);
    });
    this.#ended.catch(ignore); // nobody may wait for the end
  }

  /** Returns an encoder; the first one loads those of the runtime. */
  static async open(coding: ContentCoding, turns: EncodeTurns = encodeTurns): Promise<Encoder> {
    return new Encoder(await import("node:zlib"), coding, turns);
  }

  /** Bytes that {@linkcode Encoder.take} would return. */
  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** Compresses `bytes`, which may change as soon as this has resolved. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      await this.#turns.take(this.#coding, piece.length);
      await new Promise<void>((resolve, reject) => {
        this.#stream.write(piece, (error) => error ? reject(error) : resolve());
      });
    }
  }

  /** Makes everything that was written available, at the cost of some bytes. */
  flush(): Promise<void> {
    return new Promise((resolve) => this.#stream.flush(this.#flushKind, () => resolve()));
  }

  /** Ends the document. */
  end(): Promise<void> {
    this.#stream.end();
    return this.#ended;
  }

  /** Returns what is compressed so far and was not taken before; null for nothing. */
  take(): Uint8Array | null {
    const output = this.#output;
    if (output.length === 0) return null;
    const bytes = joinPieces(output);
    this.#output = [];
    this.#outputBytes = 0;
    return bytes;
  }

  /** Releases the encoder, before its end or after it. */
  close(): void {
    this.#stream.destroy();
  }
}

/** Compresses a whole document. */
export async function encodeWhole(
  bytes: Uint8Array,
  coding: ContentCoding,
  turns: EncodeTurns = encodeTurns,
): Promise<Uint8Array> {
  const encoder = await Encoder.open(coding, turns);
  try {
    await encoder.write(bytes);
    await encoder.end();
    return encoder.take() ?? new Uint8Array(0);
  } finally {
    encoder.close();
  }
}

function ignore(): void {
  // Whoever waits for the end gets the error.
}
