/**
 * `sc query|start|stop|… SERVICE`: the service controller, with the output of sc.exe.
 *
 * As with sc.exe, a service is named by its short name alone, and one that others need is not
 * stopped: 1051. Exit statuses are the codes, or 1 for those above 255 except on Windows.
 *
 * @module
 */
import { EXIT, exitStatusOf } from "../../../base/exit_status.ts";
import { DeniedFault, Fault, quote } from "../../../base/fault.ts";
import { faultWithStep } from "../../../base/hints/hints.ts";
import { WIN32 } from "../../../base/win32.ts";
import { isServiceUp, serviceState } from "../../../host/control/status.ts";
import {
  dependentsOf,
  findService,
  type ServiceRow,
  SERVICES,
} from "../../../host/services/service_table.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { reportError, reportHint } from "../../core/report.ts";
import { bringUp, reportProcess, reportSites, reportStored } from "../../core/service_start.ts";
import { hostName, isThisMachine } from "../../core/this_machine.ts";
import { SC_CODES, SC_USAGE, scBlock, scFailed } from "./text.ts";

const sc: CommandSpec = {
  name: "sc",
  usage: "query | queryex | start | stop | pause | continue | interrogate [SERVICE]",
  summary: "Query and control a service, as sc.exe did",
  details: [
    "SERVICE is http, httpfilter, iisadmin or w3svc. query without one shows those that run. stop " +
    "does not stop what running services need (1051). start and stop return when it is done.",
    "The exit status is the code that is printed, or 1 for codes above 255, which only Windows has.",
  ],
  examples: [
    { line: "httpcfg sc query w3svc", shows: "the state of the Web service" },
    { line: "httpcfg sc stop w3svc", shows: "stop it" },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [sc];

/** The commands of sc.exe that change or show what the system, not the service, keeps. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  qc: "httpcfg service status",
  qdescription: "httpcfg net help services",
  enumdepend: "httpcfg net help services",
  getdisplayname: "httpcfg net help services",
  getkeyname: "httpcfg net help services",
  config: "httpcfg help service install",
  create: "httpcfg service install",
  delete: "httpcfg service uninstall",
  failure: "httpcfg help service install",
  description: "httpcfg help service install",
};

/** The call that opens the service, by command, as a failure names it. */
const OPENS: Readonly<Record<string, string>> = {
  query: "EnumQueryServicesStatus:OpenService",
  queryex: "EnumQueryServicesStatus:OpenService",
  start: "StartService: OpenService",
};

async function run({ words }: CommandInput, io: CommandIo): Promise<number> {
  const [server = "", ...more] = words;
  const isRemote = server.startsWith("\\\\");
  if (isRemote && !isThisMachine(server, hostName())) {
    reportError(io, {
      message: `Cannot control the services of ${quote(server)}: another machine`,
      hint: "httpcfg sc /?",
    });
    return EXIT.failed;
  }
  const [verb = "", name = ""] = (isRemote ? more : words).map((word, i) => {
    return i === 0 ? word.toLowerCase() : word;
  });
  if (verb === "" || /^(?:[/-]?\?|[/-]h(?:elp)?)$/.test(verb)) {
    io.print(SC_USAGE);
    return EXIT.ok;
  }
  const command = COMMANDS[verb];
  const isListing = name === "" && (verb === "query" || verb === "queryex");
  if (command === undefined || (name === "" && !isListing)) return refuseVerb(verb, name, io);
  try {
    if (isListing) return await list(verb, io);
    const row = SERVICES.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (row !== undefined) return await command({ row, name, verb }, io);
    const exit = failed(io, OPENS[verb] ?? "OpenService", SC_CODES.DOES_NOT_EXIST);
    const meant = findService(name);
    reportHint(
      io,
      meant === undefined
        ? "httpcfg net help services"
        : `httpcfg sc ${verb} ${meant.name.toLowerCase()}`,
    );
    return exit;
  } catch (error) {
    if (!(error instanceof DeniedFault)) throw error;
    const exit = failed(io, OPENS[verb] ?? "OpenService", WIN32.ACCESS_DENIED);
    const { message, hint } = error;
    throw new DeniedFault(message, { exit, cause: error, ...(hint && { hint }) });
  }
}

/** A service and what was typed for it. */
interface ScCall {
  readonly row: ServiceRow;
  readonly name: string;
  readonly verb: string;
}

const COMMANDS: Readonly<
  Record<string, ((call: ScCall, io: CommandIo) => Promise<number>) | undefined>
> = { query, queryex: query, interrogate, start, stop, pause: control, continue: control };

function refuseVerb(verb: string, name: string, io: CommandIo): number {
  const isKnown = COMMANDS[verb] !== undefined;
  reportError(io, {
    message: isKnown
      ? `Cannot run ${quote(`sc ${verb}`)}: the name of a service is missing`
      : `Cannot run ${quote(`sc ${verb}`)}: not one of the commands that are here`,
    hint: isKnown ? `httpcfg sc ${verb} w3svc` : ELSEWHERE[verb] ?? "httpcfg sc /?",
  });
  return isKnown || name === "" ? EXIT.usage : EXIT.failed;
}

function failed(io: CommandIo, call: string, code: number): number {
  io.print(scFailed(call, code));
  return exitStatusOf(code, io.os);
}

async function list(verb: string, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  for (const row of SERVICES) {
    // As without type=, drivers are left out.
    if (!row.listed || !isServiceUp(status, row.name)) continue;
    const pid = verb === "queryex" ? { pid: status?.pid ?? null } : {};
    const state = serviceState(status, row.name);
    io.print(scBlock({ name: row.name, row, state, withDisplay: true, ...pid }));
  }
  return EXIT.ok;
}

async function query({ row, name, verb }: ScCall, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  const state = serviceState(status, row.name);
  const pid = verb === "queryex" ? { pid: state === "stopped" ? null : status?.pid ?? null } : {};
  io.print(scBlock({ name, row, state, ...pid }));
  return EXIT.ok;
}

async function interrogate({ row, name }: ScCall, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  if (!isServiceUp(status, row.name)) {
    return failed(io, "ControlService", WIN32.SERVICE_NOT_ACTIVE);
  }
  io.print(scBlock({ name, row, state: serviceState(status, row.name) }));
  return EXIT.ok;
}

async function start({ row, name }: ScCall, io: CommandIo): Promise<number> {
  const before = await io.control.ask({ op: "status" });
  if (isServiceUp(before, row.name)) {
    return failed(io, "StartService", WIN32.SERVICE_ALREADY_RUNNING);
  }
  try {
    const started = await bringUp(io, row.name, before);
    const { status } = started;
    io.print(scBlock({ name, row, state: serviceState(status, row.name), pid: status.pid }));
    reportProcess(io, started);
    const areUp = reportSites(io, row.name, status);
    await reportStored(io, status);
    return areUp ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (error instanceof DeniedFault || !(error instanceof Fault)) throw error;
    const exit = failed(io, "StartService", SC_CODES.SPECIFIC_ERROR);
    throw faultWithStep(error, `httpcfg sc start ${row.name.toLowerCase()}`, exit);
  }
}

async function stop({ row, name }: ScCall, io: CommandIo): Promise<number> {
  const before = await io.control.ask({ op: "status" });
  if (!isServiceUp(before, row.name)) {
    return failed(io, "ControlService", WIN32.SERVICE_NOT_ACTIVE);
  }
  if (dependentsOf(row.name).some((one) => isServiceUp(before, one))) {
    const exit = failed(io, "ControlService", SC_CODES.DEPENDENTS_RUNNING);
    reportHint(io, `httpcfg net stop ${row.name.toLowerCase()} /y`);
    return exit;
  }
  io.progress?.("waiting for", "the last connections");
  await io.control.ask({ op: "stop", service: row.name });
  io.print(scBlock({ name, row, state: "stopped" }));
  return EXIT.ok;
}

async function control({ row, name, verb }: ScCall, io: CommandIo): Promise<number> {
  const before = await io.control.ask({ op: "status" });
  if (!isServiceUp(before, row.name)) {
    return failed(io, "ControlService", WIN32.SERVICE_NOT_ACTIVE);
  }
  if (!row.canPause) return failed(io, "ControlService", SC_CODES.INVALID_CONTROL);
  const wanted = verb === "pause" ? "paused" : "running";
  if (serviceState(before, row.name) !== wanted) {
    await io.control.ask({ op: verb === "pause" ? "pause" : "continue", service: row.name });
  }
  io.print(scBlock({ name, row, state: wanted }));
  return EXIT.ok;
}
