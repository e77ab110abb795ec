/**
 * `status`: what is running, where it listens, and why something does not.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { quote } from "../../base/fault.ts";
import { profileOf } from "../../config/document/profiles.ts";
import type { StoredSettings } from "../../config/document/settings.ts";
import { oneLine } from "../../base/printable.ts";
import { type ServiceName, SERVICES } from "../../host/services/service_table.ts";
import { stoppedSites } from "../../host/web/status_views.ts";
import { isServiceUp, type ServiceStatus } from "../../host/control/status.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { storedNotices } from "../core/stored_notice.ts";
import { table } from "../core/table.ts";
import { unmatchedLines } from "./plan.ts";

const status: CommandSpec = {
  name: "status",
  usage: "",
  summary: "Show services, listening addresses and sites",
  details: [
    "Shows what runs, and says if the stored configuration differs from it: list, settings, " +
    "sites, certificates, reservations or metabase. httpcfg plan shows what a reload would do.",
    "JSON has everything; ndjson, csv and tsv have only the listening addresses. In JSON, " +
    "AppliedRevision is the number in httpcfg history of the configuration in force, null if it " +
    "was changed by other means.",
    "Exit status 0 if W3SVC is running, 1 if not.",
  ],
  examples: [
    { line: "httpcfg status", shows: "as text" },
    {
      line: "httpcfg status --format json | jq '.sites[] | select(.reason)'",
      shows: "sites with problems",
    },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    io.progress?.("asking", "the service");
    const answer = await io.control.ask({ op: "status" }) ?? await stoppedStatus(io.store);
    const { version: _, ...json } = answer;
    await writeListing(input, io, endpointListing(answer), {
      text: () => io.out(statusText(answer)),
      json,
    });
    return isServiceUp(answer, "W3SVC") ? EXIT.ok : EXIT.failed;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [status];

/** Returns the status if no service is running: the stored list and sites. */
async function stoppedStatus(
  store: Pick<CommandIo["store"], "read" | "file">,
): Promise<ServiceStatus> {
  const { ipListen, settings, sites } = await store.read();
  return {
    version: 1,
    pid: null,
    user: null,
    startedAt: null,
    services: SERVICES.map(({ name, display }) => ({ name, display, state: "stopped" })),
    ipListen,
    settings,
    endpoints: [],
    sites: stoppedSites(sites),
    registrations: [],
    connections: 0,
    problems: [],
    unconfirmedUntil: null,
    stored: { file: store.file, changes: 0, problem: null, hint: null },
    AppliedRevision: null,
    appliedAt: null,
  };
}

function endpointListing({ endpoints }: ServiceStatus): Listing {
  const rows = endpoints.map(({ ip, port, scheme, state, cause }) => {
    return { ip, port, scheme, state, cause };
  });
  return { name: "endpoints", columns: ["ip", "port", "scheme", "state", "cause"], rows };
}

/** Formats the status as text. */
function statusText(answer: ServiceStatus): string {
  const ofUser = typeof answer.user === "string" ? ` of user ${oneLine(answer.user)}` : "";
  const head = answer.pid === null
    ? "httpcfg is not running."
    : `httpcfg is running as process ${answer.pid}${ofUser} since ${answer.startedAt}.`;
  const services = answer.services.map(({ display, state }) => `  ${display}: ${state}`);
  const endpoints = answer.endpoints.map(({ ip, port, state, cause, note }) => {
    const name = formatEndpoint({ ip: ip as Ip, port });
    const why = [cause, note].filter(isText).map((text) => `: ${text}`).join("");
    return `  ${name}  ${state}${why}`;
  });
  const sites = table({
    name: "sites",
    columns: ["id", "name", "state", "bindings", "reason"],
    rows: answer.sites.map((site) => ({ ...site })),
  }).split("\n").map((line) => `  ${line}`);
  return [
    head,
    ...services,
    ...(answer.unconfirmedUntil === null
      ? []
      : [`Reverts at ${answer.unconfirmedUntil} unless confirmed: httpcfg confirm`]),
    ...profileLines(answer.settings ?? {}),
    ...(answer.problems ?? []).map(({ text, hint }) => {
      return `Problem: ${text}${hint === null ? "" : `; hint: ${hint}`}`;
    }),
    ...storedNotices(answer.stored, "httpcfg plan").map(({ text, hint }) => {
      const line = `${text[0]!.toUpperCase()}${text.slice(1)}`;
      return hint === undefined ? line : `${line}${line.includes("\n") ? "\n" : "; "}hint: ${hint}`;
    }),
    "",
    `IP inclusion list: ${listText(answer)}`,
    ...unmatchedLines(answer.unmatched ?? []).map((line) => `  ${line}`),
    ...(endpoints.length === 0 ? ["Listening: nowhere"] : ["Listening:", ...endpoints]),
    "",
    "Sites:",
    ...(answer.sites.length > 0 ? sites : [isUnknown(answer, "W3SVC") ? "  unknown" : "  none"]),
    ...registrationLines(answer.registrations),
  ].join("\n");
}

/** Returns nothing for the defaults, and for values that are those of no profile. */
function profileLines(settings: StoredSettings): string[] {
  const profile = profileOf(settings);
  return profile === null || profile === "default" ? [] : [`Time-outs: profile ${profile}`];
}

function listText(answer: ServiceStatus): string {
  if (isUnknown(answer, "HTTP")) return "unknown";
  return answer.ipListen.length === 0 ? "empty, every address" : answer.ipListen.join(", ");
}

/** Reports whether what `name` would read cannot be read, and it does not run to hold it. */
function isUnknown(answer: ServiceStatus, name: ServiceName): boolean {
  return !isServiceUp(answer, name) && typeof answer.stored?.problem === "string";
}

function isText(text: string | null | undefined): text is string {
  return typeof text === "string";
}

/** Returns nothing if no program has registered a URL, as on most machines. */
function registrationLines(found: ServiceStatus["registrations"]): string[] {
  if (found.length === 0) return [];
  const lines = found.map(({ url, to, tunnels = 0 }) => {
    return `  ${url}  ${to}${tunnels === 0 ? "" : `  WebSockets: ${tunnels}`}`;
  });
  return ["", "Registered programs:", ...lines];
}

/**
 * The most lines of {@linkcode listeningText} for what listens, and for what does not: they go to
 * the service manager too, in one datagram.
 */
const LISTENING_LINES_MAX = 100;

/** Returns the URLs where a browser finds the sites, for `serve` on a terminal. */
export function listeningText({ endpoints }: ServiceStatus): string {
  const open = endpoints.filter(({ state }) => state === "open")
    .map(({ ip, port, scheme }) => `${scheme}://${formatEndpoint({ ip: ip as Ip, port })}/`);
  const others = endpoints.filter(({ state }) => state !== "open").map(({ ip, port, cause }) => {
    return `${quote(formatEndpoint({ ip: ip as Ip, port }))}: ${cause ?? ""}`;
  });
  const lines = (start: string, all: readonly string[]): string[] => {
    const shown = all.slice(0, LISTENING_LINES_MAX);
    const more = all.length - shown.length;
    return [...shown, ...(more === 0 ? [] : [`${more} more endpoints: httpcfg status`])]
      .map((one) => `${start} on ${one}`);
  };
  return [...lines("Listening", open), ...lines("Not listening", others)].join("\n");
}
