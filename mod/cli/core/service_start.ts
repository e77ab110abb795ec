/**
 * The start of a service, whichever tool asks for it: the process in the background if there is
 * none, the service and those that it needs, and what has to be said afterwards.
 *
 * @module
 */
import { Fault } from "../../base/fault.ts";
import { type ServiceStatus, sitesDown } from "../../host/control/status.ts";
import type { ServiceName } from "../../host/services/service_table.ts";
import type { CommandIo } from "./command.ts";
import { rootNotices } from "./notices/root_notice.ts";
import { reportSiteProblems } from "./notices/site_problems.ts";
import { storedNotices } from "./notices/stored_notice.ts";
import { report } from "./report.ts";

/** A service that runs. */
export interface StartedService {
  readonly status: ServiceStatus;
  /** The process was started for this. */
  readonly isOurs: boolean;
}

/**
 * Starts the service `name`, which does not run; `status` is null if there is no process. A process
 * that was started only for this does not stay behind if it fails.
 */
export async function bringUp(
  io: CommandIo,
  name: ServiceName,
  status: ServiceStatus | null,
): Promise<StartedService> {
  let isOurs = false;
  try {
    io.progress?.("starting", "the process of the service");
    if (status === null) isOurs = await io.startInBackground();
    io.progress?.("starting", "the service");
    const started = await io.control.ask({ op: "start", service: name }, undefined, {
      progress: io.progress,
    });
    if (started === null) throw endedFault();
    return { status: started, isOurs };
  } catch (error) {
    if (isOurs) await io.control.ask({ op: "end" }).catch(() => null);
    throw error;
  }
}

/** Another command may end the process between two of our requests. */
function endedFault(): Fault {
  return new Fault("Cannot start the service: its process ended in the meantime", {
    hint: "httpcfg status",
  });
}

/** Says which sites do not run; false if one that starts with the service `name` does not. */
export function reportSites(
  io: CommandIo,
  name: ServiceName,
  status: ServiceStatus,
): boolean {
  if (name !== "W3SVC") return true;
  reportSiteProblems(io, status);
  return sitesDown(status).length === 0;
}

/** Says what is not applied, and what reading an older document warns of. */
export async function reportStored(io: CommandIo, status: ServiceStatus): Promise<void> {
  // HTTP, if it was running, keeps the list and the settings that it has read.
  report(io, storedNotices(status.stored, "httpcfg reload"));
  // A service in the background has no terminal: its warnings are said here.
  await io.store.readList().catch(() => null);
}

/** Says as whom a process runs that was started for this. */
export function reportProcess(io: CommandIo, { isOurs }: StartedService): void {
  if (isOurs) report(io, rootNotices(io));
}
