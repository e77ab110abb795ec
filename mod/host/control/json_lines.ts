/**
 * Lines of JSON over a byte stream, each bounded: the framing of the control socket.
 *
 * @module
 */

/** What both ends of a control connection are. */
export interface LineStream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Sends one value as one line. */
export async function writeLine(stream: LineStream, value: unknown): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
  for (let written = 0; written < bytes.length;) {
    written += await stream.write(bytes.subarray(written));
  }
}

/** The values that come in, one a line. Ends with the stream; throws at a line over `bytesMax`. */
export async function* readLines(stream: LineStream, bytesMax: number): AsyncGenerator<unknown> {
  const buffer = new Uint8Array(Math.min(65536, bytesMax));
  const decoder = new TextDecoder();
  let pending = "";
  for (;;) {
    const count = await stream.read(buffer);
    if (count === null) return;
    pending += decoder.decode(buffer.subarray(0, count), { stream: true });
    for (let end = pending.indexOf("\n"); end >= 0; end = pending.indexOf("\n")) {
      yield JSON.parse(pending.slice(0, end));
      pending = pending.slice(end + 1);
    }
    if (pending.length > bytesMax) throw new RangeError(`a line of more than ${bytesMax} bytes`);
  }
}
