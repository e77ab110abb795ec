/**
 * What is known of a roll-out at any moment: the record in the store and what all members report.
 *
 * @module
 */
import { Wake } from "../../base/work/wake.ts";
import { Ending } from "../../base/work/ending.ts";
import type { FleetView } from "../shared/fleet_view.ts";
import type { MemberRecord, NodeState } from "../shared/records.ts";
import type { SeenRollout } from "./next_step.ts";

/** A member as the store reports it. */
interface ReportedMember {
  readonly record: MemberRecord;
  readonly state: NodeState | null;
}

/** What the store reports of members. */
type MembersReport =
  | { readonly kind: "members"; readonly members: readonly ReportedMember[] }
  | { readonly kind: "lost"; readonly reason: string };

/** What the store reports of everything that all members share. */
type ViewReport =
  | { readonly kind: "view"; readonly view: FleetView }
  | { readonly kind: "lost"; readonly reason: string };

/** A store of a fleet, as far as it is watched. */
export interface WatchedStore {
  observe(signal: AbortSignal): AsyncIterable<ViewReport>;
  observeMembers(signal: AbortSignal): AsyncIterable<MembersReport>;
}

/** The newest view and members, and a way to wait for newer ones. */
export class RolloutWatch implements AsyncDisposable {
  readonly #end: Ending;
  readonly #tasks: Promise<unknown>;
  #view: FleetView | null = null;
  #members: readonly ReportedMember[] | null = null;
  #reason: string | null = null;
  #failure: unknown = null;
  readonly #news = new Wake();

  constructor(store: WatchedStore, signal: AbortSignal) {
    this.#end = new Ending(signal);
    const until = this.#end.signal;
    until.addEventListener("abort", () => this.wake(), { once: true });
    this.#tasks = Promise.all([this.#watchView(store, until), this.#watchMembers(store, until)])
      .catch((error) => {
        this.#failure = error;
        this.wake();
      });
  }

  /**
   * What the store has; null while it is not known: at first, and while the store cannot be reached,
   * because what was known may be old. Throws what ended the watching.
   */
  get view(): FleetView | null {
    if (this.#failure !== null) throw this.#failure;
    return this.#members === null ? null : this.#view;
  }

  /** Why nothing is known now; null if something is, or nothing was tried yet. */
  get reason(): string | null {
    return this.#reason;
  }

  /** All members, or none while they are not known. */
  get members(): readonly ReportedMember[] {
    return this.#members ?? [];
  }

  /** The roll-out in progress, or the last one; null if there is none, or it is not known. */
  get seen(): SeenRollout | null {
    const { view } = this;
    if (view === null || view.rollout === null) return null;
    const members = new Map(this.members.map((member) => [member.record.name, member]));
    return { record: view.rollout, target: view.target, members };
  }

  /** Waits until something is new, for at most `ms`. */
  async next(ms: number): Promise<void> {
    using limit = new Ending().after(ms);
    await this.#news.next(limit.signal);
  }

  /** Ends a wait. */
  wake(): void {
    this.#news.ring();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.end();
    this.#end[Symbol.dispose]();
    await this.#tasks;
  }

  async #watchView(store: WatchedStore, signal: AbortSignal): Promise<void> {
    for await (const report of store.observe(signal)) {
      this.#view = report.kind === "view" ? report.view : null;
      this.#reason = report.kind === "lost" ? report.reason : null;
      this.wake();
    }
  }

  async #watchMembers(store: WatchedStore, signal: AbortSignal): Promise<void> {
    for await (const report of store.observeMembers(signal)) {
      this.#members = report.kind === "members" ? report.members : null;
      this.wake();
    }
  }
}
