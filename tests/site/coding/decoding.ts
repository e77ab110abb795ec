/** The decoders of the runtime, and data to compress. */
import * as zlib from "node:zlib";
import type { ContentCoding } from "../../../mod/site/coding/content_coding.ts";

/** Returns what `bytes` in `coding` are without it. */
export function decoded(bytes: Uint8Array, coding: ContentCoding): Uint8Array {
  switch (coding) {
    case "br":
      return new Uint8Array(zlib.brotliDecompressSync(bytes));
    case "gzip":
      return new Uint8Array(zlib.gunzipSync(bytes));
    case "zstd":
      return new Uint8Array(zlib.zstdDecompressSync(bytes));
  }
}

/** Returns text of about `bytes` bytes, in which much recurs. */
export function sampleText(bytes: number): string {
  let text = "";
  for (let i = 0; text.length < bytes; i++) {
    text += `{"id":${i},"name":"user ${(i * 7919) % 997}"}\n`;
  }
  return text.slice(0, bytes);
}
