/**
 * How the spans of all processes of the service are doing, as one. Pure.
 *
 * @module
 */
import type { ExportState } from "./span_exporter.ts";

/** What has changed for the service as a whole. */
interface TraceNews {
  /** Why spans do not arrive any more; null if they do again. */
  readonly failure: string | null;
  /** Spans lost since the start. */
  readonly lost: number;
}

export class TraceStates {
  readonly #states = new Map<object, ExportState>();
  readonly #onNews: (news: TraceNews) => void;
  /** Lost by processes that have ended. */
  #lostBefore = 0;
  #isFailing = false;

  /** `onNews` is called when the first process fails, and when the last one does not any more. */
  constructor(onNews: (news: TraceNews) => void) {
    this.#onNews = onNews;
  }

  /** Why spans do not arrive; null if they do. */
  get failure(): string | null {
    for (const { failure } of this.#states.values()) if (failure !== null) return failure;
    return null;
  }

  /** Spans lost since the start. */
  get lost(): number {
    return [...this.#states.values()].reduce((sum, { lost }) => sum + lost, this.#lostBefore);
  }

  /** Notes the state of a process. */
  set(process: object, state: ExportState): void {
    this.#states.set(process, state);
    this.#tell();
  }

  /** A process has ended. */
  leave(process: object): void {
    this.#lostBefore += this.#states.get(process)?.lost ?? 0;
    this.#states.delete(process);
    this.#tell();
  }

  #tell(): void {
    const { failure, lost } = this;
    if ((failure !== null) === this.#isFailing) return;
    this.#isFailing = failure !== null;
    this.#onNews({ failure, lost });
  }
}
