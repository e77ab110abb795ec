/**
 * The lines of what comes over a connection: one may be split over many reads. Pure.
 *
 * @module
 */

/**
 * Yields the lines of a stream, and what follows the last line feed when it ends: a member that ends
 * says so without one. Throws a RangeError for a line of more than `most` characters.
 */
export async function* boundedLines(
  stream: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<string> {
  // The runtime drops a byte order mark at the start of every piece, not only of the first.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let pieces: string[] = [];
  let length = 0;
  for await (const bytes of stream) {
    const [first, ...more] = decoder.decode(bytes, { stream: true }).split("\n");
    pieces.push(first!);
    length += first!.length;
    for (const next of more) {
      yield pieces.join("");
      pieces = [next];
      length = next.length;
    }
    if (length > most) throw new RangeError(`a line of more than ${most} characters`);
  }
  const rest = pieces.join("") + decoder.decode();
  if (rest !== "") yield rest;
}
