/**
 * What content that shows the service itself asks the service. A worker process asks the one of the
 * service; an answer is JSON.
 *
 * @module
 */
import type { ListeningView } from "./listening_view.ts";

/** The questions, each with the type of its answer. */
export interface ServiceAnswers {
  readonly listening: ListeningView;
  /** The metrics in the text format of Prometheus. */
  readonly prometheus: string;
  readonly openmetrics: string;
}

export type ServiceQuestion = keyof ServiceAnswers;

export const SERVICE_QUESTIONS = [
  "listening",
  "prometheus",
  "openmetrics",
] as const satisfies readonly ServiceQuestion[];

/** Returns the answer at this moment. */
export type ServiceSource = <Q extends ServiceQuestion>(
  question: Q,
) => ServiceAnswers[Q] | Promise<ServiceAnswers[Q]>;
