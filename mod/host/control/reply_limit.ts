/**
 * Edge: the time that the service has to reply.
 *
 * @module
 */

/** A limit that is in force until it is disposed of. */
interface ReplyLimit extends Disposable {
  /** Whether the time is up. */
  readonly isOver: boolean;
}

/**
 * Closes `conn` after `ms` milliseconds. By a signal, because the first `setTimeout` of a process
 * loads the timers of Node, which takes a third of the start of the runtime.
 */
export function limitReply(conn: Disposable, ms: number): ReplyLimit {
  const signal = AbortSignal.timeout(ms);
  const close = (): void => conn[Symbol.dispose]();
  signal.addEventListener("abort", close);
  return {
    get isOver(): boolean {
      return signal.aborted;
    },
    [Symbol.dispose]: () => signal.removeEventListener("abort", close),
  };
}
