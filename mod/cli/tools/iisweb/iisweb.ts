/**
 * Edge: `iisweb /VERB …`: iisweb.vbs for the stored document and the running service. It creates
 * the root directory of a new site, as the script did.
 *
 * /start on a paused site continues it; if W3SVC is not running, the verbs that need it give its
 * error, and /create leaves the site stopped until the service starts (ARCHITECTURE.md,
 * "Decisions").
 *
 * @module
 */
import { codeOf } from "../../../admin/admin_io.ts";
import { editStore } from "../../../admin/store_edit.ts";
import { controlSite, siteStates } from "../../../admin/site_control.ts";
import { type Ip, parseBracketed, parseIp, unservedReason } from "../../../base/address.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { quote, shellWord } from "../../../base/fault.ts";
import { fileFault } from "../../../base/file_fault.ts";
import { isProblem } from "../../../base/problem.ts";
import { WIN32 } from "../../../base/win32.ts";
import { win32Text } from "../../../base/win32_text.ts";
import { parseBinding } from "../../../config/document/binding.ts";
import type { SiteRecord } from "../../../config/document/document.ts";
import { addSite, findSite, removeSite } from "../../../config/document/edit.ts";
import { folderContent } from "../../../config/document/site_content.ts";
import type { SiteStates } from "../../../config/metabase/tree.ts";
import { AddressTable } from "../../../listen/machine/address_table.ts";
import { THIS_MACHINE, withLinks } from "../../../listen/plan/plan_input.ts";
import { nearestBinding } from "../../core/corrections.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { finish, report, reportError } from "../../core/report.ts";
import { hostName } from "../../core/this_machine.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { type IiswebCall, readIisweb, siteIdOfName } from "./args.ts";
import * as messages from "./text.ts";

const STOPPED = 4;
const PAUSED = 6;

