/**
 * Asks the service what it has counted, again and again, whether it runs or not.
 *
 * @module
 */
import { messageOf } from "../../../../base/fault.ts";
import { ratesBetween } from "../../../../telemetry/metrics/rates.ts";
import { readEvents } from "../../../../telemetry/events/event_log.ts";
import type { ServiceTotals } from "../../../../telemetry/metrics/totals.ts";
import type { CommandIo } from "../../../core/command.ts";
import { askTotals } from "../ask_totals.ts";
import type { LiveData } from "./live_data.ts";

/** Milliseconds for the service to answer: it may have ten thousand addresses to tell of. */
const ANSWER_MS = 5_000;
const EVENTS_MAX = 500;

/** Makes moments of what the service answers. */
export class LiveFeed {
  readonly #io: Pick<CommandIo, "control" | "now" | "paths">;
  #before: { readonly pid: number | null; readonly totals: ServiceTotals } | null = null;

  constructor(io: Pick<CommandIo, "control" | "now" | "paths">) {
    this.#io = io;
  }

  /** Returns the next moment. Never rejects: a service that does not answer is one, too. */
  async next(withEvents: boolean): Promise<LiveData> {
    const { control, now, paths } = this.#io;
    const events = withEvents ? await readEvents(paths.log, EVENTS_MAX).catch(() => []) : [];
    let status: LiveData["status"] = null;
    let problem: string | null = null;
    try {
      status = await askTotals(control, ANSWER_MS);
    } catch (error) {
      problem = messageOf(error);
    }
    const before = this.#before;
    const totals = status?.totals;
    this.#before = totals === undefined ? null : { pid: status?.pid ?? null, totals };
    // A service that was started anew has counted nothing before.
    const isSame = before !== null && totals !== undefined && before.pid === status?.pid;
    const rates = isSame ? ratesBetween(before.totals, totals) : null;
    return { atMs: now(), status, rates, problem, events };
  }
}
