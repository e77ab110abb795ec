/**
 * What the workers of the service have counted, those that have ended included: no counter goes back
 * because a process is replaced. Pure.
 *
 * A worker that is killed takes with it what it has counted since it was asked last.
 *
 * @module
 */
import type { WorkerTotals } from "../../telemetry/metrics/totals.ts";
import {
  CountsSum,
  responsesIn,
  type WorkerCounts,
  type WorkerReport,
} from "../../telemetry/metrics/worker_counts.ts";

/** A worker as it was when it was asked last. */
interface Known {
  readonly number: number;
  report: WorkerReport | null;
}

/** What all of them have counted, and what each uses. */
export interface ReportedTotals {
  readonly counts: WorkerCounts;
  readonly open: number;
  readonly idle: number;
  readonly tunnels: number;
  readonly workers: readonly WorkerTotals[];
}

/** The reports of workers, which are objects with the id of their process. */
export class WorkerReports<Worker extends { readonly pid: number }> {
  readonly #known = new Map<Worker, Known>();
  #ended = new CountsSum();

  /** `worker` has said what it has counted. Called in the order of the answers. */
  learned(worker: Worker, report: WorkerReport): void {
    const known = this.#known.get(worker);
    if (known === undefined) this.#known.set(worker, { number: this.#freeNumber(), report });
    else known.report = report;
  }

  /** `worker` has ended: what it has counted stays. */
  left(worker: Worker): void {
    const counts = this.#known.get(worker)?.report?.counts;
    if (counts !== undefined) this.#ended.add(counts);
    this.#known.delete(worker);
  }

  /** Forgets what ended workers have counted of sites that are not in `ids`. */
  retain(ids: ReadonlySet<number>): void {
    const { value } = this.#ended;
    const isKept = ({ site }: { readonly site: number | null }): boolean => {
      return site === null || ids.has(site);
    };
    this.#ended = new CountsSum();
    this.#ended.add({
      ...value,
      requests: value.requests.filter(isKept),
      durations: value.durations.filter(isKept),
    });
  }

  /** Returns all that is known, with `own`, which the process of the service itself has counted. */
  totals(pid: number, own: WorkerReport): ReportedTotals {
    const sum = new CountsSum();
    sum.add(this.#ended.value);
    const all = [
      { number: 0, pid, report: own },
      ...[...this.#known].map(([worker, { number, report }]) => ({
        number,
        pid: worker.pid,
        report,
      })),
    ];
    let [open, idle, tunnels] = [0, 0, 0];
    const workers = all.flatMap(({ number, pid, report }): WorkerTotals[] => {
      if (report === null) return [];
      sum.add(report.counts);
      open += report.open;
      idle += report.idle;
      tunnels += report.tunnels;
      const requests = responsesIn(report.counts);
      return [{ worker: number, pid, requests, connections: report.open, ...report.use }];
    });
    workers.sort((a, b) => a.worker - b.worker);
    return { counts: sum.value, open, idle, tunnels, workers };
  }

  #freeNumber(): number {
    const taken = new Set(Array.from(this.#known.values(), ({ number }) => number));
    let number = 1;
    while (taken.has(number)) number++;
    return number;
  }
}
