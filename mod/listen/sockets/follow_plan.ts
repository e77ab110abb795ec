/**
 * Edge: makes the sockets of the running service follow the document and the machine: plans, opens, and
 * plans again with the failures, until plan and sockets agree.
 *
 * @module
 */
import { hintOf } from "../../base/hints/hints.ts";
import { inSlices } from "../../base/work/slices.ts";
import { map, type Steps } from "../../base/work/steps.ts";
import type { Progress } from "../../base/progress.ts";
import type { Machine } from "../machine/machine_addresses.ts";
import { BindFault } from "../machine/bind_fault.ts";
import { withCures } from "../plan/cures.ts";
import { planSteps } from "../plan/make_plan.ts";
import type { EarlierPlan } from "../plan/plan_difference.ts";
import type { FailedBind, PlanInput } from "../plan/plan_endpoint.ts";
import type { Plan, PlannedEndpoint } from "../plan/plan.ts";
import { gatherPlanInput, type PlanSource } from "../plan/plan_input.ts";
import type { Sockets } from "./socket_set.ts";
import { makeTransition } from "./transition.ts";

/** Options of {@linkcode followPlan}. */
export interface FollowPlanOptions {
  readonly tcpBacklog: number;
  /** The plan in force. */
  readonly earlier?: EarlierPlan | null;
  /** Called with the plan before any socket is touched; if it throws, nothing is changed. */
  readonly check?: (plan: Plan) => void;
  /** Reports whether a failure is thrown after everything has been restored. */
  readonly isFatal?: (failed: FailedBind) => boolean;
  readonly progress?: Progress | undefined;
}

/** The plan that is in force, and what it was made from. */
interface FollowedPlan extends EarlierPlan {
  readonly machine: Machine;
}

/**
 * Opens the sockets of the plan and returns the plan that is now in force. Those that it opens do
 * not accept yet; the caller lets them when what they serve is in force. Sockets that it closes
 * still listen, unless they conflicted with a new one: the caller closes them when the new ones are
 * served.
 */
export async function followPlan(
  sockets: Sockets,
  source: PlanSource,
  { tcpBacklog, earlier = null, check, isFatal = (): boolean => false, progress }:
    FollowPlanOptions,
): Promise<FollowedPlan> {
  const gathered = await gatherPlanInput(source, sockets.endpoints());
  progress?.("opening", "the sockets");
  const { machine } = gathered;
  const { dualStack } = machine;
  const failed: FailedBind[] = [];
  const inputNow = (): PlanInput => ({ ...gathered, running: sockets.endpoints(), failed });
  for (let isChecked = false;;) {
    const input = inputNow();
    const { plan, ports } = await inSlices(planSteps(input, earlier));
    const cured = await inSlices(withCures(plan, input, Deno.build.os));
    if (!isChecked) check?.(cured);
    isChecked = true;
    const step = await makeTransition(sockets, plan, { tcpBacklog, dualStack, isFatal })
      .catch(async (error) => {
        throw error instanceof BindFault ? await withCure(error, plan, inputNow()) : error;
      });
    if (step.length === 0) {
      const opened = await inSlices(asOpened(cured));
      await sockets.settle(opened, machine);
      const { list, keys, generation, strict } = gathered;
      return { plan: opened, ports, input: { list, machine, keys, generation, strict }, machine };
    }
    failed.push(...step);
  }
}

/** Returns the plan as it is once its sockets are open: the next one finds them so. */
function* asOpened(plan: Plan): Steps<Plan> {
  const endpoints = yield* map(plan.endpoints, (one): PlannedEndpoint => {
    return one.action === "open" ? { ...one, action: "keep" } : one;
  });
  return { ...plan, endpoints };
}

/** Returns the fault that ends an attempt, with what to type about it in the end. */
async function withCure(fault: BindFault, plan: Plan, input: PlanInput): Promise<BindFault> {
  const { ip, port } = fault.endpoint;
  const endpoint = plan.endpoints.find((one) => one.ip === ip && one.port === port);
  if (endpoint === undefined) return fault;
  const failing = { ...input, failed: [...input.failed, { endpoint, fault }] };
  const { plan: failingPlan } = await inSlices(planSteps(failing));
  const { endpoints } = await inSlices(withCures(failingPlan, failing, Deno.build.os));
  const refused = endpoints.find((one) => one.ip === ip && one.port === port);
  return fault.withHint(hintOf(refused?.hints ?? []));
}
