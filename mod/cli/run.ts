/**
 * Arguments -> a command -> its exit status. The only place that catches everything.
 *
 * @module
 */
import { deniedNotice } from "../admin/denied.ts";
import { EXIT } from "../base/exit_status.ts";
import { DeniedFault, Fault, quote, shellWord, stackOf, usageFault } from "../base/fault.ts";
import { type Printable, printable } from "../base/printable.ts";
import { COMMIT, VERSION } from "../base/version.ts";
import { fileExists, isSameFile } from "../config/store/file_exists.ts";
import { chooseHome, type Home, type HomeContext, type HomeFacts } from "../config/store/home.ts";
import { Store } from "../config/store/store.ts";
import { dialControl } from "../host/control/control_address.ts";
import { ControlClient, type SeenService } from "../host/control/control_client.ts";
import { ArgsFault, readInput } from "./core/args.ts";
import type { CommandInput, CommandIo, CommandSpec } from "./core/command.ts";
import { COMMAND_NAMES, loadCommand, loadCommands } from "./command_table.ts";
import { type GlobalFlags, splitGlobalFlags } from "./core/global_flags.ts";
import { PipeClosed } from "./core/output.ts";
import { report, reportError } from "./core/report.ts";
import { aboutHome } from "./core/same_home.ts";

/** What the process provides: everything that the arguments do not decide. */
interface ProcessContext extends HomeContext {
  /** Milliseconds since 1970. */
  now(): number;
  out(text: Printable): void;
  print(text: Printable): void;
  note(text: Printable): void;
  ask(question: Printable): string | null;
}

/** The same for commands, whose output becomes printable here. */
interface RunContext extends ProcessContext {
  out(text: string): void;
  print(text: string): void;
  note(text: string): void;
  ask(question: string): string | null;
}

/** Runs the command that `args` name and returns its exit status. Never throws. */
export async function run(args: readonly string[], given: ProcessContext): Promise<number> {
  // All output passes here, so that no control character in it reaches a terminal.
  const context: RunContext = {
    ...given,
    out: (text) => given.out(printable(text)),
    print: (text) => given.print(printable(text)),
    note: (text) => given.note(printable(text)),
    ask: (question) => given.ask(printable(question)),
  };
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (error instanceof PipeClosed) return EXIT.ok;
    if (!(error instanceof Fault)) {
      context.note(`internal error: ${stackOf(error)}`);
      return EXIT.failed;
    }
    reportError({ ...context, typed: (line) => typed(context, args, line) }, error);
    return error.exit;
  }
}

/** Returns a hint about the home that `args` are about, as far as they can be read. */
function typed(context: RunContext, args: readonly string[], hint: string): string {
  try {
    return aboutSame(context, splitGlobalFlags(args).flags, hint);
  } catch {
    return hint;
  }
}

function aboutSame({ env, uid }: RunContext, flags: readonly string[], hint: string): string {
  return aboutHome(hint, { flags, folder: env("HTTPCFG_HOME"), isRoot: uid === 0 });
}

async function dispatch(args: readonly string[], context: RunContext): Promise<number> {
  const line = splitGlobalFlags(args);
  const { words } = line;
  const [first = ""] = words;
  if (first === "--version" || first === "-V") {
    context.out(`httpcfg ${VERSION} (${COMMIT})`);
    return EXIT.ok;
  }
  const name = findCommand(words);
  if (name === null) return await runWithoutCommand(words, context);
  const command = await loadCommand(name);
  const rest = words.slice(command.name.split(" ").length);
  const ownWords = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (ownWords.some((word) => asksForHelp(command, word))) {
    const { commandHelp } = await import("./core/help.ts");
    context.out(commandHelp(command));
    return EXIT.ok;
  }
  const input = await readArguments(command, rest, args);
  const io = await makeIo(context, line);
  try {
    return await command.run(input, io);
  } catch (error) {
    if (!(error instanceof DeniedFault)) throw error;
    report(io, [deniedNotice(io, error)]);
    return error.exit;
  }
}

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
 * Reports whether `word` asks for help. An old tool's `-h` is a switch, and some old tools handle
 * `/?` themselves.
 */
function asksForHelp({ legacy, ownHelp }: CommandSpec, word: string): boolean {
  return word === "--help" || (word === "/?" && !ownHelp) || (word === "-h" && !legacy);
}

/** The stores of Httpcfg.exe. A line that names one is its own, even with an unknown action. */
const HTTPCFG_STORES: readonly string[] = ["ssl", "urlacl", "iplisten"];

