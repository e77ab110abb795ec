/**
 * The agent of a member: follows the shared document, reports how the machine is, and answers questions.
 *
 * Nothing here closes anything because the store cannot be reached or has lost something: without a
 * document that is known to be good there is nothing to apply.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import { isProblem, type Problem } from "../../base/problem.ts";
import { type ConfigDocument, DEFAULT_DOCUMENT } from "../../config/document/document.ts";
import { isInProgress, rolloutFor } from "../rollout/wanted_revision.ts";
import { Backoff, randomMs } from "../shared/backoff.ts";
import { sleep } from "../../base/work/sleep.ts";
import type { FleetStore } from "../shared/fleet_store.ts";
import type { FleetView } from "../shared/fleet_view.ts";
import { StoreFault } from "../shared/key_store.ts";
import { LISTED_MAX, type NodeState, type Outcome } from "../shared/records.ts";
import type { SharedDocument } from "../shared/shared_document.ts";
import { Answerer, clipped } from "./answerer.ts";
import { decide } from "./decide.ts";
import type { HighestSeen, LastGood } from "./last_good_record.ts";
import type { FleetStatus, MemberEvent } from "./member_status.ts";
import type { MachineLook, MemberMachine } from "./member_machine.ts";
import { joinLine, type Membership } from "./membership.ts";
import { mergeShared, overridesOf, startedBase } from "./merge.ts";
import { hiddenProblem } from "./merge_problem.ts";
import { Publisher, type PublishTimes } from "./publisher.ts";
import { Wake } from "../../base/work/wake.ts";

/** How often an agent does something without being told to, in milliseconds. */
export interface AgentTimes extends PublishTimes {
  /** Between two looks at the machine. */
  readonly lookMs: number;
  /** Between two runs of `verify` on a machine that is well. */
  readonly verifyMs: number;
  /** Between two attempts with a document that could not be used. */
  readonly retryMs: number;
  /** Before it drives a roll-out that nobody drives. */
  readonly takeOverMs: readonly [least: number, most: number];
}

const AGENT_TIMES: AgentTimes = {
  leaseSeconds: 30,
  keepAliveMs: 10_000,
  debounceMs: 2_000,
  lookMs: 5_000,
  verifyMs: 60_000,
  retryMs: 30_000,
  takeOverMs: [2_000, 7_000],
};

/** The environment of an agent. */
interface AgentOptions {
  readonly store: FleetStore;
  readonly membership: Membership;
  readonly machine: MemberMachine;
  onEvent(event: MemberEvent): void;
  /** Drives the roll-out in progress until it has ended, or somebody else does. */
  drive(store: FleetStore, signal: AbortSignal): Promise<unknown>;
  readonly times?: AgentTimes;
}

/** A revision that could not be used, and the machine on which it could not. */
interface Refusal {
  readonly revision: number;
  readonly stamp: string;
  readonly problem: Problem | Fault;
}

const NOTHING_SEEN: MachineLook = {
  isListening: true,
  endpoints: [],
  endpointCount: 0,
  sitesDown: [],
  faults: null,
};

/** The agent of one membership, for as long as {@linkcode run} runs. */
export class FleetAgent {
  readonly #options: AgentOptions;
  readonly #times: AgentTimes;
  readonly #publisher: Publisher;
  readonly #answerer: Answerer;
  readonly #work = new Wake();
  readonly #driving = new Wake();
  #view: FleetView | null = null;
  #lastGood: LastGood | null = null;
  /** Why the last good document cannot be read; nothing is followed then. */
  #damage: Fault | null = null;
  /** Whether that is in its file as it is here. */
  #isSaved = true;
  #wanted: number | null = null;
  /** The roll-out that was followed last, as far as that was possible. */
  #rollout: string | null = null;
  #held: string | null = null;
  #refusal: Refusal | null = null;
  /** What could not be written or read, besides. */
  #trouble: Fault | null = null;
  #isNameTaken = false;
  #isRegistered = false;
  #lostReason: string | null = "not reached yet";
  #look: MachineLook = NOTHING_SEEN;
  #faults: readonly string[] = [];
  #overrides: readonly string[] = [];
  /** The documents of which the overrides are. */
  #compared: { readonly shared: SharedDocument; readonly local: ConfigDocument } | null = null;

