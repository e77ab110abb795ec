/**
 * Edge: timers. Waits until nothing of a running service is on its way to another state.
 *
 * @module
 */
import type { ControlClient } from "./control_client.ts";
import type { EndpointStatus, ServiceStatus } from "./status.ts";

/** Milliseconds between two looks: the service tries again at each one what was refused. */
const LOOK_MS = 250;

/** Returns the endpoints that will open or close by themselves once something else happens. */
export function unsettledEndpoints(
  { endpoints }: Pick<ServiceStatus, "endpoints">,
): EndpointStatus[] {
  return endpoints.filter(({ state }) => state !== "open");
}

/**
 * Asks for the status until every endpoint is open and none is draining, or until `end`, a time in
 * milliseconds since 1970. Null if the service has ended.
 */
export async function settledStatus(
  control: Pick<ControlClient, "ask">,
  end: number,
): Promise<ServiceStatus | null> {
  for (;;) {
    const status = await control.ask({ op: "status", brief: true });
    const leftMs = end - Date.now();
    if (status === null || leftMs <= 0 || unsettledEndpoints(status).length === 0) return status;
    await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, leftMs)));
  }
}
