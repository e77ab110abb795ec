/**
 * Lines of JSON over a byte stream, each of limited length: the framing of the control socket.
 *
 * @module
 */

import { inSlices } from "../../base/work/slices.ts";
import type { Steps } from "../../base/work/steps.ts";

const LF = 0x0a;

/** Either end of a control connection. */
export interface LineStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Characters of JSON that are encoded at once. */
const PIECE_CHARACTERS = 65_536;
/** Members of a list whose JSON is made at once. */
const MEMBERS_AT_ONCE = 64;

/** Writes values, each as one line. */
export async function writeLines(stream: LineStream, values: readonly unknown[]): Promise<void> {
  for (const bytes of await inSlices(encodeLines(values))) {
    for (let written = 0; written < bytes.length;) {
      written += await stream.write(bytes.subarray(written));
    }
  }
}

/** Writes one value as one line. */
export function writeLine(stream: LineStream, value: unknown): Promise<void> {
  return writeLines(stream, [value]);
}

/** Returns the lines of `values` in pieces: a status of 100,000 sockets is 12 MB. */
function* encodeLines(values: readonly unknown[]): Steps<Uint8Array[]> {
  const encoder = new TextEncoder();
  const pieces: Uint8Array[] = [];
  let text = "";
  const flush = (): void => {
    pieces.push(encoder.encode(text));
    text = "";
  };
  for (const value of values) {
    for (const part of jsonParts(value)) {
      text += part;
      if (text.length < PIECE_CHARACTERS) continue;
      flush();
      yield;
    }
    text += "\n";
  }
  flush();
  return pieces;
}

/** Yields the JSON of a value, in parts of limited size where it has long lists. */
function* jsonParts(value: unknown): Generator<string, void, void> {
  if (Array.isArray(value)) {
    yield "[";
    for (let start = 0; start < value.length; start += MEMBERS_AT_ONCE) {
      const some = JSON.stringify(value.slice(start, start + MEMBERS_AT_ONCE));
      yield `${start === 0 ? "" : ","}${some.slice(1, -1)}`;
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    let separator = "{";
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* jsonParts(member);
      separator = ",";
    }
    yield separator === "{" ? "{}" : "}";
  } else yield JSON.stringify(value);
}

/**
 * Yields the received values, one per line. Ends with the stream; throws on a line over `bytesMax`.
 * Reads up to `pieceBytes` at once.
 */
export async function* readLines(
  stream: LineStream,
  bytesMax: number,
  pieceBytes = 65_536,
): AsyncGenerator<unknown> {
  const buffer = new Uint8Array(Math.min(pieceBytes, bytesMax));
  // The runtime drops a byte order mark at the start of every piece, not only of the first.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let parts: string[] = [];
  let lineBytes = 0;
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) return;
    const read = buffer.subarray(0, count);
    let start = 0;
    const take = (end: number): void => {
      lineBytes += end - start;
      if (lineBytes > bytesMax) throw new RangeError(`line longer than ${bytesMax} bytes`);
      parts.push(decoder.decode(read.subarray(start, end), { stream: true }));
      start = end + 1;
    };
    // A line feed is never part of a longer UTF-8 sequence, so bytes can be searched for it.
    for (let end = read.indexOf(LF); end >= 0; end = read.indexOf(LF, start)) {
      take(end);
      const line = parts.join("");
      parts = [];
      lineBytes = 0;
      yield JSON.parse(line);
    }
    take(count);
  }
}
