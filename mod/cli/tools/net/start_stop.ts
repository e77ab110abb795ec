/**
 * `net start|stop`: the commands of the service controller, with the output of net.exe.
 *
 * @module
 */
import { NET_EXIT } from "../../../base/exit_status.ts";
import { DeniedFault, Fault } from "../../../base/fault.ts";
import { faultWithStep } from "../../../base/hints/hints.ts";
import {
  isServiceUp,
  serviceState,
  type ServiceStatus,
  sitesDown,
} from "../../../host/control/status.ts";
import {
  dependentsOf,
  findService,
  type ServiceName,
  type ServiceRow,
  serviceRow,
  SERVICES,
} from "../../../host/services/service_table.ts";
import {
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  FORMAT_FLAG,
} from "../../core/command.ts";
import { writeListing } from "../../core/format.ts";
import { withSystemError } from "./denied.ts";
import { withNetHelp } from "./help.ts";
import * as messages from "./messages.ts";
import { CHANGE_FLAGS, checkChangeForm, isJson, reportDone } from "../../core/outcome.ts";
import { reportHint } from "../../core/report.ts";
import { reportSiteProblems } from "../../core/notices/site_problems.ts";
import {
  bringUp,
  reportProcess,
  reportStored,
  type StartedService,
} from "../../core/service_start.ts";

const netStart = withNetHelp("start", {
  name: "net start",
  usage: "[SERVICE]",
  summary: "Start a service and its dependencies, or list the running services",
  details: [
    "SERVICE is http, httpfilter, iisadmin or w3svc, or a display name. If no service process is " +
    "running, one is started in the background; the command returns when it is listening.",
    "Without SERVICE, lists the started services. HTTP is a driver and is not listed.",
    "Exit status 2 if the service could not be started, or if it was started and a site that " +
    "starts by itself is down. A site that runs in part, or waits for an address which this " +
    "machine does not have yet, is reported.",
  ],
  examples: [
    { line: "httpcfg net start w3svc", shows: "start HTTP, HTTP SSL and the Web service" },
    { line: "httpcfg net start", shows: "list the running services" },
  ],
  flags: { idempotent: CHANGE_FLAGS.idempotent, ...FORMAT_FLAG },
  words: { min: 0, max: Infinity },
  legacy: true,
  completes: ["service"],
  run: withSystemError(async (input, io) => {
    const { name, option } = readWords(input.words, []);
    if (option !== null) return refusedOption(io, "start", option);
    if (name === "") return await listStarted(input, io);
    const row = findService(name);
    if (row === undefined) return refused(io, messages.netError(messages.NET.NAME_INVALID));
    checkChangeForm(input, `httpcfg net start ${row.name.toLowerCase()}`);
    return await startService(row, input, io);
  }),
});

const netStop = withNetHelp("stop", {
  name: "net stop",
  usage: "SERVICE [/y]",
  summary: "Stop a service and, with /y, the services that depend on it",
  examples: [{
    line: "httpcfg net stop http /y",
    shows: "stop W3SVC and HTTP SSL, then HTTP: nothing listens any more",
  }],
  flags: CHANGE_FLAGS,
  words: { min: 0, max: Infinity },
  legacy: true,
  completes: ["service"],
  run: withSystemError(async (input, io) => {
    const { name, option, yes } = readWords(input.words, ["y", "yes", "n", "no"]);
    if (option !== null) return refusedOption(io, "stop", option);
    if (name === "") {
      io.note(messages.netSyntax("stop"));
      return NET_EXIT.syntax;
    }
    const row = findService(name);
    if (row === undefined) return refused(io, messages.netError(messages.NET.NAME_INVALID));
    return await stopService(row, yes, input, io);
  }),
});

/** The records of this file. */
export const commands: readonly CommandSpec[] = [netStart, netStop];

async function startService(
  row: ServiceRow,
  input: CommandInput,
  io: CommandIo,
): Promise<number> {
  const print = isJson(input) ? (): void => {} : io.print;
  const status = await io.control.ask({ op: "status" });
  if (status !== null && isPending(status, row.name)) {
    return refused(io, messages.netError(messages.NET.BUSY));
  }
  if (status !== null && isServiceUp(status, row.name)) {
    if (input.flag("idempotent")) {
      return await finishStart(row, status, { input, io, isNew: false });
    }
    return refused(io, messages.netError(messages.NET.ALREADY_STARTED));
  }
  // Without HTTP, it reads what is stored when it starts; otherwise it keeps what it has read.
  const apply = isServiceUp(status, "HTTP") ? "httpcfg reload; " : "";
  let started: StartedService;
  print(messages.netStarting(row.display));
  try {
    started = await bringUp(io, row.name, status);
  } catch (error) {
    print(messages.netNotStarted(row.display));
    if (error instanceof DeniedFault) throw error;
    io.note(messages.netStartReason(null));
    throw withNetStatus(error, `${apply}httpcfg net start ${row.name.toLowerCase()}`);
  }
  print(messages.netStarted(row.display));
  reportProcess(io, started);
  const exit = await finishStart(row, started.status, { input, io, isNew: true });
  await reportStored(io, started.status);
  return exit;
}

