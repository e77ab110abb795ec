/**
 * Arguments -> a command -> its exit status. The only place that catches everything.
 *
 * @module
 */
import { EXIT } from "../base/exit_status.ts";
import { DeniedFault, Fault, shellWord, stackOf, UsageFault, usageFault } from "../base/fault.ts";
import { type Printable, printable } from "../base/printable.ts";
import type { Progress } from "../base/progress.ts";
import { fileExists, isSameFile } from "../config/store/file_exists.ts";
import { chooseHome, type Home, type HomeContext, type HomeFacts } from "../config/store/home.ts";
import { Store } from "../config/store/store.ts";
import { dialControl } from "../host/control/control_address.ts";
import { controlOf } from "../host/control/control.ts";
import type { SeenService } from "../host/control/control_client.ts";
import type { MachineView } from "../listen/plan/plan_input.ts";
import { ArgsFault, readInput } from "./core/args.ts";
import { painted, span, type Styled } from "./core/screen/colors.ts";
import {
  COLOR_FLAGS,
  type CommandInput,
  type CommandIo,
  type CommandSpec,
  type CommandTable,
} from "./core/command.ts";
import { COMMAND_NAMES, loadCommand } from "./command_table.ts";
import { findCommand } from "./core/find_command.ts";
import { type GlobalFlags, splitGlobalFlags } from "./core/global_flags.ts";
import { PipeClosed } from "./core/output.ts";
import { report } from "./core/report.ts";
import { aboutHome } from "./core/same_home.ts";
import {
  type ColorChoice,
  type Screen,
  screenOf,
  type TerminalFacts,
} from "./core/screen/screen.ts";
import type { StoreEvents } from "./core/store_events.ts";
import type { UnmatchedLine } from "./unmatched.ts";

/** What the process provides: everything that the arguments do not decide. */
interface ProcessContext extends HomeContext {
  /** Milliseconds since 1970. */
  now(): number;
  out(text: Printable): void;
  print(text: Printable): void;
  note(text: Printable): void;
  ask(question: Printable): string | null;
  /** The text of stdin, if it is not that of this process. */
  readonly stdin?: (() => AsyncIterable<string>) | undefined;
  readonly terminal: TerminalFacts;
  /** The machine to plan for, if it is not this one. */
  readonly machine?: MachineView | undefined;
  /** Opens the store of a fleet, if it is not etcd. */
  readonly openKeys?: CommandIo["openKeys"];
  /** Shows progress; absent without a terminal to show it on. */
  readonly progress?: Progress | undefined;
  /** Whether stdin and stdout are a terminal. */
  isInteractive(): boolean;
}

/** The same for commands, whose output becomes printable here. */
interface RunContext extends ProcessContext {
  /** What is known so far: the flags are read after the environment. */
  screen: Screen;
  show(text: Styled): void;
  out(text: string): void;
  print(text: string): void;
  hasReader(): boolean;
  note(text: Styled): void;
  ask(question: string): string | null;
}

/** Runs the command that `args` name and returns its exit status. Never throws. */
export async function run(args: readonly string[], given: ProcessContext): Promise<number> {
  let hasReader = true;
  // A reader who goes away must not leave a change half done: its commands go on without output.
  const toReader = (write: (text: Printable) => void, text: Printable): void => {
    if (!hasReader) return;
    try {
      write(text);
    } catch (error) {
      if (!(error instanceof PipeClosed)) throw error;
      hasReader = false;
    }
  };
  // All output passes here, so that no control character in it reaches a terminal.
  const context: RunContext = {
    ...given,
    screen: screenOf(given.terminal, given, "auto"),
    show: (text) => {
      toReader(given.out, painted(text, context.screen.hasColor, context.screen.isUnicode));
    },
    out: (text) => toReader(given.out, printable(text)),
    print: (text) => toReader(given.print, printable(text)),
    hasReader: () => hasReader,
    note: (text) =>
      given.note(painted(text, context.screen.hasNoteColor, context.screen.isUnicode)),
    ask: (question) => given.ask(printable(question)),
  };
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (!(error instanceof Fault)) {
      context.note([span("error", "internal error:"), ` ${stackOf(error)}`]);
      return EXIT.failed;
    }
    const { reportFault } = await import("./core/report_fault.ts");
    reportFault(context, args, error);
    return error.exit;
  }
}

