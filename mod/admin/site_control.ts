/**
 * Sites of the running service: their states, and start, stop, pause and continue of one of them.
 *
 * ServerAutoStart follows start and stop, so that what was decided survives a restart of the service.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { Problem } from "../base/problem.ts";
import { WIN32 } from "../base/win32.ts";
import type { ConfigDocument } from "../config/document/document.ts";
import type { SiteStates } from "../config/metabase/tree.ts";
import type { SiteVerb } from "../host/control/control_protocol.ts";
import type { ServiceStatus } from "../host/control/status.ts";
import type { ActionResult, AdminIo } from "./admin_io.ts";
import { editStore } from "./store_edit.ts";

/** ServerState of the metabase for what the service says of a site. */
const SERVER_STATE = { started: 2, stopped: 4, paused: 6 } as const;

/** Gives ServerState by site id; undefined for what the running service does not know. */
export async function siteStates(io: Pick<AdminIo, "control">): Promise<SiteStates> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  const states = new Map(status?.sites.map(({ id, state }) => [id, SERVER_STATE[state]]));
  return (id) => states.get(id);
}

/** Does `verb` to the site `id` of the running service. */
export async function controlSite(
  io: Pick<AdminIo, "control" | "store">,
  verb: SiteVerb,
  id: number,
): Promise<ActionResult> {
  const code = refusalOf(await io.control.ask({ op: "status" }), verb, id);
  if (code !== WIN32.NO_ERROR) return refused(code);
  if (verb === "start" || verb === "stop") {
    const edited = await setAutoStart(io, id, verb === "start");
    if (edited.problem !== null) return edited;
  }
  try {
    await io.control.ask({ op: "site", verb, id });
    return { problem: null, notices: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { message: text, hint } = error;
    return refused(WIN32.INVALID_NETNAME, [{ kind: "error", text, hint }]);
  }
}

/** Decides whether the site `id` starts with the service: found again in the newest document. */
export async function setAutoStart(
  io: Pick<AdminIo, "store">,
  id: number,
  isWanted: boolean,
): Promise<ActionResult> {
  const edited = await editStore(io, (document): ConfigDocument | Problem => {
    if (!document.sites.some((site) => site.id === id)) {
      return new Problem("it was removed meanwhile", { code: WIN32.FILE_NOT_FOUND });
    }
    const sites = document.sites.map((site) => {
      return site.id === id ? { ...site, autoStart: isWanted } : site;
    });
    return { ...document, sites };
  });
  return "problem" in edited ? edited : { problem: null, notices: [] };
}

function refused(code: number, notices: ActionResult["notices"] = []): ActionResult {
  return { problem: new Problem("the site is not in a state for it", { code }), notices };
}

/** The code of what speaks against `verb`; 0 for nothing. */
function refusalOf(status: ServiceStatus | null, verb: SiteVerb, id: number): number {
  const w3svc = status?.services.find(({ name }) => name === "W3SVC");
  if (w3svc === undefined || w3svc.state === "stopped") return WIN32.SERVICE_NOT_ACTIVE;
  const state = status?.sites.find((site) => site.id === id)?.state ?? "stopped";
  if (verb === "start") {
    return state === "stopped" ? WIN32.NO_ERROR : WIN32.SERVICE_ALREADY_RUNNING;
  }
  if (state === "stopped") return WIN32.SERVICE_NOT_ACTIVE;
  const wanted = verb === "pause" ? "started" : verb === "continue" ? "paused" : state;
  return state === wanted ? WIN32.NO_ERROR : WIN32.SERVICE_CANNOT_ACCEPT_CTRL;
}
