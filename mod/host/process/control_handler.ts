/**
 * Executes the requests of the control socket in the running service.
 *
 * @module
 */
import { formatEndpoint, parseEndpoint } from "../../base/address.ts";
import { Fault } from "../../base/fault.ts";
import type { Progress } from "../../base/progress.ts";
import type { Store } from "../../config/store/store.ts";
import type { FleetService } from "../fleet/fleet_service.ts";
import type { AcmeService } from "../acme/acme_service.ts";
import type { Confirmation } from "./confirmation.ts";
import type {
  ControlProgress,
  ControlRequest,
  ReloadRequest,
} from "../control/control_protocol.ts";
import type { Controller } from "../services/service_controller.ts";
import type { ServingWorker } from "../serving/serving_worker.ts";
import type { Registrations } from "../sharing/registrations.ts";
import type { ServiceLogs } from "../../telemetry/service_logs.ts";
import type { ServiceStatus } from "../control/status.ts";
import type { StoredState } from "./stored_state.ts";
import type { WebService } from "../web/web_service.ts";

/** The parts of the service that a request can control. */
export interface ControlledParts {
  readonly controller: Controller;
  readonly web: WebService;
  readonly logs: Pick<ServiceLogs, "flush">;
  readonly registrations: Pick<Registrations, "refresh" | "followStored">;
  readonly confirmation: Confirmation;
  readonly acme: Pick<AcmeService, "obtain">;
  readonly fleet: Pick<FleetService, "follow" | "takeReport">;
  readonly store: Pick<Store, "read">;
  readonly stored: Pick<StoredState, "missing">;
}

type Report = (progress: ControlProgress) => void;

/** How many of a count are done between two reports. */
const REPORTED_EVERY = 250;

/** Executes `request`, serialized with every other; an error is the answer. */
export async function handleControl(
  parts: ControlledParts,
  request: ControlRequest,
  report: Report,
): Promise<void> {
  const { controller, web, confirmation, logs, registrations } = parts;
  switch (request.op) {
    case "status":
      // What was refused may be possible by now; and no process may be named that has ended.
      if (web.hasRefusals) await controller.whenIdle(() => web.followMachine());
      return;
    case "end":
      return await controller.shutDown();
    case "start":
      return await controller.start(request.service, stagesOf(request, report));
    case "stop":
      return await controller.stop(request.service, (service, state) => {
        report({ kind: "step", service, state });
      });
    case "pause":
      return await controller.pause(request.service);
    case "continue":
      return await controller.resume(request.service);
    case "reload":
      return await handleReload(parts, request, report);
    case "confirm":
      if (await confirmation.confirm()) return;
      throw new Fault("Cannot confirm: no change is pending", { hint: "httpcfg status" });
    case "site":
      return await controller.exclusive(() => web.controlSite(request.verb, request.id));
    case "reservations":
      return await registrations.refresh();
    case "fleet":
      if (request.verb === "follow") return await parts.fleet.follow();
      return parts.fleet.takeReport(request.report);
    case "flushLogs":
      return await logs.flush();
    case "acme":
      await controller.exclusive(() => web.followAcme());
      if (request.verb === "follow") return;
      // Whatever else is asked for need not wait until the authority is done.
      return await parts.acme.obtain(request.name, {
        isForced: request.verb === "renew",
        progress: stagesOf(request, report),
      });
    case "cache":
    case "totals":
    case "client":
    case "dropCache":
      return; // handled by extraFields()
  }
}

/** Returns what reports the stages of a request; undefined if its caller does not want them. */
function stagesOf(
  request: { readonly progress?: boolean },
  report: Report,
): Progress | undefined {
  if (request.progress !== true) return undefined;
  return (doing, things, done, total) => {
    if (done !== undefined && done % REPORTED_EVERY !== 0) return;
    const counts = done === undefined || total === undefined ? {} : { done, total };
    report({ kind: "stage", doing, things, ...counts });
  };
}

/** Returns the fields that the answer to `request` has in addition to the status. */
export async function extraFields(
  workers: Pick<ServingWorker, "cached" | "evict" | "hasClient">,
  request: ControlRequest,
): Promise<Partial<ServiceStatus>> {
  if (request.op === "client") {
    const client = parseEndpoint(request.client);
    return { hasClient: client !== null && await workers.hasClient(client) };
  }
  if (request.op === "cache") return { cache: await workers.cached() };
  return request.op === "dropCache" ? { dropped: await workers.evict(request) } : {};
}

async function handleReload(
  { controller, web, confirmation, store, stored: state, registrations }: ControlledParts,
  request: ReloadRequest,
  report: Report,
): Promise<void> {
  const { confirmSeconds, strict } = request;
  const progress = stagesOf(request, report);
  const draining = await controller.exclusive(async () => {
    const stored = await store.read();
    const before = web.documentInForce(stored);
    const missing = before === null ? null : await state.missing(stored, before);
    if (missing !== null) throw missing;
    const { changes, workers, draining } = confirmSeconds === null || before === null
      ? await web.reload(strict, progress)
      : await confirmation.guard(before, confirmSeconds, () => web.reload(strict, progress));
    await registrations.followStored();
    if (workers !== null) report({ kind: "workers", count: workers });
    for (const change of changes) report(change);
    return draining;
  });
  // The connections end outside of the exclusive section: status, stop and the next reload do not
  // wait for them.
  await Promise.all(draining.map(async ({ endpoint, connections, done }) => {
    const name = formatEndpoint(endpoint);
    report({ kind: "change", endpoint: name, change: "draining", connections });
    await done;
    report({ kind: "change", endpoint: name, change: "drained", connections: 0 });
  }));
}
