/**
 * `status`: what is running, where it listens, and why something does not.
 *
 * @module
 */
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { quote } from "../../base/fault.ts";
import { stoppedStatus } from "../../host/inspect/stopped_status.ts";
import { isServiceUp, type ServiceProblem, type ServiceStatus } from "../../host/control/status.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { type Listing, onSystem, writeListing } from "../core/format.ts";
import { accessNotices } from "../core/notices/access_notices.ts";
import { statusText } from "./status_text.ts";

const status: CommandSpec = {
  name: "status",
  usage: "",
  summary: "Show services, listening addresses and sites",
  details: [
    "Shows what runs, and says if the stored configuration differs from it: list, settings, " +
    "sites, certificates, reservations or metabase. httpcfg plan shows what a reload would do.",
    "On a terminal, of many addresses or sites in one state only the first are shown, with the " +
    "number of the others; --all shows them. In a pipe nothing is left out.",
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
  flags: {
    ...FORMAT_FLAG,
    all: { kind: "boolean", summary: "on a terminal, leave nothing out of a long answer" },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    io.progress?.("asking", "the service");
    const asked = await io.control.ask({ op: "status" }) ?? await stoppedStatus(io.store);
    const access = await accessProblems(io);
    const more = access.length === 0 ? {} : { problems: [...asked.problems ?? [], ...access] };
    const answer: ServiceStatus = await onSystem({ ...asked, ...more }, io.os);
    const { version: _, ...json } = answer;
    await writeListing(input, io, endpointListing(answer), {
      text: () => io.show(statusText(answer, io.screen, input.flag("all"))),
      json,
    });
    return isServiceUp(answer, "W3SVC") ? EXIT.ok : EXIT.failed;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [status];

/** What is wrong with the access to secrets is seen here: the service may start no program. */
async function accessProblems(io: CommandIo): Promise<ServiceProblem[]> {
  const notices = await accessNotices(io);
  return notices.map(({ text, hint }) => ({ text, hint: hint ?? null }));
}

function endpointListing({ endpoints }: ServiceStatus): Listing {
  const rows = endpoints.map(({ ip, port, scheme, state, cause }) => {
    return { ip, port, scheme, state, cause };
  });
  return { name: "endpoints", columns: ["ip", "port", "scheme", "state", "cause"], rows };
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
