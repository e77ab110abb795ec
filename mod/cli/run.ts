/**
 * Words -> a command -> its exit status. The only place that catches everything.
 *
 * @module
 */
import { EXIT } from "../base/exit_status.ts";
import { Fault, quote, usageFault } from "../base/fault.ts";
import { COMMIT, VERSION } from "../base/version.ts";
import { type PathContext, resolvePaths } from "../config/store/paths.ts";
import { Store } from "../config/store/store.ts";
import { ControlClient } from "../host/control/control_client.ts";
import { readInput } from "./core/args.ts";
import type { CommandIo, CommandSpec } from "./core/command.ts";
import { COMMAND_NAMES, loadCommand, loadCommands } from "./command_table.ts";
import { commandHelp, groupHelp, overview } from "./core/help.ts";
import { PipeClosed, printable } from "./core/output.ts";
import { report, reportError } from "./core/report.ts";

/** What the process gives: everything that is not decided by the words. */
interface RunContext extends PathContext {
  /** Milliseconds since 1970. */
  now(): number;
  out(text: string): void;
  print(text: string): void;
  note(text: string): void;
  ask(question: string): string | null;
}

/** Runs the command that `args` name. Never throws; the exit status tells. */
export async function run(args: readonly string[], given: RunContext): Promise<number> {
  // The one place where text leaves: whatever it holds, a terminal does not obey it.
  const around: RunContext = {
    ...given,
    env: (name) => given.env(name),
    now: () => given.now(),
    out: (text) => given.out(printable(text)),
    print: (text) => given.print(printable(text)),
    note: (text) => given.note(printable(text)),
  };
  try {
    return await dispatch(args, around);
  } catch (error) {
    if (error instanceof PipeClosed) return EXIT.ok;
    if (!(error instanceof Fault)) {
      around.note(`internal error: ${error instanceof Error ? error.stack : String(error)}`);
      return EXIT.failed;
    }
    reportError(around, error);
    return error.exit;
  }
}

async function dispatch(args: readonly string[], around: RunContext): Promise<number> {
  const { words, configFile } = takeConfigFlag(args);
  const [first = ""] = words;
  if (first === "--version" || first === "-V") {
    around.out(`httpcfg ${VERSION} (${COMMIT})`);
    return EXIT.ok;
  }
  const name = findCommand(words);
  if (name === null) return await answerWithoutCommand(words, around);
  const found = await loadCommand(name);
  const rest = words.slice(found.name.split(" ").length);
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  if (own.some((word) => asksForHelp(found, word))) {
    around.out(commandHelp(found));
    return EXIT.ok;
  }
  return await found.run(readInput(found, rest, args), makeIo(around, configFile, args));
}

/** An old tool's `-h` is a switch, and some old tools answer `/?` themselves. */
function asksForHelp({ legacy, ownHelp }: CommandSpec, word: string): boolean {
  return word === "--help" || (word === "/?" && !ownHelp) || (word === "-h" && !legacy);
}

/** The line is one of Httpcfg.exe's, with an action that it has not. */
const HTTPCFG_STORES: readonly string[] = ["ssl", "urlacl", "iplisten"];

async function answerWithoutCommand(
  words: readonly string[],
  around: RunContext,
): Promise<number> {
  const [first = "", ...rest] = words;
  const topic = first === "help" ? findCommand(rest) : null;
  if (topic !== null) {
    around.out(commandHelp(await loadCommand(topic)));
    return EXIT.ok;
  }
  const noun = first === "help" && rest[0] !== undefined ? rest[0].toLowerCase() : null;
  const group = noun === null ? null : groupHelp(await loadCommands(), noun);
  if (group !== null) {
    around.out(group);
    return EXIT.ok;
  }
  if (first === "" || isHelp(first) || isHelp(rest.at(-1) ?? "")) {
    around.out(overview(await loadCommands(), VERSION));
    return EXIT.ok;
  }
  const line = words.slice(0, 2).join(" ");
  if (HTTPCFG_STORES.includes(rest[0]?.toLowerCase() ?? "")) {
    const { refuseAction } = await import("./tools/httpcfg/usage.ts");
    return refuseAction(first, await nearest(line), around);
  }
  throw usageFault(`Cannot run ${quote(line)}: there is no such command`, await nearest(line));
}

function isHelp(word: string): boolean {
  return ["--help", "-h", "/?", "-?", "?", "help"].includes(word);
}

/** Name of the command that the words begin with, in any case; the longest wins. */
function findCommand(words: readonly string[]): string | null {
  const line = `${words.slice(0, 3).join(" ").toLowerCase()} `;
  let found: string | null = null;
  for (const name of COMMAND_NAMES) {
    if (!line.startsWith(`${name} `)) continue;
    if (found === null || name.length > found.length) found = name;
  }
  return found;
}

/** The command that is fewest edits away, at most a third of it; the help where none is near. */
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

/** `--config FILE` stands before the command, because after it the words may be an old tool's. */
function takeConfigFlag(
  args: readonly string[],
): { words: readonly string[]; configFile: string | undefined } {
  const [first = "", second = ""] = args;
  const isJoined = first.startsWith("--config=");
  if (first !== "--config" && !isJoined) return { words: args, configFile: undefined };
  const configFile = isJoined ? first.slice("--config=".length) : second;
  if (configFile !== "") return { words: args.slice(isJoined ? 1 : 2), configFile };
  throw usageFault(
    'Cannot read "--config": its file is missing',
    "httpcfg --config FILE query iplisten",
  );
}

function makeIo(
  around: RunContext,
  configFile: string | undefined,
  args: readonly string[],
): CommandIo {
  const paths = resolvePaths(around, configFile);
  const { os, uid, out, print, note, ask } = around;
  const author = { user: callerName(around), command: ["httpcfg", ...args].join(" ") };
  const self = configFile === undefined ? [] : ["--config", configFile];
  return {
    commands: { names: COMMAND_NAMES, load: loadCommand },
    os,
    uid,
    paths,
    out,
    print,
    note,
    ask,
    env: (name) => around.env(name),
    now: () => around.now(),
    async record(event): Promise<void> {
      const { recordEvent } = await import("../admin/record_event.ts");
      await recordEvent(paths.log, () => around.now(), event);
    },
    consent(risks): boolean {
      report(around, risks.map((text) => ({ kind: "warning", text })));
      return /^y(es)?$/i.test(ask("Go on? (y/n) ") ?? "");
    },
    store: new Store({
      file: paths.config,
      loadContentRules: async () => (await import("../site/kinds/kinds.ts")).CONTENT_RULES,
      async onReplace(before, after): Promise<void> {
        const { History } = await import("../config/store/history.ts");
        await new History(paths.history).record(before, after, author);
      },
    }),
    control: new ControlClient(paths.run),
    async startInBackground(): Promise<boolean> {
      const { startInBackground } = await import("../host/process/background.ts");
      return await startInBackground(self, paths.run);
    },
  };
}

/** Who sits in front: the one who called sudo, not root. */
function callerName({ env, uid }: RunContext): string {
  return env("SUDO_USER") ?? env("USER") ?? env("USERNAME") ?? (uid === null ? "?" : String(uid));
}
