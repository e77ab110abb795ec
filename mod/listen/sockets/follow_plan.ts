/**
 * Edge: makes the sockets of the running service follow the document and the machine: plans, opens, and
 * plans again with the failures, until plan and sockets agree.
 *
 * @module
 */
import { hintOf } from "../../base/hints.ts";
import type { Progress } from "../../base/progress.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { BindFault } from "../machine/bind_fault.ts";
import { withCures } from "../plan/cures.ts";
import { type FailedBind, makePlan, type PlanInput } from "../plan/make_plan.ts";
import type { Plan } from "../plan/plan.ts";
import { gatherPlanInput, type PlanSource } from "../plan/plan_input.ts";
import type { Sockets } from "./socket_set.ts";
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
  sockets: Sockets,
  source: PlanSource,
  { tcpBacklog, check, isFatal = (): boolean => false, progress }: FollowPlanOptions,
): Promise<FollowedPlan> {
  const gathered = await gatherPlanInput(source, sockets.endpoints());
  progress?.("opening", "the sockets");
  await Promise.resolve(); // what is told leaves before work that lets nothing else run
  const { machine } = gathered;
  const { dualStack } = machine;
  const failed: FailedBind[] = [];
  const inputNow = (): PlanInput => ({ ...gathered, running: sockets.endpoints(), failed });
  const cured = (plan: Plan): Plan => withCures(plan, inputNow(), Deno.build.os);
  check?.(cured(makePlan(inputNow())));
  for (;;) {
    const plan = makePlan(inputNow());
    const step = await makeTransition(sockets, plan, { tcpBacklog, dualStack, isFatal })
      .catch((error) => {
        throw error instanceof BindFault ? withCure(error, plan, inputNow()) : error;
      });
    if (step.length === 0) {
      sockets.settle(plan, machine);
      return { plan: cured(plan), machine };
    }
    failed.push(...step);
  }
}

/** Returns the fault that ends an attempt, with what to type about it in the end. */
function withCure(fault: BindFault, plan: Plan, input: PlanInput): BindFault {
  const { ip, port } = fault.endpoint;
  const endpoint = plan.endpoints.find((one) => one.ip === ip && one.port === port);
  if (endpoint === undefined) return fault;
  const failing = { ...input, failed: [...input.failed, { endpoint, fault }] };
  const { endpoints } = withCures(makePlan(failing), failing, Deno.build.os);
  const refused = endpoints.find((one) => one.ip === ip && one.port === port);
  return fault.withHint(hintOf(refused?.hints ?? []));
}
