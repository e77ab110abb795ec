/**
 * `netsh http show servicestate` in its two views, from the status of the running service.
 *
 * The blocks are those of the captures. There is one server session; each started site is a URL
 * group with a request queue that has its name, as IIS makes one for each application pool; each
 * registered program is a URL group with an unnamed queue. Ids are 16 hex digits made from the id
 * of the site, so that they are the same every time.
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import { shownUrlPrefix } from "../../../base/url_prefix.ts";
import { parseBinding, registeredPrefix } from "../../../config/document/binding.ts";
import type { ServiceStatus } from "../../../host/control/status.ts";
import { title } from "./text.ts";

const SESSION_ID = "FF00000010000001";
/** The ids of programs are separate from those of sites. */
const PROGRAM_ID_BASE = 0x100000000;
const GROUP_ID_BASE = 0xfe00000020000000n;

/** The timers that the session block shows, in seconds, and the minimum send rate. */
interface SessionTimers {
  readonly EntityBodyTimeout: number;
  readonly DrainEntityBodyTimeout: number;
  readonly ConnectionTimeout: number;
  readonly HeaderWaitTimeout: number;
  readonly MinFileBytesPerSec: number;
}

/** A site with its URLs in the form of registrations. */
interface Group {
  readonly id: number;
  readonly name: string;
  readonly urls: readonly string[];
}

export function sessionViewText(status: ServiceStatus | null, timers: SessionTimers): string {
  const head = title("Snapshot of HTTP service state (Server Session View):");
  const groups = groupsOf(status);
  if (status === null || groups.length === 0) return head;
  const queues = groups.map((group) => indented(queueText(group, status), 4)).join("");
  return `${head}${sessionText(timers)}    URL groups:\n${
    groups.map((group) => indented(groupText(group), 4)).join("")
  }\nRequest queues:\n${queues}\n`;
}

export function queueViewText(status: ServiceStatus | null, timers: SessionTimers): string {
  const head = title("Snapshot of HTTP service state (Request Queue View):");
  const groups = groupsOf(status);
  if (status === null || groups.length === 0) return head;
  const texts = groups.map((group) => {
    return `${queueText(group, status)}    URL groups:\n${indented(groupText(group), 4)}${
      indented(sessionText(timers), 8)
    }\n`;
  });
  return `${head}${texts.join("")}`;
}

/** Returns the sites, then the programs that have registered a URL. */
function groupsOf(status: ServiceStatus | null): Group[] {
  const programs = (status?.registrations ?? []).map(({ url }, i) => {
    return {
      id: PROGRAM_ID_BASE + i,
      name: "Request queue is unnamed.",
      urls: [shownUrlPrefix(url)],
    };
  });
  return [...siteGroups(status), ...programs];
}

function siteGroups(status: ServiceStatus | null): Group[] {
  const secure = new Set(
    status?.endpoints.filter(({ scheme }) => scheme === "https").map(({ port }) => port),
  );
  return (status?.sites ?? []).filter(({ state }) => state !== "stopped").map((site) => ({
    id: site.id,
    name: site.name,
    urls: site.bindings.map((text) => {
      const binding = parseBinding(text);
      const isSecure = !isProblem(binding) && secure.has(binding.port);
      return shownUrlPrefix(registeredPrefix(text, isSecure ? "https" : "http"));
    }),
  }));
}

function sessionText(timers: SessionTimers): string {
  return `Server session ID: ${SESSION_ID}
    Version: 1.0
    State: Active
    Properties:
        Max bandwidth: 4294967295
        Timeouts:
            Entity body timeout (secs): ${timers.EntityBodyTimeout}
            Drain entity body timeout (secs): ${timers.DrainEntityBodyTimeout}
            Request queue timeout (secs): 120
            Idle connection timeout (secs): ${timers.ConnectionTimeout}
            Header wait timeout (secs): ${timers.HeaderWaitTimeout}
            Minimum send rate (bytes/sec): ${timers.MinFileBytesPerSec}
`;
}

function groupText({ id, name, urls }: Group): string {
  const groupId = (GROUP_ID_BASE + BigInt(id)).toString(16).toUpperCase();
  return `URL group ID: ${groupId}
    State: Active
    Request queue name: ${oneLine(name)}
    Properties:
        Max bandwidth: inherited
        Max connections: inherited
        Timeouts:
            Timeout values inherited
        Number of registered URLs: ${urls.length}
        Registered URLs:
${urls.map((url) => `            ${url}\n`).join("")}`;
}

function queueText({ name, urls }: Group, status: ServiceStatus): string {
  return `Request queue name: ${oneLine(name)}
    Version: 1.0
    State: Active
    Request queue 503 verbosity level: Limited
    Max requests: 1000
    Number of active processes attached: 1
    Processes:
        ID: ${status.pid}, image: httpcfg
    Registered URLs:
${urls.map((url) => `        ${url}\n`).join("")}`;
}

function indented(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(columns));
}
