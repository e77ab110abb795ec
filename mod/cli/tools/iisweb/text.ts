/**
 * The output of iisweb.vbs: its tables, result lines and help.
 *
 * The columns of /query are those of the captured output (0, 46, 54, 70, a rule of 76). The Host
 * column, which the capture seems to cut off, is included, because the header of the script names
 * it. The result lines (`Server W3SVC/1 has been STARTED`) are the texts in the script; no capture
 * of their output is known.
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import { type Binding, parseBinding } from "../../../config/document/binding.ts";
import { urlHost } from "../../../base/address.ts";
import { isProblem } from "../../../base/problem.ts";
import type { SiteRecord } from "../../../config/document/document.ts";

const RULE = "=".repeat(76);
const COLUMNS = [46, 8, 16, 6] as const;
const SUMMARY_LABEL_WIDTH = 14;

/** The first line of every command that connects to a server. */
export const CONNECTING = "Connecting to server ...Done.\n";

/** Names of ServerState, 1 to 7. */
const STATES = [
  "",
  "STARTING",
  "STARTED",
  "STOPPING",
  "STOPPED",
  "PAUSING",
  "PAUSED",
  "CONTINUING",
] as const;

export function stateName(serverState: number): string {
  return STATES[serverState] ?? "UNKNOWN";
}

/** The table of /query; a site with several bindings has one line for each. */
export function queryText(
  sites: readonly SiteRecord[],
  stateOf: (siteId: number) => number,
): string {
  if (sites.length === 0) return SITES_NOT_FOUND;
  const head = columns(["Site Name (Metabase Path)", "Status", "IP", "Port"], "Host");
  const lines = sites.flatMap((site) => {
    const name = `${site.name} (W3SVC/${site.id})`;
    const state = stateName(stateOf(site.id));
    const bindings = site.bindings.flatMap((text) => {
      const binding = parseBinding(text);
      return isProblem(binding) ? [] : [binding];
    });
    // The script lists bindings; a site without one would be missing from the table.
    if (bindings.length === 0) return [columns([name, state, "N/A", "N/A"], "N/A")];
    return bindings.map((binding, i) => columns(i === 0 ? [name, state] : ["", ""], binding));
  });
  return `${head}\n${RULE}\n${lines.join("")}`;
}

function columns(left: readonly string[], last: string | Binding): string {
  const cells = typeof last === "string" ? left : [...left, addressOf(last), String(last.port)];
  const host = typeof last === "string" ? last : last.host === "" ? "N/A" : last.host;
  // A cell that fills its column is followed by one space, so that words stay separate.
  const text = cells.map(oneLine).map((cell, i) => {
    const width = COLUMNS[i]!;
    return cell.length < width ? cell.padEnd(width) : `${cell} `;
  });
  return `${text.join("")}${host}\n`;
}

function addressOf(binding: Binding): string {
  return binding.ip === null ? "ALL" : urlHost(binding.ip);
}

/** The summary of /create. */
export function createdText(
  site: { readonly name: string; readonly id: number },
  options: {
    readonly server: string;
    readonly ip: string;
    readonly host: string;
    readonly port: number;
    readonly root: string;
    readonly status: string;
  },
): string {
  const rows: readonly (readonly [label: string, value: string])[] = [
    ["Server", options.server.toUpperCase()],
    ["Site Name", site.name],
    ["Metabase Path", `W3SVC/${site.id}`],
    ["IP", options.ip === "" ? "ALL UNASSIGNED" : options.ip],
    ["Host", options.host === "" ? "NOT SPECIFIED" : options.host],
    ["Port", String(options.port)],
    ["Root", options.root],
    ["Status", options.status],
  ];
  return rows.map(([label, value]) => `${label.padEnd(SUMMARY_LABEL_WIDTH)}= ${oneLine(value)}\n`)
    .join("");
}

/** The status of a created site that did not start because its binding is in use. */
export const BINDING_CONFLICT = "STOPPED (ERROR: BINDING CONFLICT)";

export function stateChanged(path: string, state: string): string {
  return `Server ${path} has been ${state}\n`;
}

export function siteDeleted(path: string): string {
  return `Server ${path} has been DELETED.\n`;
}

export function alreadyInState(path: string, state: string): string {
  return `Server ${path} is already ${state}\n`;
}

/** A verb that the site's state does not allow. */
export function notAllowedInState(verb: "started" | "stopped" | "paused", state: string): string {
  return `Server cannot be ${verb} in its current state (server is ${state.toLowerCase()})\n`;
}