  constructor(options: AgentOptions) {
    this.#options = options;
    const { store, membership: { name }, machine, times = AGENT_TIMES } = options;
    this.#times = times;
    this.#publisher = new Publisher(store, name, times);
    const shared = (): SharedDocument | null => this.#lastGood?.document ?? null;
    this.#answerer = new Answerer({ store, name, machine, shared });
  }

  /** Does all that an agent does, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#remember();
    await this.#lookAt(false);
    await Promise.all([
      this.#observe(signal),
      this.#follow(signal),
      this.#watchMachine(signal),
      this.#publisher.run(signal),
      this.#drive(signal),
    ]);
  }

  get status(): FleetStatus {
    const { membership: { name, group }, store } = this.#options;
    const cause = this.#damage ?? this.#refusal?.problem ?? this.#trouble;
    return {
      name,
      group,
      revision: this.#lastGood?.revision ?? null,
      wanted: this.#wanted,
      head: this.#view?.head?.revision ?? null,
      outcome: this.#outcome,
      problems: this.#problems,
      hint: cause?.hint ?? (this.#held === null ? null : joinLine(this.#options.membership)),
      store: store.keys.name,
      isStoreUp: this.#lostReason === null,
      reason: this.#lostReason,
      overrides: this.#overrides,
    };
  }

  get #outcome(): Outcome {
    if (this.#damage !== null || this.#held !== null) return "held";
    if (this.#refusal !== null) return "refused";
    if (!this.#look.isListening) return "stopped";
    return this.#faults.length > 0 || this.#look.sitesDown.length > 0 ? "failed" : "applied";
  }

  get #problems(): string[] {
    const { busy } = this.#options.machine;
    const refused = this.#refusal === null ? [] : [
      `cannot use revision ${this.#refusal.revision}: ${textOf(this.#refusal.problem)}`,
    ];
    const isWaiting = busy !== null && this.#wanted !== null &&
      this.#wanted !== this.#lastGood?.revision;
    const problems = new Set([
      ...(this.#damage === null ? [] : [this.#damage.message]),
      ...(this.#held === null ? [] : [this.#held]),
      ...refused,
      ...(this.#trouble === null ? [] : [this.#trouble.message]),
      ...(this.#isNameTaken ? ["another machine has its name in the fleet"] : []),
      ...(isWaiting ? [busy] : []),
      ...this.#look.sitesDown.map(({ site, reason }) => `site ${site}: ${reason}`),
      ...this.#faults,
    ]);
    return [...problems].slice(0, LISTED_MAX).map(clipped);
  }

  /** Reads what it knows; a file that cannot be read is no reason not to serve. */
  async #remember(): Promise<void> {
    const { machine, membership } = this.#options;
    try {
      this.#lastGood = await this.#resumed(await machine.readLastGood());
      this.#damage = this.#lastGood !== null ? null : new Fault(
        "Cannot follow the fleet: the last shared document of this machine is missing",
        { hint: joinLine(membership) },
      );
    } catch (error) {
      this.#damage = asFault(error);
    }
  }

  /** Returns what to follow after a process that may have ended while it applied a revision. */
  async #resumed(lastGood: LastGood | null): Promise<LastGood | null> {
    if (lastGood?.applying === undefined) return lastGood;
    const { applying: started, document: before, ...known } = lastGood;
    const local = await this.#options.machine.read();
    this.#isSaved = false;
    // The number of neither: whichever is wanted is applied again.
    return { ...known, revision: null, document: startedBase({ before, started, local }) };
  }

  async #observe(signal: AbortSignal): Promise<void> {
    for await (const report of this.#options.store.observe(signal)) {
      const wasDown = this.#lostReason !== null;
      if (report.kind === "lost") {
        if (!wasDown) this.#options.onEvent({ kind: "lost", reason: report.reason });
        this.#lostReason = report.reason;
        continue;
      }
      if (wasDown && this.#view !== null) {
        this.#options.onEvent({ kind: "back" });
        // It may have been restored from an old copy.
        this.#isRegistered = false;
        this.#publisher.repeat();
      }
      this.#lostReason = null;
      this.#view = report.view;
      this.#answerer.see(report.view.questions, signal);
      this.#work.ring();
      this.#driving.ring();
    }
  }

  /** Does what the store wants, one view after the other; of those meanwhile only the last. */
  async #follow(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    for (;;) {
      await this.#work.next(signal);
      if (signal.aborted) return;
      const view = this.#view;
      if (view === null) continue;
      try {
        await this.#handle(view, signal);
        this.#trouble = null;
        backoff.reset();
      } catch (error) {
        if (signal.aborted) return;
        // Without the store there is no document to apply; what it was is tried again.
        this.#trouble = asFault(error);
        await this.#publish();
        await backoff.wait(signal);
        this.#work.ring();
      }
    }
  }

  async #handle(view: FleetView, signal: AbortSignal): Promise<void> {
    if (this.#lastGood === null) return await this.#publish();
    const { membership } = this.#options;
    const decision = decide(view, membership, this.#lastGood);
    this.#wanted = decision.wanted;
    this.#rollout = null;
    if (decision.kind === "hold") this.#hold(decision.problem);
    else await this.#register();
    if (decision.kind === "settled") {
      this.#hold(null);
      this.#refusal = null;
      await this.#save({ ...this.#lastGood, highest: decision.highest });
    } else if (decision.kind === "follow") {
      await this.#apply(decision.wanted, decision.highest, signal);
    }
    this.#rollout = rolloutFor(view.rollout, membership.name);
    await this.#publish();
  }

  /** Begins to hold what it has, for a reason, or ends that. */
  #hold(reason: string | null): void {
    if (reason === this.#held) return;
    this.#options.onEvent(reason === null ? { kind: "released" } : { kind: "held", reason });
    this.#held = reason;
    if (reason !== null) this.#isRegistered = false;
  }

  /** Makes sure that the store knows this machine: it may have lost it. */
  async #register(): Promise<void> {
    if (this.#isRegistered) return;
    const { store, membership: { name, id, group, joinedAt } } = this.#options;
    this.#isNameTaken = !await store.putMember({ name, id, group, joinedAt });
    this.#isRegistered = true;
  }

  async #apply(revision: number, highest: HighestSeen, signal: AbortSignal): Promise<void> {
    const { machine, onEvent } = this.#options;
    const before = this.#lastGood!;
    const stamp = await machine.stamp();
    const refused = this.#refusal;
    if (refused?.revision === revision && refused.stamp === stamp) return this.#hold(null);
    if (machine.busy !== null) {
      await this.#publish();
      await machine.whenFree(signal);
      return this.#work.ring(); // something else may be wanted by now
    }
    const next = await this.#documentOf(revision, signal);
    this.#hold(null);
    const hashOf = machine.hashOf.bind(machine);
    const { head, rollout } = this.#view!;
    const by = head?.revision === revision
      ? head.by
      : rollout?.revision === revision
      ? rollout.by
      : null;
    let overrides: readonly string[] = [];
    // Whoever finds the document half-way knows by this what is not its own.
    await machine.writeLastGood({ ...before, highest, applying: next });
    this.#isSaved = false;
    try {
      await machine.apply((local) => {
        checkStored(local, before);
        const merged = mergeShared({ base: before.document, next, local, hashOf });
        if (isProblem(merged)) throw faultOf(merged);
        const hidden = hiddenProblem(merged);
        if (hidden !== null) throw faultOf(hidden);
        overrides = merged.overrides;
        return merged.document;
      }, { revision, by });
    } catch (error) {
      const problem = asFault(error);
      if (refused?.revision !== revision || textOf(refused.problem) !== textOf(problem)) {
        onEvent({ kind: "refused", revision, reason: textOf(problem) });
      }
      // As it is now: the attempt itself may have written the document, and taken it back.
      this.#refusal = { revision, stamp: await machine.stamp(), problem };
      return await this.#save({ ...before, highest });
    }
    this.#refusal = null;
    this.#overrides = overrides;
    this.#lastGood = { ...before, revision, highest, document: next };
    this.#isSaved = false;
    onEvent({ kind: "applied", revision, by });
    await this.#lookAt(true);
    await this.#save(this.#lastGood);
  }

  /** Reads a document of the store. One that cannot be made is a reason to hold, not to give up. */
  async #documentOf(revision: number, signal: AbortSignal): Promise<SharedDocument> {
    try {
      return await this.#options.store.documentOf(revision, signal);
    } catch (error) {
      if (!(error instanceof StoreFault)) this.#hold(messageOf(error));
      throw error;
    }
  }

  /** Writes what it knows, if that is news, or could not be written. */
  async #save(lastGood: LastGood): Promise<void> {
    const { revision, hash } = this.#lastGood!.highest;
    const { highest } = lastGood;
    if (highest.revision !== revision || highest.hash !== hash) this.#isSaved = false;
    this.#lastGood = lastGood;
    if (this.#isSaved) return;
    await this.#options.machine.writeLastGood(lastGood);
    this.#isSaved = true;
  }

  /** Looks at the machine now and then, and tries again what it could not use. */
  async #watchMachine(signal: AbortSignal): Promise<void> {
    const { lookMs, verifyMs, retryMs } = this.#times;
    let [sinceVerify, sinceTry] = [0, 0];
    for (;;) {
      await sleep(lookMs, signal);
      if (signal.aborted) return;
      sinceVerify += lookMs;
      sinceTry += lookMs;
      const isDue = sinceVerify >= verifyMs || this.#faults.length > 0;
      if (isDue) sinceVerify = 0;
      await this.#lookAt(isDue);
      await this.#publish();
      if (sinceTry < retryMs) continue;
      sinceTry = 0;
      if (this.#refusal !== null) this.#work.ring();
    }
  }

  async #lookAt(isThorough: boolean): Promise<void> {
    try {
      this.#look = await this.#options.machine.look(isThorough);
    } catch (error) {
      this.#faults = [messageOf(error)];
      return;
    }
    if (this.#look.faults !== null) this.#faults = this.#look.faults;
    else if (!this.#look.isListening) this.#faults = [];
  }

  async #publish(): Promise<void> {
    const { machine, membership: { id } } = this.#options;
    await this.#compare();
    if (this.#isNameTaken) return;
    const { endpoints, endpointCount, sitesDown } = this.#look;
    const state: NodeState = {
      id,
      version: machine.version,
      at: machine.now(),
      applied: this.#lastGood?.revision ?? null,
      wanted: this.#wanted,
      rollout: this.#rollout,
      outcome: this.#outcome,
      problems: this.#problems,
      endpoints: endpoints.slice(0, LISTED_MAX),
      endpointCount,
      sitesDown: sitesDown.slice(0, LISTED_MAX).map(({ site, reason }) => {
        return { site: clipped(site), reason: clipped(reason) };
      }),
      overrides: this.#overrides.slice(0, LISTED_MAX).map(clipped),
    };
    this.#publisher.set(state);
  }

  /** Finds out what differs here; again only for other documents, which may be long. */
  async #compare(): Promise<void> {
    const shared = this.#lastGood?.document;
    if (shared === undefined) return;
    const local = await this.#options.machine.read().catch(() => null);
    // One that cannot be read is reported by the service itself.
    if (local === null || (this.#compared?.shared === shared && this.#compared.local === local)) {
      return;
    }
    this.#compared = { shared, local };
    this.#overrides = overridesOf(shared, local);
  }

  /** Drives the roll-out in progress, if nobody else has for some time. */
  async #drive(signal: AbortSignal): Promise<void> {
    const { store, drive } = this.#options;
    for (;;) {
      await this.#driving.next(signal);
      if (signal.aborted) return;
      if (!this.#needsDriver) continue;
      await sleep(randomMs(...this.#times.takeOverMs), signal);
      if (signal.aborted) return;
      if (!this.#needsDriver) continue;
      // The store is reported by who observes it, and whoever drives next goes on.
      await drive(store, signal).catch(() => {});
      this.#driving.ring();
    }
  }

  get #needsDriver(): boolean {
    const view = this.#view;
    if (view === null || this.#held !== null || this.#lostReason !== null) return false;
    return view.rollout !== null && isInProgress(view.rollout) && view.driver === null;
  }
}

/**
 * Throws a Fault if the stored document was removed: what it had would be taken for what an administrator
 * has changed back.
 */
function checkStored(local: ConfigDocument, { document }: LastGood): void {
  // The built-in document itself stands for one that is not stored.
  if (local !== DEFAULT_DOCUMENT || overridesOf(document, local).length === 0) return;
  throw new Fault("the stored document of this machine was removed", { hint: "httpcfg history" });
}

function faultOf({ reason, hint }: Problem): Fault {
  return new Fault(reason, { hint });
}

function asFault(error: unknown): Fault {
  return error instanceof Fault ? error : new Fault(messageOf(error), { cause: error });
}

function textOf(problem: Problem | Fault): string {
  return isProblem(problem) ? problem.reason : problem.message;
}
