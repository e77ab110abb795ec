/**
 * `netsh http add|delete|show timeout`, `cacheparam` and `setting`: the settings of the service that
 * HTTP.sys has too.
 *
 * @module
 */
import { changeSetting } from "../../../admin/change_setting.ts";
import { effectiveSettings, SETTINGS } from "../../../config/document/settings.ts";
import type { CommandIo } from "../../core/command.ts";
import { type Lines, numberOf, printResult, printText, refuse, type Run } from "./answers.ts";
import type { NetshRequest } from "./args.ts";
import { cacheParamText, settingText, timeoutText } from "./text.ts";

/** By `verb noun`. */
export const SETTING_COMMANDS: Readonly<Record<string, Run>> = {
  "add timeout": (request, io) => addNumber(request, io, timeoutSetting(request), TIMEOUT.add),
  "delete timeout": async (request, io) => {
    return printResult(io, await changeSetting(io, timeoutSetting(request), null), TIMEOUT.delete);
  },
  "show timeout": async (_request, io) => {
    const { ConnectionTimeout, HeaderWaitTimeout } = await settingsOf(io);
    return printText(io, timeoutText(ConnectionTimeout, HeaderWaitTimeout));
  },
  "add cacheparam": addCacheParameter,
  "show cacheparam": async (_request, io) => {
    const { UriMaxUriBytes } = await settingsOf(io);
    return printText(io, cacheParamText(RANGE_CHUNK_BYTES, UriMaxUriBytes));
  },
  "add setting": (request, io) => addNumber(request, io, "SslThrottle", SETTING.add),
  "delete setting": async (_request, io) => {
    return printResult(io, await changeSetting(io, "SslThrottle", null), SETTING.delete);
  },
  "show setting": async (_request, io) => {
    return printText(io, settingText((await settingsOf(io)).SslThrottle));
  },
};

const TIMEOUT = {
  add: { done: "Timeout value successfully added", failed: "Timeout value add failed" },
  delete: { done: "Timeout value successfully deleted", failed: "Timeout value delete failed" },
} as const;
const SETTING = {
  add: { done: "Setting successfully added", failed: "Setting add failed" },
  delete: { done: "Setting successfully deleted", failed: "Setting delete failed" },
} as const;
const CACHE = { done: "Cache parameter successfully added", failed: "Cache parameter add failed" };

/** Ranges are sent from the file itself here, so there is no setting for a chunk size. */
const RANGE_CHUNK_BYTES = 0;

type NumberSetting = "ConnectionTimeout" | "HeaderWaitTimeout" | "UriMaxUriBytes" | "SslThrottle";

function timeoutSetting({ values }: NetshRequest): "ConnectionTimeout" | "HeaderWaitTimeout" {
  const isIdle = values.get("timeouttype") === "idleconnectiontimeout";
  return isIdle ? "ConnectionTimeout" : "HeaderWaitTimeout";
}

async function addNumber(
  request: NetshRequest,
  io: CommandIo,
  name: NumberSetting,
  lines: Lines,
): Promise<number> {
  const { min, max, default: usual } = SETTINGS[name];
  const value = numberOf(request, "value", { min, max, usual });
  if (typeof value !== "number") return refuse(io, request, lines.failed, { wrongs: [value] });
  return printResult(io, await changeSetting(io, name, value), lines);
}

async function addCacheParameter(request: NetshRequest, io: CommandIo): Promise<number> {
  if (request.values.get("type") === "maxcacheresponsesize") {
    return await addNumber(request, io, "UriMaxUriBytes", CACHE);
  }
  return refuse(io, request, CACHE.failed, {
    wrongs: [{
      tag: "type",
      value: "cacherangechunksize",
      reason: "ranges are sent from the file itself; there is no chunk size to set",
      cure: null,
    }],
    otherwise: "httpcfg netsh http show cacheparam",
  });
}

async function settingsOf(io: CommandIo): Promise<ReturnType<typeof effectiveSettings>> {
  return effectiveSettings((await io.store.read()).settings);
}
