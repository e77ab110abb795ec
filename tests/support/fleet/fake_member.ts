/**
 * A member of a fleet without a machine: it follows the store as a real one does, and applies what it is
 * told in no time, or refuses it.
 *
 * @module
 */
import { rolloutFor, wantedRevision } from "../../../mod/fleet/rollout/wanted_revision.ts";
import { FleetStore } from "../../../mod/fleet/shared/fleet_store.ts";
import type { FleetView } from "../../../mod/fleet/shared/fleet_view.ts";
import type { Answer, Outcome, Question } from "../../../mod/fleet/shared/records.ts";
import type { MemoryStore } from "./memory_store.ts";
import { nodeState } from "./samples.ts";

const AT = "2026-01-02T03:04:05.000Z";
const WELL: Answer = { isGood: true, lines: [], more: 0, risks: [], problem: null };

/** How a member behaves. */
export interface Behaviour {
  readonly group?: string | null;
  /** What comes of a revision; applied by default. */
  outcomeOf?(revision: number): Outcome;
  /** What it answers; that all is well by default, null for no answer. */
  answer?(question: Question): Partial<Answer> | null;
}

/** A member that runs until it is disposed of. */
export class FakeMember implements AsyncDisposable {
  readonly name: string;
  readonly store: FleetStore;
  readonly #keys: MemoryStore;
  readonly #behaviour: Behaviour;
  readonly #end = new AbortController();
  readonly #answered = new Set<string>();
  #applied: number | null = null;
  #lease = "";
  #running: Promise<void> = Promise.resolve();

  /** Of the store that `keys` is a connection to. */
  constructor(name: string, keys: MemoryStore, behaviour: Behaviour = {}) {
    this.name = name;
    this.#keys = keys.connect();
    this.store = new FleetStore(this.#keys, "/httpcfg/");
    this.#behaviour = behaviour;
  }

  /** The revision that it runs. */
  get applied(): number | null {
    return this.#applied;
  }

  /** Joins, or comes back with what it ran. */
  async start(applied: number | null = this.#applied): Promise<this> {
    const { group = null } = this.#behaviour;
    const id = this.#id;
    this.#applied = applied;
    await this.store.putMember({ name: this.name, id, group, joinedAt: AT });
    this.#lease = await this.#keys.grantLease(30);
    this.#running = this.#follow();
    return this;
  }

  /** Ends without a word; its lease ends too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#running;
    this.#keys.endLease(this.#lease);
  }

  get #id(): string {
    return new TextEncoder().encode(this.name).toHex().padEnd(16, "0").slice(0, 16);
  }

  async #follow(): Promise<void> {
    for await (const report of this.store.observe(this.#end.signal)) {
      if (report.kind !== "view" || this.#end.signal.aborted) continue;
      await this.#apply(report.view);
      await this.#answer(report.view);
    }
  }

  async #apply(view: FleetView): Promise<void> {
    const { group = null, outcomeOf = () => "applied" } = this.#behaviour;
    const wanted = wantedRevision(view, { name: this.name, group });
    const outcome = wanted === null || wanted === this.#applied && outcomeOf(wanted) === "applied"
      ? "applied"
      : outcomeOf(wanted);
    if (outcome !== "refused" && outcome !== "held") this.#applied = wanted;
    const problems = outcome === "applied" ? [] : [`it is ${outcome}, as it was told`];
    const state = nodeState({
      id: this.#id,
      version: "1.2.3",
      applied: this.#applied,
      wanted,
      rollout: rolloutFor(view.rollout, this.name),
      outcome,
      problems,
      endpoints: [{ endpoint: "10.0.0.5:80", state: "open" }],
      endpointCount: 1,
    });
    const text = JSON.stringify(state);
    if (this.#keys.get(this.store.layout.state(this.name)) === text) return;
    await this.store.putState(this.name, state, this.#lease);
  }

  async #answer({ questions }: FleetView): Promise<void> {
    const { answer = () => ({}) } = this.#behaviour;
    for (const [id, question] of questions) {
      if (this.#answered.has(id)) continue;
      this.#answered.add(id);
      const own = answer(question);
      if (own !== null) {
        await this.store.putAnswer(this.name, id, { ...WELL, ...own }, this.#lease);
      }
    }
  }
}
