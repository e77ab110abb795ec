/**
 * `iisreset [/restart|/start|/stop|/status]`: the Internet services, with the output of
 * iisreset.exe.
 *
 * The Internet services are IIS Admin, HTTP SSL and W3SVC. HTTP is a driver, which iisreset.exe leaves
 * running; so the inclusion list that it has read stays in force (KB 813368).
 *
 * @module
 */
import { EXIT, exitStatusOf } from "../../../base/exit_status.ts";
import { DeniedFault, Fault, quote } from "../../../base/fault.ts";
import { faultWithStep } from "../../../base/hints/hints.ts";
import { WIN32 } from "../../../base/win32.ts";
import { isServiceUp, serviceState, type ServiceStatus } from "../../../host/control/status.ts";
import { type ServiceName, SERVICES } from "../../../host/services/service_table.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { report, reportError } from "../../core/report.ts";
import { bringUp, reportProcess, reportSites, reportStored } from "../../core/service_start.ts";
import { hostName } from "../../core/this_machine.ts";
import { readIisreset } from "./args.ts";
import { IISRESET, IISRESET_USAGE, statusLine } from "./text.ts";

const iisreset: CommandSpec = {
  name: "iisreset",
  usage: "[/restart | /start | /stop | /status] [/noforce] [/timeout:SECONDS]",
  summary: "Restart, start or stop the Web service, as iisreset.exe did",
  details: [
    "Without an operation it restarts. HTTP itself goes on with the inclusion list that it has " +
    "read; net stop http /y and net start w3svc, or reload, apply a changed one.",
    "/reboot, /rebootonerror, /enable, /disable and other machines are refused. Exit status 5 if " +
    "the system denies it, 1 if it fails or a site that starts by itself is down.",
  ],
  examples: [
    { line: "httpcfg iisreset", shows: "stop and start the Web service" },
    { line: "httpcfg iisreset /status", shows: "which of the services run" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [iisreset];

/** In the order of stopping: W3SVC needs the others. */
const STOPPED: readonly ServiceName[] = ["W3SVC", "HTTPFilter", "IISADMIN"];

const STATE_WORDS: Readonly<Record<string, string>> = {
  running: "Running",
  stopped: "Stopped",
  paused: "Paused",
  starting: "Start pending",
  stopping: "Stop pending",
  pausing: "Pause pending",
};

async function run({ words }: CommandInput, io: CommandIo): Promise<number> {
  const call = readIisreset(words, hostName());
  if ("reason" in call) {
    reportError(io, {
      message: `Cannot use ${quote(call.word)} with iisreset: ${call.reason}`,
      hint: "httpcfg iisreset /?",
    });
    return EXIT.failed;
  }
  if (call.verb === "help") {
    io.print(IISRESET_USAGE);
    return EXIT.ok;
  }
  report(io, call.notes.map((text) => ({ kind: "note", text })));
  try {
    if (call.verb === "status") return await showStatus(io);
    if (call.verb === "start") io.print("\n");
    else await stop(io, call.verb === "stop");
    return call.verb === "stop" ? EXIT.ok : await start(io, call.verb);
  } catch (error) {
    if (!(error instanceof DeniedFault)) throw error;
    io.print(IISRESET.denied);
    const { message, hint } = error;
    const exit = exitStatusOf(WIN32.ACCESS_DENIED, io.os);
    throw new DeniedFault(message, { exit, cause: error, ...(hint && { hint }) });
  }
}

async function showStatus(io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  for (const { name, display, listed } of SERVICES) {
    if (!listed) continue;
    const state = serviceState(status, name);
    io.print(statusLine(display, name, STATE_WORDS[state] ?? state));
  }
  return EXIT.ok;
}

async function stop(io: CommandIo, isLast: boolean): Promise<void> {
  io.print(IISRESET.stopping);
  let status: ServiceStatus | null = await io.control.ask({ op: "status" });
  try {
    for (const name of STOPPED) {
      if (!isServiceUp(status, name)) continue;
      io.progress?.("waiting for", "the last connections");
      status = await io.control.ask({ op: "stop", service: name });
    }
  } catch (error) {
    if (!(error instanceof DeniedFault)) {
      io.print(isLast ? IISRESET.stopFailed : IISRESET.restartFailed);
    }
    throw error;
  }
  io.print(IISRESET.stopped);
}

async function start(io: CommandIo, verb: "start" | "restart"): Promise<number> {
  io.print(IISRESET.starting);
  const before = await io.control.ask({ op: "status" });
  const isRunning = isServiceUp(before, "W3SVC");
  let status = before;
  try {
    if (!isRunning || status === null) {
      const started = await bringUp(io, "W3SVC", before);
      status = started.status;
      reportProcess(io, started);
    }
  } catch (error) {
    if (error instanceof DeniedFault) throw error;
    io.print(verb === "start" ? IISRESET.startFailed : IISRESET.restartFailed);
    throw error instanceof Fault ? faultWithStep(error, "httpcfg iisreset /start") : error;
  }
  if (!reportSites(io, "W3SVC", status)) {
    io.print(verb === "start" ? IISRESET.startFailed : IISRESET.restartFailed);
    return EXIT.failed;
  }
  io.print(verb === "start" ? IISRESET.started : IISRESET.restarted);
  if (isRunning) await noteUnapplied(io);
  else await reportStored(io, status);
  return EXIT.ok;
}
