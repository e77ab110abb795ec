/**
 * Sites of the running service: their states, and starting, stopping, pausing and continuing one.
 *
 * ServerAutoStart follows start and stop, so that the decision survives a restart of the service.
 *
 * @module
 */
import { DeniedFault, Fault } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { SiteStates } from "../config/metabase/tree.ts";
import type { SiteVerb } from "../host/control/control_protocol.ts";
import { isServiceUp, type ServiceStatus } from "../host/control/status.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { deniedResult } from "./denied.ts";
import { editStore } from "./store_edit.ts";

/** The metabase value ServerState for each state that the service reports. */
const SERVER_STATE = { started: 2, stopped: 4, paused: 6 } as const;

/**
 * Returns ServerState by site id; undefined for a site that the running service does not know. If
 * the service refuses to say, only who looks for a state gets its fault.
 */
export async function siteStates(io: Pick<AdminIo, "control">): Promise<SiteStates> {
  let status: ServiceStatus | null;
  try {
    status = await io.control.ask({ op: "status" });
  } catch (error) {
    return () => {
      throw error;
    };
  }
  const sites = isServiceUp(status, "W3SVC") ? status?.sites : [];
  const states = new Map(sites?.map(({ id, state }) => [id, SERVER_STATE[state]]));
  return (id) => states.get(id);
}

/** Starts, stops, pauses or continues the site `id` of the running service. */
export async function controlSite(
  io: Pick<AdminIo, "control" | "store" | "asAdministrator">,
  verb: SiteVerb,
  id: number,
): Promise<ActionResult> {
  let status: ServiceStatus | null;
  try {
    status = await io.control.ask({ op: "status" });
  } catch (error) {
    if (error instanceof DeniedFault) return deniedResult(io, error);
    throw error;
  }
  const code = codeFor(status, verb, id);
  if (code !== WIN32.NO_ERROR) {
    const isSo = isServiceUp(status, "W3SVC") && stateOf(status, id) === STATE_AFTER[verb];
    return rejected(code, [], isSo);
  }
  if (verb === "start" || verb === "stop") {
    const edited = await setAutoStart(io, id, verb === "start");
    if (edited.problem !== null) return edited;
  }
  try {
    await io.control.ask({ op: "site", verb, id });
    return { problem: null, changed: true, notices: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message: text, hint } = error;
    return rejected(WIN32.INVALID_NETNAME, [{ kind: "error", text, hint }]);
  }
}

/** Sets whether the site `id` starts with the service. Looks it up again in the newest document. */
export async function setAutoStart(
  io: Pick<AdminIo, "store" | "asAdministrator">,
  id: number,
  autoStart: boolean,
): Promise<ActionResult> {
  const edited = await editStore(io, (document): ConfigDocument | Problem => {
    if (!document.sites.some((site) => site.id === id)) {
      return new Problem("removed in the meantime", { code: WIN32.FILE_NOT_FOUND });
    }
    const sites = document.sites.map((site) => {
      return site.id === id ? { ...site, autoStart } : site;
    });
    return { ...document, sites };
  });
  if ("problem" in edited) return edited;
  return { problem: null, changed: edited.changed, notices: [] };
}

/** The state of a site after each operation. */
export const STATE_AFTER = {
  start: "started",
  stop: "stopped",
  pause: "paused",
  continue: "started",
} as const;

function stateOf(status: ServiceStatus | null, id: number): keyof typeof SERVER_STATE {
  return status?.sites.find((site) => site.id === id)?.state ?? "stopped";
}

function rejected(
  code: number,
  notices: ActionResult["notices"] = [],
  isSo = false,
): ActionResult {
  return {
    problem: new Problem("not possible in the current state of the site", { code, isSo }),
    changed: false,
    notices,
  };
}

/** Returns the Win32 code of why `verb` is not possible; 0 if it is. */
function codeFor(status: ServiceStatus | null, verb: SiteVerb, id: number): number {
  if (!isServiceUp(status, "W3SVC")) return WIN32.SERVICE_NOT_ACTIVE;
  const state = stateOf(status, id);
  if (verb === "start") {
    return state === "stopped" ? WIN32.NO_ERROR : WIN32.SERVICE_ALREADY_RUNNING;
  }
  if (state === "stopped") return WIN32.SERVICE_NOT_ACTIVE;
  const wanted = verb === "pause" ? "started" : verb === "continue" ? "paused" : state;
  return state === wanted ? WIN32.NO_ERROR : WIN32.SERVICE_CANNOT_ACCEPT_CTRL;
}
