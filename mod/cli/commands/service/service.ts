/**
 * `service install|uninstall|status`: the HTTP service as a system service.
 *
 * The files are written here, and the commands for the service manager are printed, one per line:
 * this program does not call it itself. A service stops before its files are removed, so `uninstall`
 * prints both.
 *
 * @module
 */
import {
  COLLECTED_LOGS,
  journalNotices,
  storeFirstSettings,
} from "../../../admin/first_settings.ts";
import type { Notice } from "../../../admin/admin_io.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord, usageFault } from "../../../base/fault.ts";
import { retype } from "../../../base/hints/retype.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { Problem } from "../../../base/problem.ts";
import { parseBinding } from "../../../config/document/binding.ts";
import type { ConfigDocument } from "../../../config/document/document.ts";
import { programFile } from "../../../host/process/self_command.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../../core/outcome.ts";
import { report } from "../../core/report.ts";
import {
  compareServiceFile,
  detectSystem,
  exists,
  removeServiceFile,
  writeServiceFile,
} from "./service_files.ts";
import { type ServiceFile, serviceFilePath } from "./service_plan.ts";
import {
  LAUNCHD_USER,
  PACKAGED_PROGRAM,
  PACKAGED_UNIT,
  SERVICE_SYSTEMS,
  servicePlan,
  serviceScript,
  type ServiceSystem,
} from "./service_units.ts";

/** Where the install script puts the program; used if this one runs from source. */
const USUAL_PROGRAM = "/usr/local/bin/httpcfg";
const WINDOWS_FOLDER = "C:\\Program Files\\httpcfg";
const WINDOWS_PROGRAM = `${WINDOWS_FOLDER}\\httpcfg.exe`;

const FLAGS: Readonly<Record<"system" | "program" | "root", FlagSpec>> = {
  system: {
    kind: "string",
    value: "NAME",
    summary: "service manager, if not the one of this machine",
    choices: SERVICE_SYSTEMS,
  },
  program: {
    kind: "string",
    value: "FILE",
    summary: "program to run, if not this one",
    completes: "file",
  },
  root: {
    kind: "string",
    value: "DIR",
    summary: "write below this directory, for a package",
    completes: "folder",
  },
};

const RUN_AS: FlagSpec = {
  kind: "string",
  value: "USER",
  summary: "user that the service runs as; on macOS only",
};

const install: CommandSpec = {
  name: "service install",
  usage: "",
  summary: "Install the system service, which starts at boot as an unprivileged user",
  details: [
    "Writes the files for systemd, OpenRC, launchd or the Windows Task Scheduler, then prints " +
    "the commands that start the service; pipe them into a shell to run them. " +
    "If a package has installed the program, its unit is used.",
    "With systemd, and without a document yet, the access logs of the sites are JSON in the journal " +
    "(journalctl -u httpcfg -o cat): AccessLogFormat json and AccessLogTarget stdout are stored. A " +
    "document that is there stays as it is.",
    "On macOS only root may open a port below 1024 on a single address. There the service runs as " +
    `${LAUNCHD_USER}, or as root if a site is bound to such a port; --run-as chooses.`,
  ],
  examples: [
    { line: "httpcfg service install --print", shows: "show the files without writing them" },
    { line: "httpcfg service install | sh", shows: "install and start the service" },
    { line: "httpcfg service install | cmd /q", shows: "the same on Windows, as an administrator" },
  ],
  flags: {
    ...FLAGS,
    "run-as": RUN_AS,
    print: { kind: "boolean", summary: "print the files instead of writing them" },
    ...CHANGE_FLAGS,
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { system, program, packaged } = await installationOf(input);
    const user = await chooseUser(system, input, io);
    const plan = servicePlan(system, program, user?.name);
    const files = packaged ? [] : plan.files;
    warnIfPrivate(program, io);
    if (input.flag("print")) {
      const comment = plan.files[0]?.text.startsWith("<?xml") ? null : "#";
      for (const { path, text } of plan.files) {
        if (comment !== null && plan.files.length > 1) io.out(`${comment} ${path}`);
        io.out(text);
      }
      return EXIT.ok;
    }
    const written: string[] = [];
    for (const file of files) {
      const path = serviceFilePath(file, input.text("root") ?? "");
      if (!await writeServiceFile(file, input.text("root") ?? "")) continue;
      io.note(`wrote ${path}`);
      written.push(path);
    }
    if (packaged) io.note(`note: the unit is that of the package, ${PACKAGED_UNIT}`);
    if (user !== null) report(io, [user.notice]);
    if (system === "systemd" && written.length > 0) await chooseLogs(input, io);
    const start = packaged ? PACKAGED_START : plan.start;
    // What they do is not known here, but twice is as good as once.
    if (!isJson(input)) io.out(serviceScript(system, { ...plan, start }, null));
    await reportDone(input, io, written.length > 0, { written, commands: start });
    return EXIT.ok;
  },
};

