/**
 * Lines of text from a stream of bytes.
 *
 * @module
 */

/** Yields the lines of UTF-8 text, without their ends; what follows the last line feed is no line. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  // The runtime drops a byte order mark at the start of every piece, not only of the first.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  for await (const piece of stream) {
    const lines = `${rest}${decoder.decode(piece, { stream: true })}`.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
