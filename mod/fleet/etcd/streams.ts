/**
 * What comes over a connection, and the lines of it: one may be split over many reads. Pure.
 *
 * @module
 */

/**
 * Yields what comes over a stream until `signal` aborts, which is thrown. The runtime does not end every
 * read of an answer whose request is aborted.
 */
export async function* untilAborted(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let stop = (): void => {};
  const onAbort = (): void => stop();
  signal.addEventListener("abort", onAbort);
  const read = (): Promise<ReadableStreamReadResult<Uint8Array>> => {
    return new Promise((resolve, reject) => {
      stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      else reader.read().then(resolve, reject);
    });
  };
  try {
    for (let next = await read(); !next.done; next = await read()) yield next.value;
  } finally {
    signal.removeEventListener("abort", onAbort);
    reader.cancel().catch(() => {}); // the connection may have gone
  }
}

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
