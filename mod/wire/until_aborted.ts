/**
 * The body of an answer, which ends when its request is given up. Pure.
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