/** Says which sites do not run; the exit status is that of a failure if there are any. */
async function finishStart(
  row: ServiceRow,
  status: ServiceStatus,
  { input, io, isNew }: {
    readonly input: CommandInput;
    readonly io: CommandIo;
    readonly isNew: boolean;
  },
): Promise<number> {
  const down = row.name === "W3SVC" ? sitesDown(status) : [];
  const state = serviceState(status, row.name);
  await reportDone(input, io, isNew, { service: row.name, state, sitesDown: down });
  if (row.name === "W3SVC") reportSiteProblems(io, status);
  return down.length === 0 ? NET_EXIT.ok : NET_EXIT.failed;
}

/** Returns the fault with the exit status of net.exe; `again` starts the service after a cure. */
function withNetStatus(error: unknown, again: string): unknown {
  return error instanceof Fault ? faultWithStep(error, again, NET_EXIT.failed) : error;
}

async function stopService(
  row: ServiceRow,
  yes: boolean | null,
  input: CommandInput,
  io: CommandIo,
): Promise<number> {
  const print = isJson(input) ? (): void => {} : io.print;
  const answer = { service: row.name, state: "stopped" } as const;
  const status = await io.control.ask({ op: "status" });
  if (status === null || !isServiceUp(status, row.name)) {
    if (input.flag("idempotent")) {
      await reportDone(input, io, false, answer);
      return NET_EXIT.ok;
    }
    return refused(io, messages.netError(messages.NET.NOT_STARTED, row.display));
  }
  if (isPending(status, row.name)) return refused(io, messages.netError(messages.NET.BUSY));
  const dependents = dependentsOf(row.name).filter((name) => isServiceUp(status, name));
  if (dependents.length > 0) {
    print(
      messages.netDependents(row.display, dependents.map((name) => serviceRow(name).display)),
    );
    if (!(yes ?? confirmed(row, io))) return NET_EXIT.failed;
  }
  await io.control.ask({ op: "stop", service: row.name }, (progress) => {
    if (progress.kind !== "step") return;
    const { display } = serviceRow(progress.service);
    if (progress.state === "stopping") {
      print(messages.netStopping(display));
      io.progress?.("waiting for", "the last connections");
    }
    if (progress.state === "stopped") print(messages.netStopped(display));
  });
  await reportDone(input, io, true, answer);
  return NET_EXIT.ok;
}

function confirmed(row: ServiceRow, io: CommandIo): boolean {
  const answer = io.ask(messages.STOP_QUESTION);
  if (answer === null) {
    io.note(messages.netNoResponse());
    reportHint(io, `httpcfg net stop ${row.name.toLowerCase()} /y`);
  }
  return answer !== null && /^y(es)?$/i.test(answer);
}

async function listStarted(input: CommandInput, io: CommandIo): Promise<number> {
  const status = await io.control.ask({ op: "status" });
  const started = SERVICES.filter(({ name, listed }) => {
    return listed && isServiceUp(status, name);
  });
  const rows = started.map(({ name, display }) => ({ name, display }));
  await writeListing(input, io, { name: "services", columns: ["name", "display"], rows }, {
    text: () => io.print(messages.netStartedList(started.map(({ display }) => display))),
  });
  return NET_EXIT.ok;
}

/**
 * Reports whether a service is changing state: a slow client can delay a stop by its grace time.
 */
function isPending(status: ServiceStatus, name: ServiceName): boolean {
  return ["starting", "stopping", "pausing"].includes(serviceState(status, name));
}

interface NetWords {
  readonly name: string;
  /** True for /y, false for /n, null for neither. */
  readonly yes: boolean | null;
  /** The first option that is not allowed; null for none. */
  readonly option: string | null;
}

/** Reads a name and options. A display name may be unquoted: `net stop http ssl /y`. */
function readWords(words: readonly string[], options: readonly string[]): NetWords {
  const name: string[] = [];
  let yes: boolean | null = null;
  for (const word of words) {
    if (!/^[/-]/.test(word)) {
      name.push(word);
      continue;
    }
    const option = word.slice(1).toLowerCase();
    if (!options.includes(option)) return { name: name.join(" "), yes, option: word };
    yes = option.startsWith("y");
  }
  return { name: name.join(" "), yes, option: null };
}

function refused(io: CommandIo, text: string): number {
  io.note(text);
  return NET_EXIT.failed;
}

function refusedOption(io: CommandIo, verb: messages.NetVerb, option: string): number {
  io.note(messages.netUnknownOption(verb, option));
  return NET_EXIT.syntax;
}
