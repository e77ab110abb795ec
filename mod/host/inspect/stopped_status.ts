/**
 * The status where no service runs.
 *
 * @module
 */
import type { Store } from "../../config/store/store.ts";
import type { ServiceStatus } from "../control/status.ts";
import { SERVICES } from "../services/service_table.ts";
import { stoppedSites } from "../web/status_views.ts";

/** Returns the status if no service is running: the stored list and sites. */
export async function stoppedStatus(
  store: Pick<Store, "read" | "file">,
): Promise<ServiceStatus> {
  const { ipListen, settings, sites } = await store.read();
  return {
    version: 1,
    pid: null,
    user: null,
    startedAt: null,
    services: SERVICES.map(({ name, display }) => ({ name, display, state: "stopped" })),
    ipListen,
    settings,
    endpoints: [],
    sites: stoppedSites(sites),
    registrations: [],
    connections: 0,
    problems: [],
    unconfirmedUntil: null,
    stored: { file: store.file, changes: 0, problem: null, hint: null },
    AppliedRevision: null,
    appliedAt: null,
  };
}