const iisweb: CommandSpec = {
  name: "iisweb",
  usage: "/create ROOT NAME | /delete | /start | /stop | /pause SITE … | /query [SITE …]",
  summary: "Create, control and list Web sites, as iisweb.vbs did",
  details: [
    "SITE is a name or W3SVC/n. /create takes /b PORT, /i ADDRESS, /d HOST and /dontstart.",
  ],
  examples: [
    {
      line: "httpcfg iisweb /create /srv/www 'My Site' /i 127.0.0.2 /b 8081",
      shows: "create a site that serves files, and start it",
    },
    { line: "httpcfg iisweb /query", shows: "list the sites" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [iisweb];

async function run(input: CommandInput, io: CommandIo): Promise<number> {
  const call = readIisweb(input.words, hostName());
  if ("text" in call) {
    io.print(call.text);
    return call.exit;
  }
  if (call.verb === "create" && !await hasAddress(call, io)) return EXIT.failed;
  report(io, call.notes.map((text) => ({ kind: "note", text })));
  io.print(messages.CONNECTING);
  if (call.verb === "create") return await create(call, io);
  const states = await siteStates(io);
  const { sites } = await io.store.read();
  const chosen = call.operands.length === 0 ? sites : sites.filter((site) => isNamed(call, site));
  if (call.verb === "query") {
    io.print(messages.queryText(chosen, (id) => states(id) ?? STOPPED));
    await noteUnapplied(io);
    return EXIT.ok;
  }
  if (chosen.length === 0) {
    io.print(messages.SITES_NOT_FOUND);
    return EXIT.failed;
  }
  let exit: number = EXIT.ok;
  for (const site of chosen) {
    const done = call.verb === "delete"
      ? await remove(site, io, states)
      : await control(call.verb, site, io, states);
    exit = Math.max(exit, done);
  }
  return exit;
}

function isNamed({ operands }: IiswebCall, { id, name }: SiteRecord): boolean {
  return operands.some((operand) => {
    const wanted = operand.toLowerCase();
    return wanted === name.toLowerCase() || wanted.replace(/^\/?(?:lm\/)?/, "") === `w3svc/${id}`;
  });
}

async function control(
  verb: "start" | "stop" | "pause",
  { id }: SiteRecord,
  io: CommandIo,
  states: SiteStates,
): Promise<number> {
  const path = `W3SVC/${id}`;
  const before = states(id);
  const [wanted, word] = ({
    start: [2, "started"],
    stop: [STOPPED, "stopped"],
    pause: [PAUSED, "paused"],
  } as const)[verb];
  if (before === wanted) {
    io.print(messages.alreadyInState(path, messages.stateName(wanted)));
    return EXIT.ok;
  }
  if (before !== undefined && verb === "pause" && before === STOPPED) {
    io.print(messages.notAllowedInState(word, messages.stateName(before)));
    return EXIT.ok;
  }
  const continues = verb === "start" && before === PAUSED;
  const result = await controlSite(io, continues ? "continue" : verb, id);
  report(io, result.notices);
  if (result.problem !== null) {
    const { code } = result.problem;
    io.print(messages.failedToChange(path, code, win32Text(code) ?? ""));
    return EXIT.failed;
  }
  io.print(messages.stateChanged(path, continues ? "CONTINUED" : messages.stateName(wanted)));
  return EXIT.ok;
}

async function remove(site: SiteRecord, io: CommandIo, states: SiteStates): Promise<number> {
  const before = states(site.id);
  if (before !== undefined && before !== STOPPED) await controlSite(io, "stop", site.id);
  const edited = await editStore(io, (document) => removeSite(document, site.id));
  if ("problem" in edited) return finish(io, edited);
  // The running service then has nothing left to apply: it forgets a site that is not stored.
  if (before !== undefined) await io.control.ask({ op: "site", verb: "stop", id: site.id });
  io.print(messages.siteDeleted(`W3SVC/${site.id}`));
  return EXIT.ok;
}

/** Reports whether a site can have an address: one of this machine, as the script insisted. */
async function hasAddress(
  { ip: text, port, host, operands }: IiswebCall,
  io: CommandIo,
): Promise<boolean> {
  const ip = text.startsWith("[") ? parseBracketed(text) : parseIp(text);
  if (ip === null) return true;
  const unserved = unservedReason(ip);
  const reason = unserved === null ? await absenceOf(ip, io) : `it ${unserved}`;
  if (reason === null) return true;
  io.print(messages.IISWEB_ERRORS.badIp);
  const [root = "", name = ""] = operands;
  const binding = shellWord(nearestBinding(`${text}:${port}:${host}`, port));
  reportError(io, {
    message: `Cannot create ${quote(name)} on ${quote(text)}: ${reason}`,
    hint: `httpcfg site add ${shellWord(name)} --bind ${binding} --root ${shellWord(root)}`,
  });
  return false;
}

/** Returns why this machine does not have an address; null if it has. */
async function absenceOf(ip: Ip, io: CommandIo): Promise<string | null> {
  const view = io.machine ?? THIS_MACHINE;
  const listed = await withLinks(await view.readMachine(), [], [ip]);
  const machine = await view.askSystem(listed, { named: [ip], wanted: [] });
  return new AddressTable(machine).absenceOf(ip);
}

async function create(call: IiswebCall, io: CommandIo): Promise<number> {
  const [root = "", name = ""] = call.operands;
  const binding = parseBinding(`${call.ip}:${call.port}:${call.host}`);
  if (isProblem(binding)) {
    io.print(messages.IISWEB_ERRORS.badIp);
    return EXIT.failed;
  }
  let site: SiteRecord | null = null;
  let noRoot: unknown = null;
  const edited = await editStore(io, (document) => {
    if (findSite(document, name) !== undefined) return document;
    // Under the lock, so that a site that cannot be stored leaves no directory.
    try {
      Deno.mkdirSync(root, { recursive: true });
    } catch (error) {
      noRoot = error;
      return document;
    }
    site = {
      id: siteIdOfName(name, (id) => document.sites.some((other) => other.id === id)),
      name,
      bindings: [`${call.ip}:${call.port}:${call.host}`],
      secureBindings: [],
      autoStart: !call.dontStart,
      content: folderContent(root),
    };
    return addSite(document, site);
  });
  if ("problem" in edited) return finish(io, edited);
  if (noRoot !== null) {
    io.print(messages.IISWEB_ERRORS.noDirectory);
    reportError(io, fileFault("create", root, noRoot));
    return EXIT.failed;
  }
  if (site === null) {
    // CreateNewSite accepted a second site with the same name; here a name identifies a site.
    io.print("Error &H800700B7: Cannot create a file when that file already exists.\n");
    reportError(io, {
      message: `Cannot create ${quote(name)}: a site with this name already exists`,
    });
    return EXIT.failed;
  }
  return await startCreated(site, call, root, io);
}

async function startCreated(
  site: SiteRecord,
  call: IiswebCall,
  root: string,
  io: CommandIo,
): Promise<number> {
  const result = call.dontStart ? null : await controlSite(io, "start", site.id);
  report(io, result?.notices ?? []);
  const code = result === null ? null : codeOf(result);
  const status = code === WIN32.NO_ERROR || code === WIN32.SERVICE_ALREADY_RUNNING
    ? "STARTED"
    : code === WIN32.INVALID_NETNAME || code === WIN32.SHARING_VIOLATION
    ? messages.BINDING_CONFLICT
    : "STOPPED";
  const server = hostName();
  const { ip, host, port } = call;
  io.print(messages.createdText(site, { server, ip, host, port, root, status }));
  return EXIT.ok;
}
