/**
 * Lines that are no valid command: a request for help, a line that can be completed, or a typing
 * error. Loaded for these lines alone.
 *
 * @module
 */
import { typedLine } from "../base/hints/retype.ts";
import { hintOn } from "../base/hints/system_lines.ts";
import { EXIT } from "../base/exit_status.ts";
import { quote, type UsageFault, usageFault } from "../base/fault.ts";
import { COMMIT, VERSION } from "../base/version.ts";
import { isServiceUp } from "../host/control/status.ts";
import { commandsOf, findGroup } from "./command_groups.ts";
import type { CommandIo, CommandSpec, CommandTable } from "./core/command.ts";
import { findCommand } from "./core/find_command.ts";
import { commandHelp, firstWordHelp, groupHelp, overview } from "./core/help.ts";
import { MACHINE_FACTS } from "./guess/machine_facts.ts";
import { guessLine } from "./guess/guess_line.ts";
import type { Meaning } from "./guess/match_guess.ts";
import { groupOf, nearestLine } from "./guess/nearest.ts";
import { report } from "./core/report.ts";

/** A line, and what it may use. */
export interface UnmatchedLine {
  /** The flags before the command, and the words after them. */
  readonly flags: readonly string[];
  readonly words: readonly string[];
  readonly commands: CommandTable;
  readonly context: Pick<CommandIo, "os" | "show" | "out" | "print" | "note">;
  io(): Promise<CommandIo>;
  /** Runs another line, which is not guessed at again. */
  run(args: readonly string[]): Promise<number>;
}

/** The stores of Httpcfg.exe. A line that names one is its own, even with an unknown action. */
const HTTPCFG_STORES: readonly string[] = ["ssl", "urlacl", "iplisten"];

/** Runs a line that begins with no command. */
export async function runUnmatched(line: UnmatchedLine): Promise<number> {
  const { words, commands, context } = line;
  const [first = "", second = ""] = words;
  if (first === "") return await showFront(line);
  if (first === "--version" || first === "-V") {
    context.out(`httpcfg ${VERSION} (${COMMIT})`);
    return EXIT.ok;
  }
  if (asksHttpcfg(words)) {
    const { HTTPCFG_USAGE } = await import("./tools/httpcfg/usage_text.ts");
    context.print(HTTPCFG_USAGE);
    return EXIT.ok;
  }
  const topic = helpTopic(words);
  if (topic !== null) return await showHelp(line, topic);
  const meaning = await guessLine(words, commands, MACHINE_FACTS);
  if (HTTPCFG_STORES.includes(second.toLowerCase())) {
    const { refuseAction } = await import("./tools/httpcfg/usage.ts");
    const hint = meaning === null
      ? nearestLine(words, commands.names)
      : typedLine(meaning.lines[0]!);
    return refuseAction(first, hintOn(context.os, hint) ?? hint, context);
  }
  if (meaning !== null) return await runMeaning(line, meaning);
  const group = groupOf(words, commands.names);
  if (words.length === Math.max(1, group.length)) await showGroupAlone(line, words.join(" "));
  throw usageFault(
    `Cannot run ${quote(words.slice(0, Math.max(2, group.length + 1)).join(" "))}: no such command`,
    nearestLine(words, commands.names),
  );
}

/** Runs what a line means that its command has refused with `fault`. Throws it if it means nothing. */
export async function runRefused(line: UnmatchedLine, fault: UsageFault): Promise<number> {
  const meaning = await guessLine(line.words, line.commands, MACHINE_FACTS);
  if (meaning !== null) return await runMeaning(line, meaning);
  throw fault;
}

/**
 * Shows the help of a command, with its examples as they are typed on this system, and the commands
 * whose names begin with its own.
 */
export async function showCommandHelp(
  { commands, context }: Pick<UnmatchedLine, "commands" | "context">,
  spec: CommandSpec,
): Promise<number> {
  const examples = spec.examples?.flatMap(({ line, shows }) => {
    const typed = hintOn(context.os, line);
    return typed === null ? [] : [{ line: typed, shows }];
  });
  const here = examples === undefined ? spec : { ...spec, examples };
  context.show(commandHelp(here, await loadBelow(spec.name, commands)));
  return EXIT.ok;
}

/** Returns the fault of `--user` where users have no homes. */
export function noUserHome(): UsageFault {
  return usageFault(
    'Cannot use "--user": on Windows the document is that of the machine',
    'export HTTPCFG_HOME="$HOME/httpcfg"',
  );
}

