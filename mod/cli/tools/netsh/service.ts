/**
 * The commands of `netsh http` that query the running service: show servicestate and cachestate,
 * delete cache, flush logbuffer. Each prints its output and returns the exit status, 0 or 1.
 *
 * Some of it is inferred: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { DeniedFault } from "../../../base/fault.ts";
import { WIN32 } from "../../../base/win32.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { ControlRequest } from "../../../host/control/control_protocol.ts";
import type { ServiceStatus } from "../../../host/control/status.ts";
import type { CommandIo } from "../../core/command.ts";
import { queueViewText, sessionViewText } from "./state_text.ts";
import * as messages from "./text.ts";

type Values = ReadonlyMap<string, string>;

/** By `verb noun`. */
export const SERVICE_COMMANDS: Readonly<
  Record<string, (values: Values, io: CommandIo) => Promise<number>>
> = {
  "show servicestate": showServiceState,
  "show cachestate": showCacheState,
  "delete cache": deleteCache,
  "flush logbuffer": flushLogs,
};

async function showServiceState(values: Values, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  const timers = effectiveSettings(status?.settings ?? (await io.store.read()).settings);
  const text = values.get("view") === "requestq" ? queueViewText : sessionViewText;
  return messages.printText(io, text(status, timers), EXIT.ok);
}

async function showCacheState(values: Values, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "cache" });
  const wanted = values.get("url")?.toLowerCase();
  const entries = (status?.cache ?? []).filter(({ url }) => {
    return wanted === undefined || url.toLowerCase() === wanted;
  });
  return messages.printText(io, messages.cacheStateText(entries), EXIT.ok);
}

async function deleteCache(values: Values, io: CommandIo): Promise<number> {
  const url = values.get("url") ?? null;
  const recursive = values.get("recursive") === "yes";
  const failed = "Cache entry deletion failed";
  const status = await askOrFail(io, { op: "dropCache", url, recursive }, failed);
  if (status === null) return printFailure(io, failed, WIN32.SERVICE_NOT_ACTIVE);
  if (url !== null && status.dropped === 0) return printFailure(io, failed, WIN32.FILE_NOT_FOUND);
  return messages.printText(io, messages.success("Cache entries successfully deleted"), EXIT.ok);
}

async function flushLogs(_values: Values, io: CommandIo): Promise<number> {
  const failed = "Log buffer flush failed";
  const status = await askOrFail(io, { op: "flushLogs" }, failed);
  if (status === null) return printFailure(io, failed, WIN32.SERVICE_NOT_ACTIVE);
  return messages.printText(io, messages.success("Log buffer successfully flushed"), EXIT.ok);
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
  return messages.printText(io, messages.failure(text, code), EXIT.failed);
}
