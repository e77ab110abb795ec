/**
 * Every command by name, with the file that holds its record. `command_groups.ts` has their order
 * and groups.
 *
 * A file is loaded only when one of its commands is called, so that a query, which is always loaded,
 * starts as fast as the runtime does, whatever the other commands need.
 *
 * @module
 */
import { invariant } from "../base/invariant.ts";
import type { CommandSpec } from "./core/command.ts";
import { commands as queries } from "./tools/httpcfg/iplisten_query.ts";

interface CommandFile {
  /** The names of its records, in order. */
  readonly names: readonly string[];
  load(): Promise<{ readonly commands: readonly CommandSpec[] }>;
}

const FILES: readonly CommandFile[] = [
  file("query iplisten", () => Promise.resolve({ commands: queries })),
  file("set iplisten, delete iplisten", () => import("./tools/httpcfg/iplisten.ts")),
  file("set ssl, query ssl, delete ssl", () => import("./tools/httpcfg/ssl.ts")),
  file("set urlacl, query urlacl, delete urlacl", () => import("./tools/httpcfg/urlacl.ts")),
  file("set, query, delete", () => import("./tools/httpcfg/usage.ts")),
  file("net start, net stop", () => import("./tools/net/start_stop.ts")),
  file("serve", () => import("./commands/serve.ts")),
  file("net pause, net continue, net helpmsg", () => import("./tools/net/pause_helpmsg.ts")),
  file("net help, net", () => import("./tools/net/help.ts")),
  file("adsutil", () => import("./tools/adsutil/adsutil.ts")),
  file("iisweb", () => import("./tools/iisweb/iisweb.ts")),
  file("netsh", () => import("./tools/netsh/netsh.ts")),
  file("iisreset", () => import("./tools/iisreset/iisreset.ts")),
  file("sc", () => import("./tools/sc/sc.ts")),
  file("appcmd", () => import("./tools/appcmd/appcmd.ts")),
  file("status", () => import("./commands/status.ts")),
  file("site add, site list, site show, site remove", () => import("./commands/site/site.ts")),
  file(
    "site set, site start, site stop, site pause, site continue",
    () => import("./commands/site/site_change.ts"),
  ),
  file("reload, confirm", () => import("./commands/reload.ts")),
  file("cert import, cert list, cert remove, cert create", () => import("./commands/cert/cert.ts")),
  file(
    "cert acme add, cert acme list, cert acme renew, cert acme remove",
    () => import("./commands/cert/acme.ts"),
  ),
  file("register, unregister, registrations", () => import("./commands/register.ts")),
  file("plan", () => import("./commands/plan.ts")),
  file("explain", () => import("./commands/explain.ts")),
  file("verify", () => import("./commands/verify.ts")),
  file("logs", () => import("./commands/logs.ts")),
  file("health", () => import("./commands/health.ts")),
  file("events", () => import("./commands/events.ts")),
  file("metrics", () => import("./commands/observe/metrics.ts")),
  file("who", () => import("./commands/who.ts")),
  file("top", () => import("./commands/observe/top.ts")),
  file("diagnose", () => import("./commands/observe/diagnose.ts")),
  file("history, history show, history diff, rollback", () => import("./commands/history.ts")),
  file(
    "config path, config show, config check, config edit, config export, config import, config schema",
    () => import("./commands/config/config.ts"),
  ),
  file(
    "settings list, settings get, settings set, settings reset",
    () => import("./commands/config/settings.ts"),
  ),
  file("config profile", () => import("./commands/config/config_profile.ts")),
  file(
    "service install, service uninstall, service status",
    () => import("./commands/service/service.ts"),
  ),
  file(
    "fleet set iplisten, fleet delete iplisten, fleet query iplisten, fleet settings list, fleet settings get, fleet settings set, fleet settings reset",
    () => import("./commands/fleet/list.ts"),
  ),
  file(
    "fleet site add, fleet site list, fleet site show, fleet site set, fleet site remove, fleet site start, fleet site stop",
    () => import("./commands/fleet/sites.ts"),
  ),
  file(
    "fleet export, fleet import, fleet edit",
    () => import("./commands/fleet/document.ts"),
  ),
  file("fleet history, fleet rollback", () => import("./commands/fleet/revisions.ts")),
  file(
    "fleet plan, fleet verify, fleet drift, fleet who",
    () => import("./commands/fleet/asking.ts"),
  ),
  file("fleet apply, fleet confirm, fleet cancel", () => import("./commands/fleet/apply.ts")),
  file("fleet join, fleet leave, fleet follow", () => import("./commands/fleet/joining.ts")),
  file("fleet agent", () => import("./commands/fleet/agent.ts")),
  file("fleet status, fleet remove", () => import("./commands/fleet/status.ts")),
  file("man", () => import("./commands/docs/man.ts")),
  file("completions, complete", () => import("./commands/docs/completions.ts")),
];

/** A file with the records of `names`, in order. */
function file(names: string, load: CommandFile["load"]): CommandFile {
  return { names: names.split(", "), load };
}

/** The names of all commands. */
export const COMMAND_NAMES: readonly string[] = FILES.flatMap(({ names }) => names);

/** Loads the record of the command `name`, one of {@linkcode COMMAND_NAMES}. */
export async function loadCommand(name: string): Promise<CommandSpec> {
  const file = FILES.find(({ names }) => names.includes(name));
  const found = (await file?.load())?.commands.find((command) => command.name === name);
  invariant(found !== undefined, `the file of "${name}" has no such record`);
  return found;
}
