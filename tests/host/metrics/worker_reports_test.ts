// Goal: the counts of workers are added up, and stay when a worker ends.
import { assertEquals } from "@std/assert";
import { WorkerReports } from "../../../mod/host/metrics/worker_reports.ts";
import type { WorkerReport } from "../../../mod/telemetry/metrics/worker_counts.ts";
import { NO_REPORT } from "../../support/workers/fake_worker.ts";

/** What a worker says that has served `count` requests of a site. */
function report(count: number, site: number | null = 1): WorkerReport {
  return {
    ...NO_REPORT,
    counts: {
      ...NO_REPORT.counts,
      requests: [{ site, address: "10.0.0.5:80", numbers: [0, count, 0, 0, 0, 9 * count, count] }],
      durations: [{ site, numbers: [count, ...Array(14).fill(0), 2 * count] }],
      refused: [["Hostname", 1]],
      accepted: count,
    },
    open: 2,
    idle: 1,
  };
}

Deno.test("WorkerReports adds up what all have counted", () => {
  const reports = new WorkerReports();
  const [a, b] = [{ pid: 7 }, { pid: 8 }];
  reports.learned(a, report(10));
  reports.learned(b, report(5));
  reports.learned(a, report(20));
  const { counts, open, idle, workers } = reports.totals(1, report(1, null));
  assertEquals(counts.requests, [
    { site: null, address: "10.0.0.5:80", numbers: [0, 1, 0, 0, 0, 9, 1] },
    { site: 1, address: "10.0.0.5:80", numbers: [0, 25, 0, 0, 0, 225, 25] },
  ]);
  assertEquals(counts.refused, [["Hostname", 3]]);
  assertEquals([counts.accepted, open, idle], [26, 6, 3]);
  assertEquals(workers.map(({ worker, pid, requests }) => [worker, pid, requests]), [
    [0, 1, 1],
    [1, 7, 20],
    [2, 8, 5],
  ]);
});

Deno.test("WorkerReports keeps what ended workers have counted, and gives their numbers again", () => {
  const reports = new WorkerReports();
  const [a, b, c] = [{ pid: 7 }, { pid: 8 }, { pid: 9 }];
  reports.learned(a, report(10));
  reports.learned(b, report(5));
  reports.left(a);
  reports.left(a);
  reports.learned(c, report(1));
  const { counts, workers } = reports.totals(1, NO_REPORT);
  assertEquals(counts.requests.map(({ numbers }) => numbers[1]), [16]);
  assertEquals(counts.durations.map(({ numbers }) => [numbers[0], numbers.at(-1)]), [[16, 32]]);
  assertEquals(workers.map(({ worker, pid }) => [worker, pid]), [[0, 1], [1, 9], [2, 8]]);
});

Deno.test("WorkerReports.retain() forgets what ended workers have counted of removed sites", () => {
  const reports = new WorkerReports();
  for (const [pid, site] of [[7, 1], [8, 2], [9, null]] as const) {
    const worker = { pid };
    reports.learned(worker, report(10, site));
    reports.left(worker);
  }
  reports.retain(new Set([2]));
  const { counts } = reports.totals(1, NO_REPORT);
  assertEquals(counts.requests.map(({ site }) => site), [2, null]);
  assertEquals(counts.durations.map(({ site }) => site), [2, null]);
  assertEquals(counts.accepted, 30, "connections belong to no site");
});
