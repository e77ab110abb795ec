/**
 * A worker without a process: the service's side is real, and the test answers for the other.
 *
 * @module
 */
import { type LimitOrder, LimitShares } from "../../../mod/host/serving/limit_shares.ts";
import { MessageLink } from "../../../mod/host/serving/message_link.ts";
import { RemoteWorker, type RemoteWorkerEvents } from "../../../mod/host/serving/remote_worker.ts";
import type { FromWorker, WorkerRequest } from "../../../mod/host/serving/worker_protocol.ts";
import { streamPair } from "../stream_pair.ts";
import type { WorkerReport } from "../../../mod/telemetry/metrics/worker_counts.ts";
import { noService } from "../about/service_source.ts";

export interface FakeWorker {
  readonly remote: RemoteWorker;
  /** What it has been asked, in order. */
  readonly asked: WorkerRequest[];
  /** What it answers; by default what a worker without connections does. Throws, or rejects, to fail. */
  answer: (request: WorkerRequest) => unknown;
  /** Answers nothing any more, like a stopped process. */
  isSilent: boolean;
  /** Sends a message of its own. */
  tell(
    message: Extract<FromWorker, { event: string }> | { readonly nonsense: true },
    bytes?: Uint8Array,
  ): Promise<void>;
  /** Sends one line of the log of site 1. */
  log(second: number, line: string, generation?: number): Promise<void>;
  /** Ends, as a killed process does. */
  end(): void;
}

/** What a worker says that has served nobody. */
export const NO_REPORT: WorkerReport = {
  counts: {
    requests: [],
    durations: [],
    refused: [],
    accepted: 0,
    exhausted: 0,
    handshakes: 0,
    tlsFailures: [],
    cacheHits: 0,
    cacheMisses: 0,
  },
  use: { residentBytes: 0, cpuSeconds: 0, lagSeconds: 0, maxLagSeconds: 0 },
  open: 0,
  idle: 0,
  tunnels: 0,
};

const NO_EVENTS: RemoteWorkerEvents = {
  onLog: () => {},
  onLine: () => {},
  onProgramFault: () => {},
  onUpstream: () => {},
  onLimits: () => {},
  service: noService,
  onTraces: () => {},
};

export function fakeWorker(pid: number, events: Partial<RemoteWorkerEvents> = {}): FakeWorker {
  const [here, there] = streamPair();
  const link = new MessageLink(there);
  const remote = new RemoteWorker(pid, new MessageLink(here), {
    ...NO_EVENTS,
    ...events,
  });
  const fake: FakeWorker = {
    remote,
    asked: [],
    answer: usualAnswer,
    isSilent: false,
    tell: (message, bytes) => link.send(message, bytes === undefined ? [] : [bytes]),
    log(second, line, generation = 0): Promise<void> {
      const bytes = new TextEncoder().encode(line);
      const part = { site: 1, day: "261126", length: bytes.length, count: 1 };
      return fake.tell({ event: "log", generation, second, parts: [part] }, bytes);
    },
    end: () => link.close(),
  };
  const limits = new LimitShares();
  limits.report = (report) => void link.send({ event: "limits", report });
  void link.receive((message) => {
    const order = (message as { readonly limits?: LimitOrder }).limits;
    if (order !== undefined) return limits.receive(order);
    const { id, ...request } = message as WorkerRequest & { readonly id: number };
    fake.asked.push(request as WorkerRequest);
    if (fake.isSilent) return;
    void Promise.try(() => fake.answer(request as WorkerRequest)).then(
      (value) => link.send({ id, value: value ?? null }),
      (error: Error) => link.send({ id, fault: error.message }),
    );
  });
  return fake;
}

/** Returns what a worker without connections answers. */
export function usualAnswer({ op }: WorkerRequest): unknown {
  switch (op) {
    case "report":
      return NO_REPORT;
    case "counts":
      return { connections: 0, tunnels: 0, tunnelsOf: [] };
    case "cached":
    case "open":
    case "drainUnreached":
      return [];
    case "evict":
      return 0;
    case "flush":
      return Math.floor(Date.now() / 1000);
    default:
      return null;
  }
}