const uninstall: CommandSpec = {
  name: "service uninstall",
  usage: "",
  summary: "Stop and remove the system service; configuration, sites and logs are kept",
  details: [
    "Prints the commands that stop the service and remove its files; pipe them into a shell to run " +
    "them. Below --root, where nothing runs, the files are removed at once.",
  ],
  examples: [
    { line: "httpcfg service uninstall | sh", shows: "stop and remove the service" },
    { line: "httpcfg service uninstall | cmd /q", shows: "the same on Windows" },
  ],
  flags: FLAGS,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { system, program, packaged } = await installationOf(input);
    const plan = servicePlan(system, program);
    const root = input.text("root");
    if (root !== null) {
      for (const file of plan.files) {
        if (await removeServiceFile(file, root)) io.note(`removed ${serviceFilePath(file, root)}`);
      }
      return EXIT.ok;
    }
    const files: ServiceFile[] = [];
    for (const file of plan.files) {
      if (await compareServiceFile(file, "") !== "missing") files.push(file);
    }
    if (files.length === 0 && !packaged) {
      io.note("note: the service is not installed");
      return EXIT.ok;
    }
    if (packaged) io.note(`note: the unit is that of the package, ${PACKAGED_UNIT}; it stays`);
    io.note("note: the commands below stop and remove it");
    io.out(serviceScript(system, plan, files));
    return EXIT.ok;
  },
};