function aboutSame({ env, uid }: RunContext, flags: readonly string[], hint: string): string {
  return aboutHome(hint, { flags, folder: env("HTTPCFG_HOME"), isRoot: uid === 0 });
}

async function dispatch(
  args: readonly string[],
  context: RunContext,
  isGuess = false,
): Promise<number> {
  const line = splitGlobalFlags(args);
  const { words } = line;
  chooseColor(context, line.color);
  const name = findCommand(words, COMMAND_NAMES);
  if (name === null) return await (await loadUnmatched()).runUnmatched(unmatched(line, context));
  const command = await loadCommand(name);
  const rest = words.slice(command.name.split(" ").length);
  const ownWords = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (ownWords.some((word) => asksForHelp(command, word, ownWords.length === 1))) {
    return await (await loadUnmatched()).showCommandHelp(unmatched(line, context), command);
  }
  try {
    const flags = { ...COLOR_FLAGS, ...command.flags };
    const input = await readArguments({ ...command, flags }, rest, args);
    const color = input.flag("no-color") ? "never" : input.text("color");
    chooseColor(context, color as ColorChoice | null);
    return await runCommand(command, input, line, context);
  } catch (error) {
    if (!(error instanceof UsageFault) || isGuess) throw error;
    return await (await loadUnmatched()).runRefused(unmatched(line, context), error);
  }
}

async function runCommand(
  command: CommandSpec,
  input: CommandInput,
  line: GlobalFlags,
  context: RunContext,
): Promise<number> {
  const io = await makeIo(context, line);
  try {
    return await command.run(input, io);
  } catch (error) {
    if (!(error instanceof DeniedFault)) throw error;
    const { deniedNotice } = await import("../admin/denied.ts");
    report(io, [deniedNotice(io, error)]);
    return error.exit;
  }
}

/** Applies a flag to the output that follows. */
function chooseColor(context: RunContext, choice: ColorChoice | null): void {
  if (choice !== null) context.screen = screenOf(context.terminal, context, choice);
}

function loadUnmatched(): Promise<typeof import("./unmatched.ts")> {
  return import("./unmatched.ts");
}

function unmatched(line: GlobalFlags, context: RunContext): UnmatchedLine {
  return {
    ...line,
    commands: COMMANDS,
    context,
    io: () => makeIo(context, line),
    run: (args) => dispatch(args, context, true),
  };
}

const COMMANDS: CommandTable = { names: COMMAND_NAMES, load: loadCommand };

/** Returns the input of `command`. Rejects with a usage Fault that says what to type instead. */
async function readArguments(
  command: CommandSpec,
  rest: readonly string[],
  args: readonly string[],
): Promise<CommandInput> {
  try {
    return readInput(command, rest, args);
  } catch (error) {
    if (!(error instanceof ArgsFault)) throw error;
    const { argsHint } = await import("./core/args_hints.ts");
    throw usageFault(error.message, argsHint(command, args, error.slip));
  }
}

/** What is on the machine. */
const FACTS: HomeFacts = {
  hasFile: fileExists,
  isSameFile,
  async isServing(run): Promise<boolean> {
    const dialed = await dialControl(run).catch(() => null);
    dialed?.conn.close();
    return dialed !== null;
  },
  isServed: async (run) => (await lookForService(run)).state === "running",
};

/** Looks for a service that this user may not control. */
async function lookForService(run: string): Promise<SeenService> {
  const { findRunningService } = await import("../host/sharing/running_service.ts");
  return await findRunningService(run);
}

