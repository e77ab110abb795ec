/**
 * `reload` and `confirm`: apply the stored configuration to the running service.
 *
 * @module
 */
import { guardReload } from "../../admin/lockout_guard.ts";
import { formatEndpoint, type Ip } from "../../base/address.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { retype } from "../../base/hints/retype.ts";
import { LateFault } from "../../host/control/control_client.ts";
import { CONFIRM_SECONDS, type ControlEvent } from "../../host/control/control_protocol.ts";
import { settledStatus, unsettledEndpoints } from "../../host/control/settled_status.ts";
import { isServiceUp, type ServiceStatus, sitesDown } from "../../host/control/status.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../core/command.ts";
import { nearestNumber } from "../core/corrections.ts";
import { answerText } from "../core/format.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../core/outcome.ts";
import { report } from "../core/report.ts";
import { utcTime } from "../core/screen/times.ts";
import { reportSiteProblems } from "../core/notices/site_problems.ts";

/** What --wait waits for if no time is given. */
const WAIT_DEFAULT = "60s";
const WAIT_SECONDS = { min: 0, max: 86_400 } as const;

const reload: CommandSpec = {
  name: "reload",
  usage: "",
  summary: "Apply the stored configuration to the running service",
  details: [
    "Sockets that stay open and their connections are not touched. New sockets are opened first; " +
    "if one cannot be opened, nothing changes and the error says why. Responses on addresses " +
    "that are no longer included are finished, for at most ShutdownGraceTimeout.",
    "A change that could lock you out (it takes every address, or drops loopback or the address " +
    "of your SSH session) is announced first and needs your consent: --yes if there is no " +
    "terminal to ask on, or --confirm.",
    "Exit status 0 if the configuration is applied and every site that starts by itself runs; 1 if " +
    "nothing was applied, or if a site is down: off the list, its port held, no certificate. A " +
    "site that runs in part is reported, and so is one that waits for an address which is named " +
    "and which this machine does not have yet; --strict and --wait make both a failure. While " +
    "the Web service is stopped, no site runs; a warning says so.",
    "--confirm needs a service that may write the configuration, so that it can put the earlier " +
    "one back. One that may not, as an installed service, refuses it.",
    "--wait returns when every planned socket is open, those included that wait for their " +
    "address or port, and when the connections to closed ones have ended; exit status 1 if TIME " +
    "is over before. What is applied stays applied.",
  ],
  examples: [
    { line: "httpcfg reload", shows: "apply what httpcfg plan shows" },
    { line: "httpcfg reload --confirm 60s", shows: "revert unless confirmed within a minute" },
    { line: "httpcfg reload --wait 30s", shows: "return when all of it is true" },
  ],
  flags: {
    yes: { kind: "boolean", summary: "apply a change even if it could lock you out" },
    strict: { kind: "boolean", summary: "fail if an address is not on this machine now" },
    confirm: {
      kind: "string",
      value: "TIME",
      summary: "revert unless httpcfg confirm follows within TIME (60s, 5m)",
    },
    wait: {
      kind: "string",
      value: "TIME",
      bare: WAIT_DEFAULT,
      summary: `wait for sockets and old connections, for at most TIME (${WAIT_DEFAULT})`,
    },
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: 0 },
  run: runReload,
};

