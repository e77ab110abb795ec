/**
 * Sites of the running service: their states, and start, stop, pause and continue of one of them.
 *
 * ServerAutoStart follows start and stop, so that what was decided survives a restart of the service.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { WIN32 } from "../base/win32.ts";
import type { SiteStates } from "../config/metabase/tree.ts";
import type { SiteVerb } from "../host/control/control_protocol.ts";
import type { ServiceStatus } from "../host/control/status.ts";
import type { CommandIo } from "./core/command.ts";

/** ServerState of the metabase for what the service says of a site. */
const SERVER_STATE = { started: 2, stopped: 4, paused: 6 } as const;

/** ServerState by site id; undefined for what the running service does not know. */
export async function siteStates(io: CommandIo): Promise<SiteStates> {
  const status = await io.control.ask({ op: "status" }).catch(() => null);
  const states = new Map(status?.sites.map(({ id, state }) => [id, SERVER_STATE[state]]));
  return (id) => states.get(id);
}

/** Does `verb` to a site of the running service; the Win32 code of what came of it. */
export async function controlSite(
  io: CommandIo,
  verb: Uppercase<SiteVerb>,
  id: number,
): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  const refusal = refusalOf(status, verb, id);
  if (refusal !== WIN32.NO_ERROR) return refusal;
  if (verb === "START" || verb === "STOP") {
    await io.store.update((document) => ({
      ...document,
      sites: document.sites.map((site) => {
        return site.id === id ? { ...site, autoStart: verb === "START" } : site;
      }),
    }));
  }
  try {
    await io.control.ask({ op: "site", verb: verb.toLowerCase() as SiteVerb, id });
    return WIN32.NO_ERROR;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    io.note(`error: ${error.message}`);
    if (error.hint !== undefined) io.note(`hint: ${error.hint}`);
    return WIN32.INVALID_NETNAME;
  }
}

function refusalOf(status: ServiceStatus | null, verb: Uppercase<SiteVerb>, id: number): number {
  const w3svc = status?.services.find(({ name }) => name === "W3SVC");
  if (w3svc === undefined || w3svc.state === "stopped") return WIN32.SERVICE_NOT_ACTIVE;
  const state = status?.sites.find((site) => site.id === id)?.state ?? "stopped";
  if (verb === "START") return state === "stopped" ? WIN32.NO_ERROR : WIN32.SERVICE_ALREADY_RUNNING;
  if (state === "stopped") return WIN32.SERVICE_NOT_ACTIVE;
  if (verb === "PAUSE") {
    return state === "started" ? WIN32.NO_ERROR : WIN32.SERVICE_CANNOT_ACCEPT_CTRL;
  }
  if (verb === "CONTINUE") {
    return state === "paused" ? WIN32.NO_ERROR : WIN32.SERVICE_CANNOT_ACCEPT_CTRL;
  }
  return WIN32.NO_ERROR;
}
