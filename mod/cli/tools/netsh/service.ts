/**
 * The commands of `netsh http` that query the running service: show servicestate and cachestate,
 * delete cache, flush logbuffer. Each prints its output and returns the exit status, 0 or 1.
 *
 * Some of it is inferred: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { registeredProcesses } from "../../../admin/registered_processes.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { DeniedFault } from "../../../base/fault.ts";
import { WIN32 } from "../../../base/win32.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { ControlRequest } from "../../../host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../host/control/status.ts";
import { THIS_MACHINE } from "../../../listen/plan/plan_input.ts";
import type { CommandIo } from "../../core/command.ts";
import { printText, type Run } from "./answers.ts";
import type { NetshRequest } from "./args.ts";
import { clientViewText, queueViewText, type ServiceState, sessionViewText } from "./state_text.ts";
import * as messages from "./text.ts";

/** By `verb noun`. */
export const SERVICE_COMMANDS: Readonly<Record<string, Run>> = {
  "show servicestate": showServiceState,
  "show cachestate": showCacheState,
  "delete cache": deleteCache,
  "flush logbuffer": flushLogs,
};

/** By the value of `view`. */
const VIEWS: Readonly<Record<string, (state: ServiceState) => string>> = {
  session: sessionViewText,
  requestq: queueViewText,
  client: clientViewText,
};

async function showServiceState({ values }: NetshRequest, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  const settings = effectiveSettings(status?.settings ?? (await io.store.read()).settings);
  const registrations = status?.registrations ?? [];
  const programs = await registeredProcesses(registrations, io.machine ?? THIS_MACHINE);
  return printText(
    io,
    VIEWS[values.get("view") ?? "session"]!({
      status,
      settings,
      programs,
      logFolder: io.paths.log,
      isVerbose: values.get("verbose") === "yes",
    }),
  );
}

async function showCacheState({ values }: NetshRequest, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "cache" });
  const wanted = values.get("url")?.toLowerCase();
  const entries = (status?.cache ?? []).filter(({ url }) => {
    return wanted === undefined || url.toLowerCase() === wanted;
  });
  return printText(io, messages.cacheStateText(entries));
}

async function deleteCache({ values }: NetshRequest, io: CommandIo): Promise<number> {
  const url = values.get("url") ?? null;
  const recursive = values.get("recursive") === "yes";
  const failed = "Cache entry deletion failed";
  const status = await askOrFail(io, { op: "dropCache", url, recursive }, failed);
  if (status === null) return printFailure(io, failed, WIN32.SERVICE_NOT_ACTIVE);
  if (url !== null && status.dropped === 0) return printFailure(io, failed, WIN32.FILE_NOT_FOUND);
  return printText(io, messages.success("Cache entries successfully deleted"));
}

async function flushLogs(_request: NetshRequest, io: CommandIo): Promise<number> {
  const failed = "Log buffer flush failed";
  const status = await askOrFail(io, { op: "flushLogs" }, failed);
  if (status === null) return printFailure(io, failed, WIN32.SERVICE_NOT_ACTIVE);
  return printText(io, messages.success("Log buffer successfully flushed"));
}

/** Sends `request`; prints `failed` before the fault of a user who may not send it. */
async function askOrFail(
  io: CommandIo,
  request: ControlRequest,
  failed: string,
): Promise<ServiceStatus | null> {
  try {
    return await io.control.ask(request);
  } catch (error) {
    if (error instanceof DeniedFault) printFailure(io, failed, WIN32.ACCESS_DENIED);
    throw error;
  }
}

function printFailure(io: CommandIo, text: string, code: number): number {
  return printText(io, messages.failure(text, code), EXIT.failed);
}