/**
 * Reports whether `word`, which may be the only one, asks for help. An old tool's `-h` is a switch,
 * and some old tools handle `/?` themselves.
 */
function asksForHelp({ legacy, ownHelp }: CommandSpec, word: string, isOnly: boolean): boolean {
  if (word === "--help") return true;
  if (word === "/?" || word === "-?" || (word === "?" && isOnly)) return !ownHelp;
  return word === "-h" && !legacy;
}

async function makeIo(context: RunContext, line: GlobalFlags): Promise<CommandIo> {
  if (line.isOwn && context.os === "windows") {
    throw (await loadUnmatched()).noUserHome();
  }
  const home = await chooseHome(context, line, FACTS);
  const lines = context.os === "linux" ? null : await import("../base/hints/system_lines.ts");
  const { paths } = home;
  const { os, uid, machine, screen, show, out, print, note, ask, env, now, progress } = context;
  const name = home.owner === "system" ? "the system service" : "the service";
  return {
    commands: COMMANDS,
    home,
    os,
    uid,
    paths,
    asAdministrator: (words = line.words) => {
      return asAdministrator(context, home, [...line.flags, ...words]);
    },
    under: (args) => makeIo(context, splitGlobalFlags(args)),
    machine,
    openKeys: context.openKeys,
    screen,
    show,
    out,
    print,
    note,
    ask,
    hasReader: context.hasReader,
    stdin: context.stdin ?? ownStdin,
    isInteractive: context.isInteractive,
    typed: (hint) => {
      const same = aboutSame(context, line.flags, hint);
      return lines === null ? same : lines.hintOn(os, same);
    },
    env,
    now,
    progress,
    async record(event): Promise<void> {
      const { recordEvent } = await import("../admin/record_event.ts");
      await recordEvent(paths.log, now, event);
    },
    consent(risks): boolean {
      report(context, risks.map((text) => ({ kind: "warning", text })));
      return /^y(es)?$/i.test(ask("Continue? (y/n) ") ?? "");
    },
    store: storeOf(context, home, line),
    control: controlOf(paths.run, { name, look: lookForService }),
    async startInBackground(): Promise<boolean> {
      const { startInBackground } = await import("../host/process/background.ts");
      return await startInBackground(line.flags, paths.run);
    },
  };
}

async function* ownStdin(): AsyncIterable<string> {
  const { stdinText } = await import("./core/input.ts");
  yield* stdinText();
}

/** Returns the stored document. What a change or a fault of it needs is loaded when it happens. */
function storeOf(context: RunContext, { paths }: Home, line: GlobalFlags): Store {
  let loaded: Promise<StoreEvents> | null = null;
  const events = (): Promise<StoreEvents> => {
    return loaded ??= import("./core/store_events.ts").then(({ storeEvents }) => {
      return storeEvents(context, paths.history, [...line.flags, ...line.words]);
    });
  };
  return new Store({
    file: paths.config,
    loadContentRules: async () => (await import("../site/kinds/kinds.ts")).CONTENT_RULES,
    onReplace: async (...change) => await (await events()).onReplace(...change),
    cureOf: async (file) => await (await events()).cureOf(file),
    onComments: async (copy) => (await events()).onComments(copy),
    onMigrate: async (...version) => (await events()).onMigrate(...version),
  });
}

/**
 * Returns the line on which `args` are an administrator's. For root, and in a user's own home, where
 * other rights do not help, there is none.
 */
function asAdministrator(
  { os, uid, env }: RunContext,
  { owner }: Home,
  args: readonly string[],
): string | null {
  if (os === "windows" || uid === 0 || owner === "user") return null;
  const words = args.map(shellWord).join(" ");
  const folder = env("HTTPCFG_HOME") ?? "";
  // sudo does not pass the environment on.
  return owner === "system"
    ? `sudo httpcfg ${words}`
    : `sudo env ${shellWord(`HTTPCFG_HOME=${folder}`)} httpcfg ${words}`;
}
