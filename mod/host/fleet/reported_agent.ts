/**
 * Edge: the clock. The agent of this machine where it is a process of its own: what that has last told
 * the service.
 *
 * @module
 */
import type { AgentReport } from "../control/control_protocol.ts";

/** Milliseconds between two reports of an agent. */
export const REPORT_EVERY_MS = 2_000;
/** Milliseconds after which an agent that has told nothing is taken for one that was killed. */
const VALID_MS = 20_000;

/** The last report of the agent. */
export class ReportedAgent {
  readonly #nowMs: () => number;
  #last: { readonly report: AgentReport; readonly atMs: number } | null = null;

  /** `nowMs` goes on whatever becomes of the clock. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Takes a report; null from an agent that ends. */
  take(report: AgentReport | null): void {
    this.#last = report === null ? null : { report, atMs: this.#nowMs() };
  }

  /** The report; null if there is none, or none of late. */
  get current(): AgentReport | null {
    const last = this.#last;
    return last !== null && this.#nowMs() - last.atMs < VALID_MS ? last.report : null;
  }
}
