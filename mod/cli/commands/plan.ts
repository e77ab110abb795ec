/**
 * `plan`: what the service would do with the stored document, without doing it.
 *
 * @module
 */
import type { Notice } from "../../admin/admin_io.ts";
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { withStep } from "../../base/hints/hints.ts";
import { isServiceUp, type ServiceStatus } from "../../host/control/status.ts";
import { planService, type ServicePlan } from "../../host/inspect/service_plan.ts";
import type { Plan } from "../../listen/plan/make_plan.ts";
import { planStatus } from "../../listen/plan/plan.ts";
import { joinLines, span, type Styled } from "../core/screen/colors.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import {
  countsText,
  groupedLines,
  type ShownEndpoint,
  type StateTable,
  withoutRepeats,
} from "../core/screen/endpoint_groups.ts";
import { type Listing, writeListing } from "../core/format.ts";
import { paragraph } from "../core/screen/paragraph.ts";
import { report, reportHint } from "../core/report.ts";
import type { Screen } from "../core/screen/screen.ts";
import { planNotice } from "../core/notices/stored_notice.ts";
import { table } from "../core/table.ts";

const plan: CommandSpec = {
  name: "plan",
  usage: "",
  summary: "Show what a reload would open, keep, close, wait for or fail to open",
  details: [
    "Compares the stored configuration with the running one, and says how many changes are not " +
    "applied: settings, for example, move no socket. Nothing is bound and nothing is changed, so " +
    "any user may run it.",
    "Exit status 0: nothing to do; 2: sockets would open or close; 1: a socket would fail to " +
    "open, or a site would have no socket.",
  ],
  examples: [
    { line: "httpcfg plan", shows: "as text" },
    {
      line: "httpcfg plan --format json | jq '.sites[] | select(.reason)'",
      shows: "sites with problems",
    },
    { line: "httpcfg plan --strict", shows: "reject addresses that the machine does not have" },
  ],
  flags: {
    ...FORMAT_FLAG,
    all: { kind: "boolean", summary: "on a terminal, leave nothing out of a long plan" },
    strict: {
      kind: "boolean",
      summary: "reject addresses that are not on the machine, instead of waiting for them",
    },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const strict = input.flag("strict");
    const { plan: made, status } = await readStoredPlan(io, { strict });
    await writeListing(input, io, planListing(made), {
      text(): void {
        io.show(planText(made, io.screen, input.flag("all")));
        io.note(summary(made));
        const failing = made.sites.filter(({ state }) => state !== "waiting");
        reportCures(io, failing.slice(0, CURED_MAX).flatMap(({ hints = [] }) => hints), status);
        report(io, unseenNotice(made));
        report(io, planNotice(status?.stored, io.store.file));
        if (status !== null && !isServiceUp(status, "W3SVC")) report(io, [WEB_STOPPED]);
      },
      json: { ...made, stored: status?.stored ?? null },
    });
    return planStatus(made);
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [plan];

const WEB_STOPPED: Notice = {
  kind: "note",
  text: "the Web service is stopped: its sockets open when it starts, not with a reload",
  hint: "httpcfg net start w3svc",
};

/** Returns the warning that what would open may not, where other programs are not seen. */
function unseenNotice({ endpoints, unseen }: Plan): readonly Notice[] {
  const opens = endpoints.find(({ action }) => action === "open");
  if (unseen === undefined || opens === undefined) return [];
  const text = `it is not known whether other programs have what would open: ${unseen}`;
  return [{ kind: "warning", text }];
}

/** Sites whose hints are shown: the cause of more is mostly one. */
const CURED_MAX = 5;

/** Writes what can be typed about a plan: each change of what is stored with what applies it. */
export function reportCures(
  io: CommandIo,
  hints: readonly string[],
  status: ServiceStatus | null,
): void {
  const apply = isServiceUp(status, "W3SVC") ? "httpcfg reload" : "httpcfg net start w3svc";
  const lines = status === null ? hints : withStep(hints, apply);
  for (const line of new Set(lines)) reportHint(io, line);
}

/** What a caller of {@linkcode readStoredPlan} wants. */
interface StoredPlanOptions {
  /** Rejects addresses that the machine does not have. */
  readonly strict?: boolean;
  /** Addresses that the caller wants to know about. */
  readonly asked?: readonly Ip[];
}

/** Reads the stored document and the running state, and plans the former. */
export async function readStoredPlan(
  io: CommandIo,
  { strict = false, asked = [] }: StoredPlanOptions = {},
): Promise<ServicePlan> {
  io.progress?.("reading", "the configuration");
  const status = await io.control.ask({ op: "status" });
  const document = await io.store.read();
  return await planService({
    document,
    status,
    certs: io.paths.certs,
    now: io.now,
    os: io.os,
    view: io.machine,
    progress: io.progress,
    strict,
    asked,
  });
}

/** Formats the plan as text: sockets, then the sites with a problem. */
function planText(made: Plan, screen: Screen, isAll: boolean): Styled {
  const { columns } = screen;
  const endpoints = made.endpoints.map(({ ip, port, secure, action, cause }): ShownEndpoint => {
    // Addresses that are listed one by one have one reason on a terminal.
    const why = cause === `included by "${ip}"` ? "included by its own entry" : cause;
    return { ip, port, scheme: secure ? "https" : "http", state: action, why };
  });
  const shorten = columns === null ? null : withoutRepeats(endpoints);
  const sites = made.sites.filter(({ reason }) => reason !== null).flatMap((site) => {
    const { name, state } = site;
    const reason = shorten === null ? site.reason : shorten(site.reason);
    const start = span(
      SITE_MEANINGS[state],
      `Site ${quote(name)} ${SITE_VERBS[state]}:`,
    );
    return paragraph(` ${reason}`, screen, { start, hanging: "  " });
  });
  const sockets = endpoints.length === 0
    ? []
    : columns === null
    ? [table(planListing(made), screen)]
    : groupedLines(endpoints, { ...screen, columns }, {
      states: ACTIONS,
      rest: isAll ? null : "httpcfg plan --all",
    });
  const challenges = (made.challenges ?? []).filter(({ reason }) => reason !== null)
    .flatMap(({ name, reason }) => {
      const start = span("bad", `Certificate ${quote(name)} cannot be proved:`);
      return paragraph(` ${reason}`, screen, { start, hanging: "  " });
    });
  const unmatched = unmatchedLines(made.unmatched).flatMap((line) => paragraph(line, screen));
  const problems = [...sites, ...challenges, ...unmatched];
  const space = columns !== null && sockets.length > 0 && problems.length > 0 ? [""] : [];
  return joinLines([...sockets, ...space, ...problems]);
}

/** What changes comes before what stays. */
const ACTIONS: StateTable = {
  open: "good",
  close: "bad",
  refused: "error",
  wait: "waiting",
  keep: "faint",
};

/** Returns one line for each entry that names no interface; it includes or excludes nothing. */
export function unmatchedLines(unmatched: readonly string[]): string[] {
  return unmatched.map((entry) => `Entry ${quote(entry)} matches no interface of this machine`);
}

const SITE_VERBS = {
  started: "runs in part",
  waiting: "waits",
  failed: "does not start",
  stopped: "is stopped",
} as const;

const SITE_MEANINGS = {
  started: "waiting",
  waiting: "waiting",
  failed: "bad",
  stopped: "faint",
} as const;

function planListing({ endpoints }: Plan): Listing {
  return {
    name: "endpoints",
    columns: ["action", "endpoint", "scheme", "cause"],
    rows: endpoints.map(({ action, ip, port, secure, cause }) => {
      const scheme = secure ? "https" : "http";
      return { action, endpoint: formatEndpoint({ ip, port }), scheme, cause };
    }),
  };
}

function summary({ endpoints }: Plan): Styled {
  if (endpoints.length === 0) return "Nothing would listen.";
  return countsText(endpoints.map(({ action }) => action), ACTIONS);
}
