/**
 * `netsh http show servicestate` in its views, from the status of the running service.
 *
 * The blocks are those of the captures. There is one server session; each started site is a URL
 * group with a request queue that has its name, as IIS makes one for each application pool; each
 * registered program is a URL group with an unnamed queue, whose process is the program's own. Ids
 * are 16 hex digits made from the id of the site, so that they are the same every time. `verbose`
 * adds properties to each block.
 *
 * @module
 */
import { formatEndpoint, parseIp } from "../../../base/address.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import { shownUrlPrefix } from "../../../base/url_prefix.ts";
import { parseBinding, registeredPrefix } from "../../../config/document/binding.ts";
import type { Settings } from "../../../config/document/settings.ts";
import type { RegisteredProcess } from "../../../admin/registered_processes.ts";
import type {
  RegistrationStatus,
  ServiceStatus,
  SiteStatus,
} from "../../../host/control/status.ts";
import { title } from "./text.ts";

const SESSION_ID = "FF00000010000001";
/** The ids of programs are separate from those of sites. */
const PROGRAM_ID_BASE = 0x100000000;
const GROUP_ID_BASE = 0xfe00000020000000n;
/** What stands for a process, or a name of one, that the system does not show. */
const HIDDEN = "<?>";

/** What is shown. */
export interface ServiceState {
  /** Null if no service is running. */
  readonly status: ServiceStatus | null;
  readonly settings: Settings;
  /** The processes of each registration of the status. */
  readonly programs: readonly (readonly RegisteredProcess[] | null)[];
  /** The directory of the logs. */
  readonly logFolder: string;
  readonly isVerbose: boolean;
}

/** A site or a program with its URLs in the form of registrations. */
interface Group {
  readonly id: number;
  readonly name: string;
  readonly urls: readonly string[];
  readonly processes: readonly { readonly id: string; readonly image: string }[];
  /** Its properties, for `verbose`. */
  readonly properties: readonly string[];
}

export function sessionViewText(state: ServiceState): string {
  const head = title("Snapshot of HTTP service state (Server Session View):");
  const groups = groupsOf(state);
  if (groups.length === 0) return head;
  const queues = groups.map((group) => indented(queueText(group), 4)).join("");
  return `${head}${sessionText(state)}    URL groups:\n${
    groups.map((group) => indented(groupText(group, state), 4)).join("")
  }\nRequest queues:\n${queues}\n`;
}

export function queueViewText(state: ServiceState): string {
  const head = title("Snapshot of HTTP service state (Request Queue View):");
  const texts = groupsOf(state).map((group) => {
    return `${queueText(group)}    URL groups:\n${indented(groupText(group, state), 4)}${
      indented(sessionText(state), 8)
    }\n`;
  });
  return `${head}${texts.join("")}`;
}

/** The connections of clients, by the process that has them. */
export function clientViewText({ status, isVerbose }: ServiceState): string {
  const head = title("Snapshot of HTTP service state (Client View):");
  if (status === null || status.pid === null) return head;
  const workers = status.workers ?? [];
  const processes = workers.length > 0
    ? workers
    : [{ pid: status.pid, connections: status.connections }];
  const lines = processes.map(({ pid, connections }) => {
    return `        ID: ${pid}, image: httpcfg, connections: ${connections}\n`;
  });
  const tunnels = isVerbose ? `Number of WebSockets: ${status.tunnels ?? 0}\n` : "";
  return `${head}Number of connections: ${status.connections}\n${tunnels}` +
    `    Processes:\n${lines.join("")}\n`;
}

/** Returns the sites, then the programs that have registered a URL. */
function groupsOf(state: ServiceState): Group[] {
  const { status } = state;
  if (status === null) return [];
  const programs = status.registrations.map((registration, i): Group => {
    const processes = state.programs[i] ?? [{ pid: null, program: null }];
    return {
      id: PROGRAM_ID_BASE + i,
      name: "Request queue is unnamed.",
      urls: [shownUrlPrefix(registration.url)],
      processes: processes.map(({ pid, program }) => {
        return { id: pid === null ? HIDDEN : String(pid), image: String(program ?? HIDDEN) };
      }),
      properties: programProperties(registration),
    };
  });
  return [...siteGroups(status), ...programs];
}

