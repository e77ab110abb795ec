/**
 * What is told of the faults of upstream programs: the first of each kind in a while. Each failed
 * request has a line in the HTTPERR log; an event for each would say no more.
 *
 * @module
 */

/** What a program did wrong, as it is told. */
export interface ProgramFault {
  /** A request failed, or the program sent more than the response has. */
  readonly kind: "request" | "excess";
  readonly what: string;
}

/** A fault that is told holds back those of its kind that follow for so long. */
const INTERVAL_MS = 600_000;

/**
 * What has been told. Each process that serves has its own, so that a failing program does not fill
 * the link to the service; and the service has one for all of them.
 */
export class FaultReports {
  /** Program and kind -> when the next is told. */
  readonly #next = new Map<string, number>();

  /** Reports whether a fault of `program` is to be told now, at `nowMs` of a clock of the caller. */
  isDue(program: string, { kind }: ProgramFault, nowMs: number): boolean {
    const key = `${kind} ${program}`;
    if (nowMs < (this.#next.get(key) ?? -Infinity)) return false;
    // What is due again need not be kept, and programs come and go.
    for (const [other, next] of this.#next) if (next <= nowMs) this.#next.delete(other);
    this.#next.set(key, nowMs + INTERVAL_MS);
    return true;
  }
}
