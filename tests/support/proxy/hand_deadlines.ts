/**
 * Time-outs of a reverse proxy that pass when a test says so.
 *
 * @module
 */
import { type Deadline, Deadlines } from "../../../mod/site/proxy/deadlines.ts";

export class HandDeadlines extends Deadlines {
  readonly pending: { readonly afterMs: number; readonly deadline: Deadline }[] = [];

  override start(afterMs: number, onExpire: () => void): Deadline {
    const deadline = { dueMs: this.nowMs + afterMs, onExpire };
    this.pending.push({ afterMs, deadline });
    return deadline;
  }

  override cancel(deadline: Deadline): void {
    const at = this.pending.findIndex((one) => one.deadline === deadline);
    if (at >= 0) this.pending.splice(at, 1);
  }

  /** Expires the deadlines that were set for `afterMs`; returns how many. */
  expire(afterMs: number): number {
    const due = this.pending.filter((one) => one.afterMs === afterMs);
    for (const { deadline } of due) {
      this.cancel(deadline);
      deadline.onExpire();
    }
    return due.length;
  }
}