function siteGroups(status: ServiceStatus): Group[] {
  const secure = new Set(
    status.endpoints.filter(({ scheme }) => scheme === "https").map(({ port }) => port),
  );
  const workers = (status.workers ?? []).filter(({ state }) => state === "serving");
  const pids = workers.length > 0 ? workers.map(({ pid }) => pid) : [status.pid];
  return status.sites.filter(({ state }) => state !== "stopped").map((site) => ({
    id: site.id,
    name: site.name,
    urls: site.bindings.map((text) => {
      const binding = parseBinding(text);
      const isSecure = !isProblem(binding) && secure.has(binding.port);
      return shownUrlPrefix(registeredPrefix(text, isSecure ? "https" : "http"));
    }),
    processes: pids.map((pid) => ({ id: String(pid ?? HIDDEN), image: "httpcfg" })),
    properties: siteProperties(site, status),
  }));
}

function programProperties({ to, uid, keep, since, tunnels }: RegistrationStatus): string[] {
  return [
    `Forwarded to: ${oneLine(to)}`,
    `Registered by user id: ${uid}`,
    `Registered at: ${since}`,
    `Kept without its program: ${keep ? "Yes" : "No"}`,
    `WebSockets: ${tunnels ?? 0}`,
  ];
}

function siteProperties({ id, state, bindings }: SiteStatus, status: ServiceStatus): string[] {
  const ports = new Set(bindings.flatMap((text) => {
    const binding = parseBinding(text);
    return isProblem(binding) ? [] : [binding.port];
  }));
  const endpoints = status.endpoints.filter(({ port }) => ports.has(port));
  return [
    `Site ID: ${id}`,
    `Site state: ${state}`,
    ...endpoints.map(({ ip, port, state }) => {
      const known = parseIp(ip);
      const text = known === null ? `${ip}:${port}` : formatEndpoint({ ip: known, port });
      return `Endpoint: ${text} (${state})`;
    }),
  ];
}

function sessionText({ settings, logFolder, isVerbose }: ServiceState): string {
  const more = !isVerbose ? "" : `        Max connections: ${settings.MaxConnections}
        Logging information:
            Log directory: ${oneLine(logFolder)}
            Log format: W3C
            Enabled: ${settings.LogEnabled ? "Yes" : "No"}
            Log file truncate size (bytes): ${settings.LogFileTruncateSize}
            Log fields: 0x${settings.LogExtFileFlags.toString(16)}
        Error logging information:
            Enabled: ${settings.EnableErrorLogging ? "Yes" : "No"}
            Log file truncate size (bytes): ${settings.ErrorLogFileTruncateSize}
`;
  return `Server session ID: ${SESSION_ID}
    Version: 1.0
    State: Active
    Properties:
        Max bandwidth: 4294967295
        Timeouts:
            Entity body timeout (secs): ${settings.EntityBodyTimeout}
            Drain entity body timeout (secs): ${settings.DrainEntityBodyTimeout}
            Request queue timeout (secs): 120
            Idle connection timeout (secs): ${settings.ConnectionTimeout}
            Header wait timeout (secs): ${settings.HeaderWaitTimeout}
            Minimum send rate (bytes/sec): ${settings.MinFileBytesPerSec}
${more}`;
}

function groupText({ id, name, urls, properties }: Group, { isVerbose }: ServiceState): string {
  const groupId = (GROUP_ID_BASE + BigInt(id)).toString(16).toUpperCase();
  const more = isVerbose ? properties.map((line) => `        ${line}\n`).join("") : "";
  return `URL group ID: ${groupId}
    State: Active
    Request queue name: ${oneLine(name)}
    Properties:
        Max bandwidth: inherited
        Max connections: inherited
        Timeouts:
            Timeout values inherited
${more}        Number of registered URLs: ${urls.length}
        Registered URLs:
${urls.map((url) => `            ${url}\n`).join("")}`;
}

function queueText({ name, urls, processes }: Group): string {
  return `Request queue name: ${oneLine(name)}
    Version: 1.0
    State: Active
    Request queue 503 verbosity level: Limited
    Max requests: 1000
    Number of active processes attached: ${processes.length}
    Processes:
${processes.map(({ id, image }) => `        ID: ${id}, image: ${oneLine(image)}\n`).join("")}` +
    `    Registered URLs:
${urls.map((url) => `        ${url}\n`).join("")}`;
}

function indented(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(columns));
}
