/**
 * The traces of the service: those of this process, and how those of its workers are doing.
 *
 * @module
 */
import { type NewEvent, tracesTrouble } from "../../telemetry/events/event.ts";
import { openTracing } from "../../telemetry/traces/open_tracing.ts";
import type { ExportState } from "../../telemetry/traces/span_exporter.ts";
import { TraceStates } from "../../telemetry/traces/trace_states.ts";
import type { Tracing } from "../../telemetry/traces/tracing.ts";
import type { ServiceProblem } from "../control/status.ts";

export class ServiceTraces {
  /** Null if the environment names no collector. */
  readonly tracing: Tracing | null;
  /** Called with what is to be told. */
  event: (event: NewEvent) => void = () => {};
  readonly #states: TraceStates;

  /** Throws a Fault if the environment names a collector that cannot be used. */
  static async open(): Promise<ServiceTraces> {
    const own = {};
    const states = new TraceStates(({ failure, lost }) => {
      traces.event(tracesTrouble(traces.#target, failure, lost));
    });
    const tracing = await openTracing((state) => states.set(own, state));
    const traces = new ServiceTraces(tracing, states);
    return traces;
  }

  private constructor(tracing: Tracing | null, states: TraceStates) {
    this.tracing = tracing;
    this.#states = states;
  }

  /** Notes how the spans of a worker are doing; null if it has ended. */
  receive(worker: object, state: ExportState | null): void {
    if (state === null) this.#states.leave(worker);
    else this.#states.set(worker, state);
  }

  /** That spans do not arrive. */
  get problems(): readonly ServiceProblem[] {
    const { failure, lost } = this.#states;
    if (failure === null) return [];
    const text = `spans cannot be sent to ${this.#target}: ${failure}; ${lost} lost so far`;
    return [{ text, hint: "httpcfg events" }];
  }

  /** Gives up what waits to be sent; returns how many spans were lost since the start. */
  close(): number {
    this.tracing?.close();
    return this.#states.lost;
  }

  get #target(): string {
    return this.tracing?.target ?? "the collector";
  }
}
