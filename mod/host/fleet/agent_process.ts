/**
 * Edge: the agent of a fleet as a process of its own, for a service that may not write its document: from
 * start to clean end.
 *
 * @module
 */
import { Fault, messageOf, quote } from "../../base/fault.ts";
import { hasMembership, membershipStamp } from "../../fleet/member/membership.ts";
import { sleep } from "../../base/work/sleep.ts";
import type { MemberEvent } from "../../fleet/member/member_status.ts";
import type { Paths } from "../../config/store/paths.ts";
import type { Store } from "../../config/store/store.ts";
import type { Control } from "../control/control.ts";
import { type AgentClaim, claimAgent, OtherAgentFault } from "./agent_claim.ts";
import { FleetService } from "./fleet_service.ts";
import { RemoteParts } from "./remote_parts.ts";
import { REPORT_EVERY_MS } from "./reported_agent.ts";

interface AgentProcessOptions {
  readonly paths: Paths;
  readonly store: Store;
  readonly version: string;
  readonly control: Pick<Control, "ask">;
  /** Ends the agent. */
  readonly signal: AbortSignal;
  /** Milliseconds between two reports, 2 seconds by default. */
  readonly reportMs?: number;
  /** Writes one line for whoever runs the process. */
  log(line: string): void;
}

/** Events that wait for a service that does not run; of more, the oldest are lost. */
const EVENTS_MAX = 100;

/**
 * Follows the fleet until `signal` aborts, or this machine leaves the fleet: returns which. Throws a
 * Fault if it is in none, or if another process follows it already.
 */
export async function runAgentProcess(options: AgentProcessOptions): Promise<"ended" | "left"> {
  const { paths, log } = options;
  if (!await hasMembership(paths)) {
    throw new Fault(`Cannot follow a fleet with ${quote(paths.config)}: this machine is in none`, {
      hint: "httpcfg help fleet join",
    });
  }
  const claim = await claimed(options);
  const parts = new RemoteParts(options);
  const events: MemberEvent[] = [];
  const fleet = new FleetService({
    paths,
    version: options.version,
    store: options.store,
    controller: parts.controller,
    confirmation: parts.confirmation,
    reload: () => parts.reload(),
    status: () => parts.status(),
    hasClient: (client) => parts.hasClient(client),
    log,
    event: (event) => {
      events.push(event);
      if (events.length > EVENTS_MAX) events.shift();
    },
    claim: () => Promise.resolve({ release: () => Promise.resolve() }), // it has it already
  });
  try {
    return await follow({ fleet, parts, events }, options);
  } finally {
    await fleet.stop();
    await parts.report(null).catch(() => {}); // the service ends, too
    await claim.release();
  }
}

/** Follows the membership as it is stored, and reports to the service. */
async function follow(
  { fleet, parts, events }: {
    readonly fleet: FleetService;
    readonly parts: RemoteParts;
    /** What the service has not been told yet. */
    readonly events: MemberEvent[];
  },
  { paths, signal, log, reportMs = REPORT_EVERY_MS }: AgentProcessOptions,
): Promise<"ended" | "left"> {
  let known: string | null = null;
  let failure: string | null = null;
  while (!signal.aborted) {
    const stamp = await membershipStamp(paths);
    if (stamp === null) return "left";
    if (stamp !== known) await fleet.follow();
    known = stamp;
    const { status, problems } = fleet;
    try {
      const told = [...events];
      if (await parts.report({ pid: Deno.pid, status, problems, events: told })) {
        events.splice(0, told.length);
      }
      failure = null;
    } catch (error) {
      const text = messageOf(error);
      if (text !== failure) log(`cannot tell the service how the agent is: ${text}`);
      failure = text;
    }
    await sleep(reportMs, signal);
  }
  return "ended";
}

async function claimed({ paths, control }: AgentProcessOptions): Promise<AgentClaim> {
  try {
    return await claimAgent(paths.config);
  } catch (error) {
    if (!(error instanceof OtherAgentFault) || error.pid === null) throw error;
    const service = await control.ask({ op: "status", brief: true }).catch(() => null);
    if (service?.pid !== error.pid) throw error;
    throw new Fault(
      `Cannot follow the fleet with ${quote(paths.config)}: the service, process ${error.pid}, ` +
        "does so by itself",
      { hint: "httpcfg status", cause: error },
    );
  }
}
