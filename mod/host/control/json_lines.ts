/**
 * Lines of JSON over a byte stream, each of limited length: the framing of the control socket.
 *
 * @module
 */

const LF = 0x0a;

/** Either end of a control connection. */
export interface LineStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Writes one short value as one line. */
export async function writeLine(stream: LineStream, value: unknown): Promise<void> {
  await writeAll(stream, new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

export async function writeAll(stream: LineStream, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await stream.write(bytes.subarray(done));
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
