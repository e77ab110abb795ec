/**
 * `service install|uninstall|status`: the HTTP service as a system service.
 *
 * The files are written here, and the remaining commands are printed, one per line: this program
 * may not start other programs, so it does not call the service manager itself.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault, quote, shellWord } from "../../../base/fault.ts";
import { retype } from "../../../base/retype.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { selfCommand } from "../../../host/process/self_command.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import {
  compareServiceFile,
  detectSystem,
  removeServiceFile,
  writeServiceFile,
} from "./service_files.ts";
import {
  SERVICE_SYSTEMS,
  type ServicePlan,
  servicePlan,
  type ServiceSystem,
} from "./service_units.ts";

/** Where the install script puts the program; used if this one runs from source. */
const USUAL_PROGRAM = "/usr/local/bin/httpcfg";

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

const install: CommandSpec = {
  name: "service install",
  usage: "",
  summary: "Install the system service, which starts at boot as an unprivileged user",
  details: [
    "Writes the files for systemd, OpenRC, launchd or the Windows Task Scheduler, then prints " +
    "the commands that start the service; pipe them into a shell to run them.",
  ],
  examples: [
    { line: "httpcfg service install --print", shows: "show the files without writing them" },
    { line: "httpcfg service install | sh", shows: "install and start the service" },
  ],
  flags: {
    ...FLAGS,
    print: { kind: "boolean", summary: "print the files instead of writing them" },
  },
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { files, start } = await planOf(input);
    warnIfPrivate(input, io);
    if (input.flag("print")) {
      const comment = files[0]?.text.startsWith("<?xml") ? null : "#";
      for (const { path, text } of files) {
        if (comment !== null && files.length > 1) io.out(`${comment} ${path}`);
        io.out(text);
      }
      return EXIT.ok;
    }
    for (const file of files) {
      await writeServiceFile(file, input.text("root") ?? "");
      io.note(`wrote ${input.text("root") ?? ""}${file.path}`);
    }
    io.out(start.join("\n"));
    return EXIT.ok;
  },
};

const uninstall: CommandSpec = {
  name: "service uninstall",
  usage: "",
  summary: "Remove the system service; configuration, sites and logs are kept",
  examples: [{ line: "httpcfg service uninstall | sh", shows: "stop and remove the service" }],
  flags: FLAGS,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { files, stop } = await planOf(input);
    const root = input.text("root") ?? "";
    for (const file of files) {
      if (await removeServiceFile(file, root)) io.note(`removed ${root}${file.path}`);
    }
    io.out(stop.join("\n"));
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
    const { files } = await planOf(input);
    for (const file of files) {
      const state = await compareServiceFile(file, input.text("root") ?? "");
      io.out(`${file.path}: ${STATES[state]}`);
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

async function planOf(input: CommandInput): Promise<ServicePlan> {
  const system = (input.text("system") ?? await detectSystem()) as ServiceSystem | null;
  if (system === null) {
    throw new Fault("Cannot detect the service manager: none found", {
      hint: retype(input.commandLine, { flag: "system", to: SERVICE_SYSTEMS[0]! }),
    });
  }
  return servicePlan(system, input.text("program") ?? ownProgram());
}

/**
 * The service has its own user and its own /tmp, so it cannot read a program in such a directory.
 */
function warnIfPrivate(input: CommandInput, io: CommandIo): void {
  const program = input.text("program") ?? ownProgram();
  if (!/^\/(root|home|tmp|var\/tmp)\//.test(program)) return;
  report(io, [{
    kind: "warning",
    text: `the user of the service may not be able to read ${quote(program)}`,
    hint: `install -m 755 ${
      shellWord(program)
    } ${USUAL_PROGRAM} && ${USUAL_PROGRAM} service install`,
  }]);
}

/** Returns the file of this program, or the usual path if it runs from source. */
function ownProgram(): string {
  const [program = USUAL_PROGRAM, ...rest] = selfCommand([]);
  return rest.length === 0 ? program : USUAL_PROGRAM;
}
