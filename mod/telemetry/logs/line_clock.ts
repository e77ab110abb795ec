/**
 * Edge: the time of log lines. The wall clock is read once for what the runtime does in one go, such
 * as all requests that had arrived when it looked: to read it for each line would cost as much as to
 * format the line.
 *
 * @module
 */

const settled = Promise.resolve();

/** Returns a clock in milliseconds since 1970; `read` is the one of the system. */
export function lineClock(read: () => number = Date.now): () => number {
  let nowMs = 0;
  const forget = (): void => {
    nowMs = 0;
  };
  return () => {
    if (nowMs !== 0) return nowMs;
    void settled.then(forget); // behind everything that is to run by now
    return nowMs = read();
  };
}