/** Says what is taken instead of the line, and runs it; or says between what there is a choice. */
async function runMeaning(line: UnmatchedLine, { kind, lines, or }: Meaning): Promise<number> {
  const wholes = lines.map((words) => [...line.flags, ...words]);
  if (kind === "ambiguous") {
    throw usageFault(
      `Cannot run ${quote(line.words.join(" "))}: it could mean several commands`,
      wholes.map(typedLine).join("\n"),
    );
  }
  const isStart = wholes.length > 1 && !(await isRunning(line));
  const taken = isStart ? wholes.slice(-1) : wholes;
  const other = or === undefined ? "" : `; or: ${typedLine(or.split(" "))}`;
  const text = `${taken.map(typedLine).join("; ")}${other}`;
  report(line.context, [{ kind: "note", text: hintOn(line.context.os, text) ?? text }]);
  for (const args of taken) {
    const exit = await line.run(args);
    if (exit !== EXIT.ok) return exit;
  }
  return EXIT.ok;
}

/** Reports whether there is a service to stop before it is started again. */
async function isRunning({ io }: UnmatchedLine): Promise<boolean> {
  return isServiceUp(await (await io()).control.ask({ op: "status" }), "HTTP");
}

/** Reports whether a line asks Httpcfg.exe for its usage: `/?` alone, or `?` as the action. */
function asksHttpcfg([first = "", second = ""]: readonly string[]): boolean {
  if (second === "") return ["/?", "-?", "?"].includes(first);
  return first === "?" && HTTPCFG_STORES.includes(second.toLowerCase());
}

/** Returns the words whose help is asked for, none for that of the program; null if it is not. */
function helpTopic(words: readonly string[]): readonly string[] | null {
  if (isHelp(words[0]!)) return words.slice(1);
  return isHelp(words.at(-1)!) ? words.slice(0, -1) : null;
}

function isHelp(word: string): boolean {
  return ["--help", "-h", "/?", "-?", "?", "help"].includes(word.toLowerCase());
}

async function showHelp(line: UnmatchedLine, topic: readonly string[]): Promise<number> {
  const { commands, context } = line;
  const [first] = topic;
  if (first === undefined) {
    context.show(overview(VERSION));
    return EXIT.ok;
  }
  const name = findCommand(topic, commands.names);
  if (name !== null) return await showCommandHelp(line, await commands.load(name));
  const isWhole = topic.length === Math.max(1, groupOf(topic, commands.names).length);
  const help = isWhole ? await helpOfWord(topic.join(" "), commands) : null;
  if (help !== null) {
    context.show(help.text);
    return EXIT.ok;
  }
  const [guessed] = (await guessLine(topic, commands, MACHINE_FACTS))?.lines ?? [];
  const meant = guessed === undefined ? null : findCommand(guessed, commands.names);
  if (meant !== null) {
    report(context, [{ kind: "note", text: `httpcfg help ${meant}` }]);
    return await showCommandHelp(line, await commands.load(meant));
  }
  const hint = nearestLine(topic, commands.names).replace(/^httpcfg (?!-|help )/, "httpcfg help ");
  throw usageFault(`Cannot show the help of ${quote(topic.join(" "))}: no such command`, hint);
}

/**
 * Shows the commands of the group `word`, and throws that one of them is missing: a script that leaves
 * out a verb has done nothing. Does nothing if there is no such group.
 */
async function showGroupAlone({ commands, context }: UnmatchedLine, word: string): Promise<void> {
  const help = await helpOfWord(word, commands);
  if (help === null) return;
  context.show(help.text);
  const look = help.records.find(({ words, summary }) => {
    return words.min === 0 && /^(?:List|Show) /.test(summary);
  });
  throw usageFault(
    `Cannot run ${quote(word)}: one of its commands is missing`,
    look === undefined ? `httpcfg help ${word.toLowerCase()}` : `httpcfg ${look.name}`,
  );
}

/** The help of several commands, and their records. */
interface WordHelp {
  readonly text: string;
  readonly records: readonly CommandSpec[];
}

/** Returns the help of a group, or of the commands that begin with `text`; null if there is none. */
async function helpOfWord(text: string, commands: CommandTable): Promise<WordHelp | null> {
  const word = text.toLowerCase();
  const group = findGroup(word);
  if (group !== undefined) {
    const names = commandsOf(group);
    const records = await Promise.all(names.map(commands.load));
    return { text: groupHelp(group, records), records };
  }
  const records = await loadBelow(word, commands);
  return records.length === 0 ? null : { text: firstWordHelp(word, records), records };
}

async function loadBelow(name: string, { names, load }: CommandTable): Promise<CommandSpec[]> {
  const below = await Promise.all(names.filter((one) => one.startsWith(`${name} `)).map(load));
  return below.filter(({ hidden }) => !hidden);
}

async function showFront(line: UnmatchedLine): Promise<number> {
  const front = await import("./commands/front.ts");
  await front.showFront(await line.io());
  return EXIT.ok;
}
