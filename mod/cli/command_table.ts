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
  { names: ["query iplisten"], load: () => Promise.resolve({ commands: queries }) },
  { names: ["set iplisten", "delete iplisten"], load: () => import("./tools/httpcfg/iplisten.ts") },
  { names: ["set ssl", "query ssl", "delete ssl"], load: () => import("./tools/httpcfg/ssl.ts") },
  {
    names: ["set urlacl", "query urlacl", "delete urlacl"],
    load: () => import("./tools/httpcfg/urlacl.ts"),
  },
  { names: ["set", "query", "delete"], load: () => import("./tools/httpcfg/usage.ts") },
  { names: ["net start", "net stop"], load: () => import("./tools/net/start_stop.ts") },
  { names: ["serve"], load: () => import("./commands/serve.ts") },
  {
    names: ["net pause", "net continue", "net helpmsg"],
    load: () => import("./tools/net/pause_helpmsg.ts"),
  },
  { names: ["net help", "net"], load: () => import("./tools/net/help.ts") },
  { names: ["adsutil"], load: () => import("./tools/adsutil/adsutil.ts") },
  { names: ["iisweb"], load: () => import("./tools/iisweb/iisweb.ts") },
  { names: ["netsh"], load: () => import("./tools/netsh/netsh.ts") },
  { names: ["status"], load: () => import("./commands/status.ts") },
  {
    names: ["site add", "site list", "site show", "site remove"],
    load: () => import("./commands/site/site.ts"),
  },
  {
    names: ["site set", "site start", "site stop", "site pause", "site continue"],
    load: () => import("./commands/site/site_change.ts"),
  },
  { names: ["reload", "confirm"], load: () => import("./commands/reload.ts") },
  {
    names: ["cert import", "cert list", "cert remove", "cert create"],
    load: () => import("./commands/cert/cert.ts"),
  },
  {
    names: ["cert acme add", "cert acme list", "cert acme renew", "cert acme remove"],
    load: () => import("./commands/cert/acme.ts"),
  },
  {
    names: ["register", "unregister", "registrations"],
    load: () => import("./commands/register.ts"),
  },
  { names: ["plan"], load: () => import("./commands/plan.ts") },
  { names: ["explain"], load: () => import("./commands/explain.ts") },
  { names: ["verify"], load: () => import("./commands/verify.ts") },
  { names: ["logs"], load: () => import("./commands/logs.ts") },
  { names: ["health"], load: () => import("./commands/health.ts") },
  { names: ["events"], load: () => import("./commands/events.ts") },
  { names: ["who"], load: () => import("./commands/who.ts") },
  {
    names: ["history", "history show", "history diff", "rollback"],
    load: () => import("./commands/history.ts"),
  },
  {
    names: [
      "config path",
      "config show",
      "config check",
      "config edit",
      "config export",
      "config import",
      "config schema",
    ],
    load: () => import("./commands/config/config.ts"),
  },
  {
    names: ["settings list", "settings get", "settings set", "settings reset"],
    load: () => import("./commands/config/settings.ts"),
  },
  { names: ["config profile"], load: () => import("./commands/config/config_profile.ts") },
  {
    names: ["service install", "service uninstall", "service status"],
    load: () => import("./commands/service/service.ts"),
  },
  { names: ["man"], load: () => import("./commands/docs/man.ts") },
  { names: ["completions", "complete"], load: () => import("./commands/docs/completions.ts") },
];

/** The names of all commands. */
export const COMMAND_NAMES: readonly string[] = FILES.flatMap(({ names }) => names);

/** Loads the record of the command `name`, one of {@linkcode COMMAND_NAMES}. */
export async function loadCommand(name: string): Promise<CommandSpec> {
  const file = FILES.find(({ names }) => names.includes(name));
  const found = (await file?.load())?.commands.find((command) => command.name === name);
  invariant(found !== undefined, `the file of "${name}" has no such record`);
  return found;
}