const confirm: CommandSpec = {
  name: "confirm",
  usage: "",
  summary: "Keep the change that reload --confirm made",
  details: ["Fails if no change is pending: it may have been reverted."],
  examples: [{ line: "httpcfg confirm", shows: "keep the change" }],
  flags: { format: CHANGE_FLAGS.format },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    if (await io.control.ask({ op: "confirm" }) === null) {
      throw new Fault("Cannot confirm: the service is not running", { hint: "httpcfg status" });
    }
    await reportDone(input, io, true, {});
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [reload, confirm];

async function runReload(input: CommandInput, io: CommandIo): Promise<number> {
  const confirmSeconds = readTime(input, "confirm", CONFIRM_SECONDS);
  const waitSeconds = readTime(input, "wait", WAIT_SECONDS);
  // A change that has to be confirmed may proceed, because it reverts by itself.
  const isAgreed = input.flag("yes") || confirmSeconds !== null;
  io.progress?.("asking", "the service");
  const asked = isAgreed
    ? { ...io, consent: (risks: readonly string[]) => warnAndAccept(io, risks) }
    : io;
  report(io, await guardReload(asked));
  const before = await io.control.ask({ op: "status", brief: true });
  const end = waitSeconds === null ? null : io.now() + waitSeconds * 1000;
  const strict = input.flag("strict");
  const request = { op: "reload", confirmSeconds, strict, brief: true } as const;
  const changes: ControlEvent[] = [];
  io.progress?.("applying", "the configuration");
  const applied = await askUntil(io, end, (limitMs) => {
    return io.control.ask(request, (event) => {
      changes.push(event);
      if (!isJson(input)) io.out(eventLine(event));
      if (event.kind === "change" && event.change === "draining") {
        io.progress?.("waiting for", "the last connections");
      }
    }, { limitMs, progress: io.progress });
  });
  const status = applied !== null && end !== null ? await settledStatus(io.control, end) : applied;
  if (status === null) {
    throw new Fault("Cannot reload: the service is not running", {
      hint: "httpcfg net start w3svc",
    });
  }
  // A service that does not tell what is stored may have applied something.
  const changed = changes.length > 0 || before?.stored?.changes !== 0;
  if (isJson(input)) io.out(answerText({ changed, ...answerFields(changes, status) }));
  else if (changed && changes.length === 0) io.note("No socket had to change.");
  if (!changed) report(io, [{ kind: "note", text: "unchanged" }]);
  reportProblems(io, status);
  const isSettled = end === null || isAllSettled(io, status, waitSeconds);
  return isSettled && sitesDown(status).length === 0 ? EXIT.ok : EXIT.failed;
}

/**
 * Returns the answer to a reload, which the service gives when the connections to closed sockets
 * have ended; its status at `end` if they have not by then.
 */
async function askUntil(
  io: CommandIo,
  end: number | null,
  ask: (limitMs: number | null) => Promise<ServiceStatus | null>,
): Promise<ServiceStatus | null> {
  if (end === null) return await ask(null);
  try {
    // The reload itself is never given up half-way: a second is enough to hear of it.
    return await ask(Math.max(end - io.now(), 1000));
  } catch (error) {
    if (!(error instanceof LateFault)) throw error;
    return await io.control.ask({ op: "status", brief: true });
  }
}

/** Says what does not run, and what happens next. */
function reportProblems(io: CommandIo, status: ServiceStatus): void {
  reportSiteProblems(io, status);
  if (!isServiceUp(status, "W3SVC") && status.sites.length > 0) {
    report(io, [{
      kind: "warning",
      text: "no site is served: the Web service is stopped",
      hint: "httpcfg net start w3svc",
    }]);
  }
  if (status.unconfirmedUntil !== null) {
    io.note(`Reverts at ${utcTime(status.unconfirmedUntil)} unless confirmed: httpcfg confirm`);
  }
}

/** Reports whether every planned socket is open and no closed one has connections; says which. */
function isAllSettled(io: CommandIo, status: ServiceStatus, waitSeconds: number | null): boolean {
  const left = unsettledEndpoints(status);
  if (left.length === 0) return true;
  const texts = left.map(({ ip, port, state, cause }) => {
    const what = state === "draining" ? "connections are still open" : cause ?? "not open";
    return `${formatEndpoint({ ip: ip as Ip, port })}: ${what}`;
  });
  report(io, [{
    kind: "error",
    text: `Applied, but not complete after ${waitSeconds} s: ${texts.join("; ")}`,
    hint: "httpcfg status",
  }]);
  return false;
}

/** Returns what a reload has done, for programs. */
function answerFields(changes: readonly ControlEvent[], status: ServiceStatus): object {
  const at = (wanted: string): string[] => {
    return changes.flatMap((one) => {
      return one.kind === "change" && one.change === wanted ? [one.endpoint] : [];
    });
  };
  const pending = unsettledEndpoints(status).map(({ ip, port, state, cause }) => {
    return { endpoint: formatEndpoint({ ip: ip as Ip, port }), state, cause };
  });
  const view = ({ id, name, state, reason }: ServiceStatus["sites"][number]): object => {
    return { id, name, state, reason };
  };
  return {
    workers: changes.find((one) => one.kind === "workers")?.count ?? null,
    opened: at("opened"),
    closed: at("closed"),
    pending,
    sitesDown: sitesDown(status).map(view),
    sitesInPart: status.sites.filter(({ state, reason }) => {
      return state !== "stopped" && reason !== null;
    }).map(view),
    sitesWaiting: status.sites.filter(({ waiting }) => waiting).map(view),
    unconfirmedUntil: status.unconfirmedUntil,
  };
}

/** Reports the risks of a change that has been approved. */
function warnAndAccept(io: CommandIo, risks: readonly string[]): true {
  report(io, risks.map((text) => ({ kind: "warning", text })));
  return true;
}

/** Returns the seconds of `60s`, `5m` or `60` in a flag; null if it is not given. */
function readTime(
  input: CommandInput,
  flag: "confirm" | "wait",
  { min, max }: { readonly min: number; readonly max: number },
): number | null {
  const text = input.text(flag);
  if (text === null) return null;
  const [, digits = "", unit] = /^([0-9]{1,5})(s|m)?$/.exec(text) ?? [];
  const seconds = Number(digits) * (unit === "m" ? 60 : 1);
  if (digits !== "" && seconds >= min && seconds <= max) return seconds;
  throw usageFault(
    `Cannot use ${quote(text)} for "--${flag}": must be between ${min}s and ${max}s`,
    retype(input.commandLine, { flag, to: `${nearestNumber(text, { min, max, usual: 60 })}s` }),
  );
}

function eventLine(event: ControlEvent): string {
  if (event.kind === "step") return `${event.service} ${event.state}`;
  if (event.kind === "workers") {
    return event.count === 1 ? "serving with 1 worker" : `serving with ${event.count} workers`;
  }
  const { endpoint, change, connections } = event;
  const count = connections === 1 ? "1 connection" : `${connections} connections`;
  return change === "draining" ? `${change} ${endpoint}, ${count}` : `${change} ${endpoint}`;
}
