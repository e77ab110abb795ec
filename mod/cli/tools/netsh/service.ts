/**
 * The commands of `netsh http` that ask the running service: show servicestate and cachestate, delete
 * cache, flush logbuffer. Each prints its answer and gives the exit status, 0 or 1.
 *
 * INFERRED: the lines of success of delete cache and flush logbuffer; without a running service there is
 * no state to show, and nothing to flush or to delete.
 *
 * @module
 */
import { WIN32 } from "../../../base/win32.ts";
import { effectiveSettings } from "../../../config/document/settings.ts";
import type { CommandIo } from "../../core/command.ts";
import { queueViewText, sessionViewText } from "./state_text.ts";
import * as say from "./text.ts";

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
  const timers = effectiveSettings((await io.store.read()).settings);
  const text = values.get("view") === "requestq" ? queueViewText : sessionViewText;
  return shown(io, text(status, timers), 0);
}

async function showCacheState(values: Values, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "cache" });
  const wanted = values.get("url")?.toLowerCase();
  const entries = (status?.cache ?? []).filter(({ url }) => {
    return wanted === undefined || url.toLowerCase() === wanted;
  });
  return shown(io, say.cacheStateText(entries), 0);
}

async function deleteCache(values: Values, io: CommandIo): Promise<number> {
  const url = values.get("url") ?? null;
  const recursive = values.get("recursive") === "yes";
  const status = await io.control.ask({ op: "dropCache", url, recursive });
  if (status === null) {
    return shown(io, say.failure("Cache entry deletion failed", WIN32.SERVICE_NOT_ACTIVE), 1);
  }
  if (url !== null && status.dropped === 0) {
    return shown(io, say.failure("Cache entry deletion failed", WIN32.FILE_NOT_FOUND), 1);
  }
  return shown(io, say.said("Cache entries successfully deleted"), 0);
}

async function flushLogs(_values: Values, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "flushLogs" });
  if (status === null) {
    return shown(io, say.failure("Log buffer flush failed", WIN32.SERVICE_NOT_ACTIVE), 1);
  }
  return shown(io, say.said("Log buffer successfully flushed"), 0);
}

function shown(io: CommandIo, text: string, status: number): number {
  io.print(text);
  return status;
}
