/**
 * Makes the sockets of the running service follow the document and the machine: plans, opens, and
 * plans again with the failures, until plan and sockets agree.
 *
 * @module
 */
import type { Progress } from "../../base/progress.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { type FailedBind, makePlan } from "../plan/make_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { gatherPlanInput, type PlanSource } from "../plan/plan_input.ts";
import type { SocketSet } from "./socket_set.ts";
import { makeTransition } from "./transition.ts";

/** Options of {@linkcode followPlan}. */
export interface FollowPlanOptions {
  readonly tcpBacklog: number;
  /** Called with the plan before any socket is touched; if it throws, nothing is changed. */
  readonly check?: (plan: Plan) => void;
  /** Reports whether a failure is thrown after everything has been restored. */
  readonly isFatal?: (failed: FailedBind) => boolean;
  readonly progress?: Progress | undefined;
}

/** The plan that is in force, and the machine that it was made for. */
interface FollowedPlan {
  readonly plan: Plan;
  readonly machine: Machine;
}

/**
 * Opens the sockets of the plan and returns the plan that is now in force. Sockets that it closes
 * still listen, unless they conflicted with a new one: the caller closes them when the new ones are
 * served.
 */
export async function followPlan(
  sockets: SocketSet,
  source: PlanSource,
  { tcpBacklog, check, isFatal = (): boolean => false, progress }: FollowPlanOptions,
): Promise<FollowedPlan> {
  const gathered = await gatherPlanInput(source, sockets.endpoints());
  progress?.("opening", "the sockets");
  await Promise.resolve(); // what is told leaves before work that lets nothing else run
  const { machine } = gathered;
  const { dualStack } = machine;
  const failed: FailedBind[] = [];
  const planNow = (): Plan => makePlan({ ...gathered, running: sockets.endpoints(), failed });
  check?.(planNow());
  for (;;) {
    const plan = planNow();
    const step = await makeTransition(sockets, plan, { tcpBacklog, dualStack, isFatal });
    if (step.length === 0) {
      sockets.settle(plan, machine);
      return { plan, machine };
    }
    failed.push(...step);
  }
}
