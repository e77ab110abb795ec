/**
 * What content that shows the service itself asks the service. A worker process asks the one of the
 * service; an answer is JSON.
 *
 * @module
 */
import type { DashboardView } from "./dashboard_view.ts";
import type { ListeningView } from "./listening_view.ts";

/** The questions, each with the type of its answer. */
export interface ServiceAnswers {
  readonly listening: ListeningView;
  /** The metrics in the text format of Prometheus. */
  readonly prometheus: string;
  readonly openmetrics: string;
  /** What live pages show. */
  readonly dashboard: DashboardView;
}

export type ServiceQuestion = keyof ServiceAnswers;

export const SERVICE_QUESTIONS = [
  "listening",
  "prometheus",
  "openmetrics",
  "dashboard",
] as const satisfies readonly ServiceQuestion[];

/** Returns the answer at this moment. */
export type ServiceSource = <Q extends ServiceQuestion>(
  question: Q,
) => ServiceAnswers[Q] | Promise<ServiceAnswers[Q]>;
