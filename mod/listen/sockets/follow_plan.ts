/**
 * Makes the sockets of the running service follow the document and the machine: plans, opens, and
 * plans again with the failures, until plan and sockets agree.
 *
 * @module
 */
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
}

/**
 * Opens the sockets of the plan and returns the plan that is now in force. Sockets that it closes
 * still listen, unless they conflicted with a new one: the caller closes them when the new ones are
 * served.
 */
export async function followPlan(
  sockets: SocketSet,
  source: PlanSource,
  { tcpBacklog, check, isFatal = (): boolean => false }: FollowPlanOptions,
): Promise<Plan> {
  const gathered = gatherPlanInput(source);
  const { dualStack } = gathered.machine;
  const failed: FailedBind[] = [];
  check?.(makePlan({ ...gathered, running: sockets.endpoints() }));
  for (;;) {
    const plan = makePlan({ ...gathered, running: sockets.endpoints(), failed });
    const step = await makeTransition(sockets, plan, { tcpBacklog, dualStack, isFatal });
    if (step.length === 0) {
      sockets.updateProtocols(plan);
      return plan;
    }
    failed.push(...step);
  }
}
