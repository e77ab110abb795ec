/**
 * The membership of a running service in its fleet: the agent runs as long as the service does, and the
 * machine is a member. Nothing waits for the store.
 *
 * @module
 */
import { DeniedFault, Fault, messageOf, quote } from "../../base/fault.ts";
import { OneByOne } from "../../base/work/one_by_one.ts";
import type { FleetAgent } from "../../fleet/member/agent.ts";
import type { FleetStatus, MemberEvent } from "../../fleet/member/member_status.ts";
import { hasMembership, type Membership, readMembership } from "../../fleet/member/membership.ts";
import { Backoff } from "../../fleet/shared/backoff.ts";
import type { AgentReport } from "../control/control_protocol.ts";
import type { ServiceProblem } from "../control/status.ts";
import { type AgentClaim, OtherAgentFault } from "./agent_claim.ts";
import { agentLine } from "./agent_line.ts";
import { ReportedAgent } from "./reported_agent.ts";
import type { MachineParts } from "./service_machine.ts";

interface FleetServiceOptions extends MachineParts {
  /** Is told what has happened to the member. */
  event(event: MemberEvent): void;
  /** Makes this process the agent of the machine, or throws what keeps it from being that. */
  claim(): Promise<AgentClaim>;
}

/** How the problem begins that nothing follows the fleet. */
export const NO_AGENT = "nothing follows the fleet on this machine";

/** The membership, for as long as the service runs. */
export class FleetService {
  readonly #options: FleetServiceOptions;
  readonly #changes = new OneByOne();
  readonly #reported = new ReportedAgent();
  #agent: FleetAgent | null = null;
  #running: { readonly end: AbortController; readonly done: Promise<void> } | null = null;
  /** Why the machine is not the member that it is meant to be. */
  #failure: ServiceProblem | null = null;
  /** Why this process is not the agent, but another one is, or should be. */
  #outside: ServiceProblem | null = null;
  #isStopped = false;

  constructor(options: FleetServiceOptions) {
    this.#options = options;
  }

  /** How the machine is as a member; null if it is none, or if nobody can say. */
  get status(): FleetStatus | null {
    if (this.#outside !== null) return this.#reported.current?.status ?? null;
    return this.#agent?.status ?? null;
  }

  get problems(): readonly ServiceProblem[] {
    if (this.#outside !== null) return this.#reported.current?.problems ?? [this.#outside];
    const status = this.status;
    const own = this.#failure === null ? [] : [this.#failure];
    if (status === null || status.outcome === "applied" || status.outcome === "stopped") return own;
    const { hint, problems: [text] } = status;
    return text === undefined ? own : [...own, { text: `fleet: ${text}`, hint: firstLine(hint) }];
  }

  /**
   * Takes the membership as it is stored: the machine has joined a fleet, or left it. Resolves when it
   * is known what keeps this process from following, if anything does.
   */
  follow(): Promise<void> {
    return this.#changes.run(async () => {
      await this.#end();
      if (this.#isStopped) return;
      this.#failure = this.#outside = null;
      const end = new AbortController();
      const begun = Promise.withResolvers<void>();
      this.#running = { end, done: this.#run(end.signal, begun.resolve) };
      await begun.promise;
    });
  }

  /** Takes what the agent says, which is another process; null when that ends. */
  takeReport(report: AgentReport | null): void {
    this.#reported.take(report);
    for (const event of report?.events ?? []) this.#options.event(event);
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

  /**
   * Runs the agent; what keeps it from running, such as a file that is missing, or another agent, is
   * tried again. The service serves all the same: its document is whole.
   */
  async #run(signal: AbortSignal, begun: () => void): Promise<void> {
    const backoff = new Backoff();
    while (!signal.aborted && await hasMembership(this.#options.paths)) {
      let claim: AgentClaim | null = null;
      try {
        claim = await this.#options.claim();
        const membership = await readMembership(this.#options.paths);
        this.#outside = null;
        if (membership === null) break;
        begun();
        await this.#runAgent(membership, signal);
      } catch (error) {
        this.#agent = null;
        if (claim === null && isOutside(error)) this.#outside = await this.#outsideProblem(error);
        else this.#failed(error);
        begun();
        await backoff.wait(signal);
      } finally {
        await claim?.release();
      }
    }
    begun();
  }

  async #outsideProblem(error: Fault): Promise<ServiceProblem> {
    this.#failure = null;
    if (error instanceof OtherAgentFault) {
      return { text: error.message, hint: firstLine(error.hint) };
    }
    const { paths } = this.#options;
    const text = `${NO_AGENT}: the service may not write ${quote(paths.config)}`;
    return { text, hint: await agentLine(paths) };
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
        onEvent: (event) => this.#options.event(event),
        drive: (store, signal) => driveRollout(store, { name: membership.name, signal }),
      });
      this.#failure = null;
      await this.#agent.run(signal);
    } finally {
      keys.close();
    }
  }

  #failed(error: unknown): void {
    this.#outside = null;
    const text = messageOf(error);
    if (this.#failure?.text !== text) this.#options.log(`cannot follow the fleet: ${text}`);
    this.#failure = { text, hint: error instanceof Fault ? firstLine(error.hint) : null };
  }
}

/** Reports whether this process is not the one to follow the fleet. */
function isOutside(error: unknown): error is Fault {
  return error instanceof OtherAgentFault || error instanceof DeniedFault;
}

function firstLine(hint: string | null | undefined): string | null {
  return hint?.split("\n", 1)[0] ?? null;
}
