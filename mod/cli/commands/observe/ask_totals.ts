/**
 * What the service has counted, also of one that is older and counts nothing.
 *
 * @module
 */
import { messageOf } from "../../../base/fault.ts";
import type { Control } from "../../../host/control/control.ts";
import { UNKNOWN_REQUEST } from "../../../host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../host/control/status.ts";

/**
 * Returns the status of the service with its totals; without them if it is older, and null if none
 * runs. Throws a Fault if it does not answer within `limitMs`.
 */
export async function askTotals(
  control: Pick<Control, "ask">,
  limitMs: number,
): Promise<ServiceStatus | null> {
  try {
    return await control.ask({ op: "totals" }, undefined, { limitMs });
  } catch (error) {
    if (messageOf(error) !== UNKNOWN_REQUEST) throw error;
    return await control.ask({ op: "status" }, undefined, { limitMs });
  }
}