const serviceStatus: CommandSpec = {
  name: "service status",
  usage: "",
  summary: "Show whether the system service is installed and running",
  details: ["Exit status 0 if it is running, 1 if not."],
  examples: [{ line: "httpcfg service status", shows: "its files and its process" }],
  flags: FLAGS,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { system, program, packaged } = await installationOf(input);
    const root = input.text("root") ?? "";
    if (packaged) io.out(`${PACKAGED_UNIT}: installed by a package`);
    // Of launchd's list there are two: `service install` chooses the user.
    const asRoot = servicePlan(system, program, "root").files;
    for (const [at, file] of packaged ? [] : servicePlan(system, program).files.entries()) {
      const states = [file, asRoot[at]!].map((one) => compareServiceFile(one, root));
      const [state, other] = await Promise.all(states);
      io.out(`${file.path}: ${STATES[other === "same" ? "same" : state!]}`);
    }
    const status = await io.control.ask({ op: "status" });
    io.out(
      status === null ? "httpcfg is not running." : `httpcfg is running as process ${status.pid}.`,
    );
    return status === null ? EXIT.failed : EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [install, uninstall, serviceStatus];

const STATES = {
  missing: "not installed",
  same: "installed",
  different: "installed, but differs from what this program would write",
} as const;

/** What starts the unit of a package, whose own scripts have made the user and the directories. */
const PACKAGED_START: readonly string[] = ["systemctl enable --now httpcfg"];

interface Installation {
  readonly system: ServiceSystem;
  readonly program: string;
  /** A package has installed program and unit, and nothing else overrides the unit. */
  readonly packaged: boolean;
}

async function installationOf(input: CommandInput): Promise<Installation> {
  const system = (input.text("system") ?? await detectSystem()) as ServiceSystem | null;
  if (system === null) {
    throw new Fault("Cannot detect the service manager: none found", {
      hint: retype(input.commandLine, { flag: "system", to: SERVICE_SYSTEMS[0]! }),
    });
  }
  const program = input.text("program") ?? ownProgram(system);
  const [unit] = servicePlan(system, program).files;
  const packaged = system === "systemd" && program === PACKAGED_PROGRAM &&
    input.text("root") === null && await exists(PACKAGED_UNIT) && !(await exists(unit!.path));
  return { system, program, packaged };
}

/**
 * Returns the user of a service of launchd, and what to say about it; null elsewhere, where the
 * service has a user of its own that may open every port. Throws a usage fault if one is named there.
 */
async function chooseUser(
  system: ServiceSystem,
  input: CommandInput,
  io: CommandIo,
): Promise<{ readonly name: string; readonly notice: Notice } | null> {
  const asked = input.text("run-as");
  if (system !== "launchd") {
    if (asked === null) return null;
    throw usageFault(
      `Cannot run the service as ${quote(asked)}: only launchd has a choice of the user`,
      "httpcfg service install",
    );
  }
  const low = lowBinding(await io.store.read());
  const name = asked ?? (low === null ? LAUNCHD_USER : "root");
  const rule = "on macOS only root may open a port below 1024 on a single address";
  if (name === "root") {
    const why = low === null ? "" : `: ${low}, and ${rule}`;
    return { name, notice: { kind: "note", text: `the service runs as root${why}` } };
  }
  const text = low === null
    ? `the service runs as ${quote(name)}; ${rule}`
    : `the service runs as ${quote(name)}, but ${low}, and ${rule}`;
  const hint = "httpcfg service install --run-as root | sh";
  return { name, notice: { kind: low === null ? "note" : "warning", text, hint } };
}

/** A new installation logs JSON for the journal; whoever has a document decides. */
async function chooseLogs(input: CommandInput, io: CommandIo): Promise<void> {
  if (input.text("root") !== null || io.home.owner !== "system") return; // another document
  const stored = await storeFirstSettings(io, COLLECTED_LOGS);
  if (stored.length > 0) return report(io, stored);
  report(io, journalNotices((await io.store.read()).settings));
}

/** Says which site is bound to a port below 1024; null if none is. */
function lowBinding({ sites }: ConfigDocument): string | null {
  for (const site of sites) {
    for (const text of [...site.bindings, ...site.secureBindings]) {
      const binding = parseBinding(text);
      if (binding instanceof Problem || binding.port >= 1024) continue;
      return `site ${quote(site.name)} is bound to ${text}`;
    }
  }
  return null;
}

/**
 * The service has its own user and its own /tmp, so it cannot read a program in such a directory.
 */
function warnIfPrivate(program: string, io: CommandIo): void {
  const isWindows = /^[A-Z]:\\Users\\/i.test(program);
  if (!isWindows && !/^\/(root|home|tmp|var\/tmp)\//.test(program)) return;
  report(io, [{
    kind: "warning",
    text: `the user of the service may not be able to read ${quote(program)}`,
    hint: isWindows
      ? `md "${WINDOWS_FOLDER}" & copy "${program}" "${WINDOWS_PROGRAM}" & ` +
        `"${WINDOWS_PROGRAM}" service install`
      : `install -m 755 ${shellWord(program)} ${USUAL_PROGRAM} && ${USUAL_PROGRAM} service install`,
  }]);
}

/** Returns the file of this program, or the usual path if it runs from source. */
function ownProgram(system: ServiceSystem): string {
  return programFile() ?? (system === "windows" ? WINDOWS_PROGRAM : USUAL_PROGRAM);
}
