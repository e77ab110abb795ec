/**
 * Makes the sockets of the running service follow a document or the machine: plans, opens, and plans
 * again with what could not be opened, until plan and sockets agree.
 *
 * @module
 */
import { type FailedBind, makePlan } from "../plan/make_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { gatherPlanInput, type PlanSource } from "../plan/plan_input.ts";
import type { SocketSet } from "./socket_set.ts";
import { makeTransition } from "./transition.ts";

/** How to go about it. */
export interface FollowPlanOptions {
  readonly tcpBacklog: number;
  /** Sees the plan before any socket is touched; a throw ends it there. */
  readonly check?: (plan: Plan) => void;
  /** True for a failure that brings everything back to what it was, and is thrown. */
  readonly isFatal?: (failed: FailedBind) => boolean;
}

/**
 * The plan that is now in force. Sockets that it wants closed still listen, unless they were in the
 * way of a new one: the caller closes them when the new ones are served.
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
      sockets.settle(plan);
      return plan;
    }
    failed.push(...step);
  }
}
