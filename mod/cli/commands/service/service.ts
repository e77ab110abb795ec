/**
 * `service install|uninstall|status`: the HTTP service as a service of the machine.
 *
 * Files are written and what is left is said, a command a line: this program may start no other one,
 * so it does not call the service manager itself.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault } from "../../../base/fault.ts";
import type { FlagSpec } from "../../../base/flag_spec.ts";
import { selfCommand } from "../../../host/process/self_command.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
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

/** Where the program is put by the install script; used where it runs from source. */
const USUAL_PROGRAM = "/usr/local/bin/httpcfg";

const FLAGS: Readonly<Record<"system" | "program" | "root", FlagSpec>> = {
  system: {
    kind: "string",
    value: "NAME",
    summary: "service manager, where it is not this machine's",
    choices: SERVICE_SYSTEMS,
  },
  program: {
    kind: "string",
    value: "FILE",
    summary: "the program to run, where it is not this one",
    completes: "file",
  },
  root: {
    kind: "string",
    value: "DIR",
    summary: "write below this folder, to make a package",
    completes: "folder",
  },
};

const install: CommandSpec = {
  name: "service install",
  usage: "",
  summary: "Install the service: an unprivileged user, started with the machine",
  details: [
    "Writes the files of systemd, OpenRC, launchd or the Windows Task Scheduler, then prints the " +
    "commands that start it; piped into a shell they are run.",
  ],
  examples: [
    { line: "httpcfg service install --print", tells: "show the files, write nothing" },
    { line: "httpcfg service install | sh", tells: "install it and start it" },
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
  summary: "Remove the service; configuration, sites and logs stay",
  examples: [{ line: "httpcfg service uninstall | sh", tells: "stop it and remove it" }],
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
  summary: "Show whether the service is installed and running",
  details: ["Exit status 0 where it runs, 1 where it does not."],
  examples: [{ line: "httpcfg service status", tells: "files, and the running process" }],
  flags: FLAGS,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const { files } = await planOf(input);
    for (const file of files) {
      const state = await compareServiceFile(file, input.text("root") ?? "");
      io.out(`${file.path}: ${STATES[state]}`);
    }
    const status = await io.control.ask({ op: "status" });
    io.out(status === null ? "httpcfg does not run." : `httpcfg runs as process ${status.pid}.`);
    return status === null ? EXIT.failed : EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [install, uninstall, serviceStatus];

const STATES = {
  missing: "not installed",
  same: "installed",
  different: "installed, not as this program would write it",
} as const;

async function planOf(input: CommandInput): Promise<ServicePlan> {
  const system = (input.text("system") ?? await detectSystem()) as ServiceSystem | null;
  if (system === null) {
    throw new Fault("Cannot tell which service manager this machine has: none was found", {
      hint: `httpcfg service install --system ${SERVICE_SYSTEMS.join("|")} --print`,
    });
  }
  return servicePlan(system, input.text("program") ?? ownProgram());
}

/** The service has a user of its own, and a /tmp of its own: neither sees such a file. */
function warnIfPrivate(input: CommandInput, io: CommandIo): void {
  const program = input.text("program") ?? ownProgram();
  if (!/^\/(root|home|tmp|var\/tmp)\//.test(program)) return;
  io.note(`warning: the user of the service may not be able to read "${program}"`);
  io.note(
    `hint: install -m 755 ${program} ${USUAL_PROGRAM}, then ${USUAL_PROGRAM} service install`,
  );
}

/** The file of this program where it is one file; the usual place where it runs from source. */
function ownProgram(): string {
  const [program = USUAL_PROGRAM, ...rest] = selfCommand([]);
  return rest.length === 0 ? program : USUAL_PROGRAM;
}