/** A verb that failed, with the code and the text of the reason. */
export function failedToChange(path: string, code: number, reason: string): string {
  const hex = (0x80070000 + code).toString(16).toUpperCase();
  return `Failed to change status of server. ${path}\nError &H${hex}: ${reason}\n`;
}

export const SITES_NOT_FOUND = "Site(s) not found.\n";

/** An invalid command line: what is wrong and where to find help. */
export function badCommandLine(message: string, verb = ""): string {
  return `${message}\nType IIsWeb ${verb === "" ? "" : `/${verb} `}/? for help.\n`;
}

export const IISWEB_ERRORS = {
  notEnough: "Not enough parameters.",
  noOperation: "Please specify an operation before the arguments.",
  twoOperations: "Please specify only one operation at a time.",
  needRoot: "Need at least <root> to create a site.",
  passwordWithoutUser: "Please specify /u switch before using /p.",
  badPort: "Invalid port number.\n",
  badIp: "Invalid IP Address. Please check if it is well formated and belongs to this machine.\n",
  badRoot: "Root directory format unknown. Please use the '<drive>:\\<path>' format.",
  noServer:
    "Could not connect to WMI provider.\nError &H800706BA: The RPC server is unavailable.\n",
  noDirectory: "Could not create root directory\n",
} as const;

export function invalidSwitch(word: string): string {
  return badCommandLine(`Invalid switch: ${oneLine(word)}`);
}

const SERVER_OPTIONS = `/s <server>             Connect to machine <server> [Default: this system]
/u <username>           Connect as <username> or <domain>\\<username>
                        [Default: current user]
/p <password>           Password for the <username> user
`;

const SYNTAX = "Syntax: IIsWeb [/s <server> [/u <username> [/p <password>]]]";

/** `iisweb /?` */
export const IISWEB_HELP = `Description: Start, Stop, Pause, Delete, Query, or Create a Web Site

${SYNTAX} /<operation>
        [arguments]

Parameters:

Value                   Description
${SERVER_OPTIONS}<operation>             /start      Starts a site(s) on given IIS Server.
                        /stop       Stops a site(s) from running on a given
                                    IIS Server.
                        /pause      Pauses a site(s) that is running on a
                                    given IIS Server.
                        /delete     Deletes IIS configuration from an existing
                                    Web Site. Content will not be deleted.
                        /create     Creates a Web Site.
                        /query      Queries existing Web Sites.

For detailed usage:

IIsWeb /start /?
IIsWeb /stop /?
IIsWeb /pause /?
IIsWeb /delete /?
IIsWeb /create /?
IIsWeb /query /?
`;

export type IiswebVerb = "start" | "stop" | "pause" | "delete" | "create" | "query";

const ABOUT: Readonly<Record<IiswebVerb, string>> = {
  start: "Starts a site(s) on a given IIS Server.",
  stop: "Stops a site(s) on a given IIS Server.",
  pause: "Pauses a site(s) on a given IIS Server.",
  delete: "Deletes IIS configuration for an existing web site. Content\n" +
    "             will not be deleted.",
  create: "Creates a web site.",
  query: "Queries existing web sites.",
};

/** `iisweb /VERB /?` */
export function verbHelp(verb: IiswebVerb): string {
  const head = `Description: ${ABOUT[verb]}\n\n`;
  const values = `Parameters:\n\nValue                   Description\n${SERVER_OPTIONS}`;
  if (verb === "create") return `${head}${CREATE_SYNTAX}${values}${CREATE_OPTIONS}`;
  const operand = verb === "query" ? "[<website> ...]" : "<website> [<website> ...]";
  return `${head}${SYNTAX} /${verb}\n        ${operand}\n\n${values}` +
    `<website>               Use either the site name or metabase path to specify
                        the site

Examples:

IIsWeb /${verb} "Default Web Site"
IIsWeb /${verb} w3svc/1
`;
}

const CREATE_SYNTAX = `${SYNTAX} /create <root>
        <name> [/d <host>] [/b <port>] [/i <ip>] [/dontstart]

`;

const CREATE_OPTIONS = `<root>                  Root directory for the new server. If this directory
                        does not exist, it will be created.
<name>                  The name that appears in the Microsoft Management
                        Console (MMC).
/d <host>               The host name to assign to this site. WARNING: Only
                        use host name if DNS is set up to find the server
/b <port>               The number of the port to which the new server should
                        bind. [Default: 80]
/i <ip>                 The IP address to assign to the new server.
                        [Default: All Unassigned]
/dontstart              Don't start this site after it is created.

Examples:

IIsWeb /create /srv/www "My Site" /b 80
IIsWeb /create /srv/www "My Site" /i 172.30.163.244 /b 80 /d www.mysite.com
`;
