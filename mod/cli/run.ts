/**
 * Arguments -> a command -> its exit status. The only place that catches everything.
 *
 * @module
 */
import { EXIT } from "../base/exit_status.ts";
import { Fault, quote, stackOf, usageFault } from "../base/fault.ts";
import { printable } from "../base/printable.ts";
import { COMMIT, VERSION } from "../base/version.ts";
import { type PathContext, resolvePaths } from "../config/store/paths.ts";
import { Store } from "../config/store/store.ts";
import { ControlClient } from "../host/control/control_client.ts";
import { readInput } from "./core/args.ts";
import type { CommandIo, CommandSpec } from "./core/command.ts";
import { COMMAND_NAMES, loadCommand, loadCommands } from "./command_table.ts";
import { commandHelp, groupHelp, overview } from "./core/help.ts";
import { PipeClosed } from "./core/output.ts";
import { report, reportError } from "./core/report.ts";

/** What the process provides: everything that the arguments do not decide. */
interface RunContext extends PathContext {
  /** Milliseconds since 1970. */
  now(): number;
  out(text: string): void;
  print(text: string): void;
  note(text: string): void;
  ask(question: string): string | null;
}

/** Runs the command that `args` name and returns its exit status. Never throws. */
export async function run(args: readonly string[], given: RunContext): Promise<number> {
  // All output passes here, so that no control character in it reaches a terminal.
  const context: RunContext = {
    ...given,
    out: (text) => given.out(printable(text)),
    print: (text) => given.print(printable(text)),
    note: (text) => given.note(printable(text)),
  };
  try {
    return await dispatch(args, context);
  } catch (error) {
    if (error instanceof PipeClosed) return EXIT.ok;
    if (!(error instanceof Fault)) {
      context.note(`internal error: ${stackOf(error)}`);
      return EXIT.failed;
    }
    reportError(context, error);
    return error.exit;
  }
}

async function dispatch(args: readonly string[], context: RunContext): Promise<number> {
  const { words, configFile } = splitConfigFlag(args);
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
    context.out(commandHelp(command));
    return EXIT.ok;
  }
  return await command.run(readInput(command, rest, args), makeIo(context, configFile, args));
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

/**
 * `--config FILE` comes before the command, because the arguments after it may be an old tool's.
 */
function splitConfigFlag(
  args: readonly string[],
): { words: readonly string[]; configFile: string | undefined } {
  const [first = "", second = ""] = args;
  const isJoined = first.startsWith("--config=");
  if (first !== "--config" && !isJoined) return { words: args, configFile: undefined };
  const configFile = isJoined ? first.slice("--config=".length) : second;
  if (configFile !== "") return { words: args.slice(isJoined ? 1 : 2), configFile };
  throw usageFault(
    'Cannot use "--config": the file name is missing',
    "httpcfg --config FILE query iplisten",
  );
}

function makeIo(
  context: RunContext,
  configFile: string | undefined,
  args: readonly string[],
): CommandIo {
  const paths = resolvePaths(context, configFile);
  const { os, uid, out, print, note, ask, env, now } = context;
  const author = { user: callerName(context), command: ["httpcfg", ...args].join(" ") };
  const self = configFile === undefined ? [] : ["--config", configFile];
  let isWarned = false;
  return {
    commands: { names: COMMAND_NAMES, load: loadCommand },
    os,
    uid,
    paths,
    out,
    print,
    note,
    ask,
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
        await new History(paths.history).record(before, after, author);
      },
      async onMigrate(from, document): Promise<void> {
        if (from !== 1 || isWarned) return;
        isWarned = true;
        const { orderNotices } = await import("./core/order_notices.ts");
        report(context, orderNotices(document.ipListen));
      },
    }),
    control: new ControlClient(paths.run),
    async startInBackground(): Promise<boolean> {
      const { startInBackground } = await import("../host/process/background.ts");
      return await startInBackground(self, paths.run);
    },
  };
}

/** Returns the user in front of the machine: the one who called sudo, not root. */
function callerName({ env, uid }: RunContext): string {
  return env("SUDO_USER") ?? env("USER") ?? env("USERNAME") ?? (uid === null ? "?" : String(uid));
}
