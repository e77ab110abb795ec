/**
 * `reload` and `confirm`: apply the stored configuration to the running service.
 *
 * @module
 */
import { EXIT } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { CONFIRM_SECONDS, type ControlProgress } from "../../host/control/control_protocol.ts";
import { isServiceUp } from "../../host/control/status.ts";
import { retype } from "../../base/retype.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../core/command.ts";
import { nearestNumber } from "../core/corrections.ts";
import { guardReload } from "../../admin/lockout_guard.ts";
import { report } from "../core/report.ts";
import { reportSiteProblems } from "../core/site_problems.ts";

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
    "Exit status 0 if the configuration is applied and every site that starts by itself has a " +
    "socket; 1 if nothing was applied, or if a site has none. While the Web service is stopped, " +
    "no site has one; a warning says so.",
  ],
  examples: [
    { line: "httpcfg reload", shows: "apply what httpcfg plan shows" },
    { line: "httpcfg reload --confirm 60s", shows: "revert unless confirmed within a minute" },
  ],
  flags: {
    yes: { kind: "boolean", summary: "apply a change even if it could lock you out" },
    strict: { kind: "boolean", summary: "fail if an address is not on this machine now" },
    confirm: {
      kind: "string",
      value: "TIME",
      summary: "revert unless httpcfg confirm follows within TIME (60s, 5m)",
    },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const confirmSeconds = parseTime(input);
    // A change that has to be confirmed may proceed, because it reverts by itself.
    const isAgreed = input.flag("yes") || confirmSeconds !== null;
    await guardReload(isAgreed ? { ...io, consent: (risks) => warnAndAccept(io, risks) } : io);
    const request = { op: "reload", confirmSeconds, strict: input.flag("strict") } as const;
    let changes = 0;
    const status = await io.control.ask(request, (progress) => {
      changes++;
      io.out(progressLine(progress));
    });
    if (status === null) {
      throw new Fault("Cannot reload: the service is not running", {
        hint: "httpcfg net start w3svc",
      });
    }
    reportSiteProblems(io, status);
    if (!isServiceUp(status, "W3SVC") && status.sites.length > 0) {
      report(io, [{
        kind: "warning",
        text: "no site is served: the Web service is stopped",
        hint: "httpcfg net start w3svc",
      }]);
    }
    const isServed = status.sites.every(({ state, reason }) => {
      return state !== "stopped" || reason === null;
    });
    if (changes === 0) io.note("No socket had to change.");
    if (status.unconfirmedUntil !== null) {
      io.note(`Reverts at ${status.unconfirmedUntil} unless confirmed: httpcfg confirm`);
    }
    return isServed ? EXIT.ok : EXIT.failed;
  },
};

const confirm: CommandSpec = {
  name: "confirm",
  usage: "",
  summary: "Keep the change that reload --confirm made",
  examples: [{ line: "httpcfg confirm", shows: "keep the change" }],
  flags: {},
  words: { min: 0, max: 0 },
  async run(_input, io): Promise<number> {
    if (await io.control.ask({ op: "confirm" }) !== null) return EXIT.ok;
    throw new Fault("Cannot confirm: the service is not running", { hint: "httpcfg status" });
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [reload, confirm];

/** Reports the risks of a change that has been approved. */
function warnAndAccept(io: CommandIo, risks: readonly string[]): true {
  report(io, risks.map((text) => ({ kind: "warning", text })));
  return true;
}

/** Returns the seconds of `60s`, `5m` or `60`; null if nothing was given. */
function parseTime(input: CommandInput): number | null {
  const text = input.text("confirm");
  if (text === null) return null;
  const [, digits = "", unit] = /^([0-9]{1,5})(s|m)?$/.exec(text) ?? [];
  const seconds = Number(digits) * (unit === "m" ? 60 : 1);
  const { min, max } = CONFIRM_SECONDS;
  if (digits !== "" && seconds >= min && seconds <= max) return seconds;
  throw usageFault(
    `Cannot use ${quote(text)} for "--confirm": must be between ${min}s and ${max}s`,
    retype(input.commandLine, {
      flag: "confirm",
      to: `${nearestNumber(text, { min, max, usual: 60 })}s`,
    }),
  );
}

function progressLine(progress: ControlProgress): string {
  if (progress.kind === "step") return `${progress.service} ${progress.state}`;
  const { endpoint, change, connections } = progress;
  const count = connections === 1 ? "1 connection" : `${connections} connections`;
  return change === "draining" ? `${change} ${endpoint}, ${count}` : `${change} ${endpoint}`;
}
