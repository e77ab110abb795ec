/**
 * The membership of a running service in its fleet: the agent runs as long as the service does, and the
 * machine is a member. Nothing waits for the store.
 *
 * @module
 */
import { Fault, messageOf } from "../../base/fault.ts";
import { OneByOne } from "../../base/work/one_by_one.ts";
import type { FleetAgent } from "../../fleet/member/agent.ts";
import type { FleetStatus, MemberEvent } from "../../fleet/member/member_status.ts";
import type { Membership } from "../../fleet/member/membership.ts";
import { Backoff } from "../../fleet/shared/backoff.ts";
import type { NewEvent } from "../../telemetry/events/event.ts";
import {
  fleetBelieved,
  fleetHeld,
  fleetRefused,
  fleetRevision,
  fleetStoreBack,
  fleetStoreLost,
} from "../../telemetry/events/fleet_events.ts";
import type { ServiceProblem } from "../control/status.ts";
import type { MachineParts } from "./service_machine.ts";

interface FleetServiceOptions extends MachineParts {
  event(event: NewEvent): void;
}

/** The membership, for as long as the service runs. */
export class FleetService {
  readonly #options: FleetServiceOptions;
  readonly #changes = new OneByOne();
  #agent: FleetAgent | null = null;
  #running: { readonly end: AbortController; readonly done: Promise<void> } | null = null;
  /** Why the machine is not the member that it is meant to be. */
  #failure: ServiceProblem | null = null;
  #isStopped = false;

  constructor(options: FleetServiceOptions) {
    this.#options = options;
  }

  /** How the machine is as a member; null if it is none. */
  get status(): FleetStatus | null {
    return this.#agent?.status ?? null;
  }

  get problems(): readonly ServiceProblem[] {
    const status = this.status;
    const own = this.#failure === null ? [] : [this.#failure];
    if (status === null || status.outcome === "applied" || status.outcome === "stopped") return own;
    const { hint, problems: [text] } = status;
    return text === undefined ? own : [...own, { text: `fleet: ${text}`, hint: firstLine(hint) }];
  }

  /** Takes the membership as it is stored: the machine has joined a fleet, or left it. */
  follow(): Promise<void> {
    return this.#changes.run(async () => {
      await this.#end();
      if (this.#isStopped) return;
      const { readMembership } = await import("../../fleet/member/membership.ts");
      try {
        this.#failure = null;
        const membership = await readMembership(this.#options.paths);
        if (membership !== null) this.#begin(membership);
      } catch (error) {
        // The service serves all the same: its document is whole.
        this.#failed(error);
      }
    });
  }

  /** Ends the agent for good. The store notices when the lease ends. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#running?.end.abort();
    await this.#running?.done;
    this.#running = this.#agent = null;
  }

  #begin(membership: Membership): void {
    const end = new AbortController();
    this.#running = { end, done: this.#run(membership, end.signal) };
  }

  /** Runs the agent; what keeps it from running, such as a file that is missing, is tried again. */
  async #run(membership: Membership, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted) {
      try {
        await this.#runAgent(membership, signal);
      } catch (error) {
        this.#agent = null;
        this.#failed(error);
        await backoff.wait(signal);
      }
    }
  }

  async #runAgent(membership: Membership, signal: AbortSignal): Promise<void> {
    const [{ openEtcd }, { FleetStore }, { FleetAgent }, { ServiceMachine }, { driveRollout }] =
      await Promise.all([
        import("../../fleet/etcd/etcd_store.ts"),
        import("../../fleet/shared/fleet_store.ts"),
        import("../../fleet/member/agent.ts"),
        import("./service_machine.ts"),
        import("../../fleet/rollout/driver.ts"),
      ]);
    const keys = await openEtcd(membership.store);
    try {
      const store = new FleetStore(keys, membership.prefix);
      this.#agent = new FleetAgent({
        store,
        membership,
        machine: new ServiceMachine(this.#options, membership),
        onEvent: (event) => this.#options.event(loggedEvent(event)),
        drive: (store, signal) => driveRollout(store, { name: membership.name, signal }),
      });
      this.#failure = null;
      await this.#agent.run(signal);
    } finally {
      keys.close();
    }
  }

  #failed(error: unknown): void {
    const text = messageOf(error);
    if (this.#failure?.text !== text) this.#options.log(`cannot follow the fleet: ${text}`);
    this.#failure = { text, hint: error instanceof Fault ? firstLine(error.hint) : null };
  }
}

function loggedEvent(event: MemberEvent): NewEvent {
  switch (event.kind) {
    case "applied":
      return fleetRevision(event.revision, event.by);
    case "refused":
      return fleetRefused(event.revision, event.reason);
    case "held":
      return fleetHeld(event.reason);
    case "released":
      return fleetBelieved();
    case "lost":
      return fleetStoreLost(event.reason);
    case "back":
      return fleetStoreBack();
  }
}

function firstLine(hint: string | null | undefined): string | null {
  return hint?.split("\n", 1)[0] ?? null;
}