async function runWithoutCommand(
  words: readonly string[],
  context: RunContext,
): Promise<number> {
  const [first = "", ...rest] = words;
  const { commandHelp, groupHelp, overview } = await import("./core/help.ts");
  const topic = first === "help" ? findCommand(rest) : null;
  if (topic !== null) {
    context.out(commandHelp(await loadCommand(topic)));
    return EXIT.ok;
  }
  const noun = first === "help" && rest[0] !== undefined ? rest[0].toLowerCase() : null;
  const group = noun === null ? null : groupHelp(await loadCommands(), noun);
  if (group !== null) {
    context.out(group);
    return EXIT.ok;
  }
  if (first === "" || isHelp(first) || isHelp(rest.at(-1) ?? "")) {
    context.out(overview(await loadCommands(), VERSION));
    return EXIT.ok;
  }
  const line = words.slice(0, 2).join(" ");
  if (HTTPCFG_STORES.includes(rest[0]?.toLowerCase() ?? "")) {
    const { refuseAction } = await import("./tools/httpcfg/usage.ts");
    return refuseAction(first, await nearest(line), context);
  }
  throw usageFault(`Cannot run ${quote(line)}: no such command`, await nearest(line));
}

function isHelp(word: string): boolean {
  return ["--help", "-h", "/?", "-?", "?", "help"].includes(word);
}

/** Returns the name of the command that `words` begin with, in any case; the longest wins. */
function findCommand(words: readonly string[]): string | null {
  const line = `${words.slice(0, 3).join(" ").toLowerCase()} `;
  let found: string | null = null;
  for (const name of COMMAND_NAMES) {
    if (!line.startsWith(`${name} `)) continue;
    if (found === null || name.length > found.length) found = name;
  }
  return found;
}

/**
 * Returns the command with the smallest edit distance, at most a third of its length, or the help
 * if none is that near.
 */
async function nearest(line: string): Promise<string> {
  const { levenshteinDistance } = await import("@std/text/levenshtein-distance");
  let best = "";
  let fewest = Infinity;
  for (const name of COMMAND_NAMES) {
    const distance = levenshteinDistance(line.toLowerCase().slice(0, name.length + 2), name);
    if (distance < fewest && distance <= name.length / 3) [best, fewest] = [name, distance];
  }
  if (best !== "") return `httpcfg ${best}`;
  const noun = line.toLowerCase().split(" ", 1)[0]!;
  const isNoun = COMMAND_NAMES.some((name) => name.startsWith(`${noun} `));
  return isNoun ? `httpcfg help ${noun}` : "httpcfg --help";
}

async function makeIo(context: RunContext, line: GlobalFlags): Promise<CommandIo> {
  if (line.isOwn && context.os === "windows") {
    throw usageFault(
      'Cannot use "--user": on Windows the document is that of the machine',
      "set HTTPCFG_HOME=%USERPROFILE%\\httpcfg",
    );
  }
  const home = await chooseHome(context, line, FACTS);
  const { paths } = home;
  const { os, uid, out, print, note, ask, env, now } = context;
  let isWarned = false;
  const author = {
    user: callerName(context),
    command: ["httpcfg", ...line.flags, ...line.words].join(" "),
  };
  const name = home.owner === "system" ? "the system service" : "the service";
  return {
    commands: { names: COMMAND_NAMES, load: loadCommand },
    home,
    os,
    uid,
    paths,
    asAdministrator: (words = line.words) => {
      return asAdministrator(context, home, [...line.flags, ...words]);
    },
    under: (args) => makeIo(context, splitGlobalFlags(args)),
    out,
    print,
    note,
    ask,
    typed: (hint) => aboutSame(context, line.flags, hint),
    env,
    now,
    async record(event): Promise<void> {
      const { recordEvent } = await import("../admin/record_event.ts");
      await recordEvent(paths.log, now, event);
    },
    consent(risks): boolean {
      report(context, risks.map((text) => ({ kind: "warning", text })));
      return /^y(es)?$/i.test(ask("Continue? (y/n) ") ?? "");
    },
    store: new Store({
      file: paths.config,
      loadContentRules: async () => (await import("../site/kinds/kinds.ts")).CONTENT_RULES,
      async onReplace(before, after): Promise<void> {
        const { History } = await import("../config/store/history.ts");
        const damage = await new History(paths.history).record(before, after, author);
        if (damage.length === 0) return;
        const { damageNotices } = await import("./core/damage_notices.ts");
        report(context, damageNotices(damage));
      },
      cureOf: async (file) => {
        const { documentCure } = await import("./core/document_cure.ts");
        return await documentCure(file, paths.history);
      },
      async onMigrate(from, ipListen): Promise<void> {
        if (from > 1 || isWarned) return;
        isWarned = true;
        const { orderNotices } = await import("./core/order_notices.ts");
        report(context, orderNotices(ipListen));
      },
    }),
    control: new ControlClient(paths.run, { name, look: lookForService }),
    async startInBackground(): Promise<boolean> {
      const { startInBackground } = await import("../host/process/background.ts");
      return await startInBackground(line.flags, paths.run);
    },
  };
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

/** Returns the user in front of the machine: the one who called sudo, not root. */
function callerName({ env, uid }: RunContext): string {
  return env("SUDO_USER") ?? env("USER") ?? env("USERNAME") ?? (uid === null ? "?" : String(uid));
}
