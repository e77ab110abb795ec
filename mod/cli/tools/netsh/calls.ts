/**
 * What a line of the context http does, and what is printed about one that says nothing.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote } from "../../../base/fault.ts";
import { invariant } from "../../../base/invariant.ts";
import { nearestName } from "../../../base/hints/nearest.ts";
import { typedLine } from "../../../base/hints/retype.ts";
import type { CommandIo } from "../../core/command.ts";
import { noteUnapplied } from "../../core/notices/stored_notice.ts";
import { reportError } from "../../core/report.ts";
import { printText, type Run } from "./answers.ts";
import type { NetshCall, NetshRequest } from "./args.ts";
import type { NetshCommand } from "./commands.ts";
import { dump } from "./dump.ts";
import { commandHelp, contextHelp, netshUsage, verbHelp } from "./help.ts";
import { IPLISTEN_COMMANDS } from "./iplisten.ts";
import { SERVICE_COMMANDS } from "./service.ts";
import { SETTING_COMMANDS } from "./settings.ts";
import { SSLCERT_COMMANDS } from "./sslcert.ts";
import * as messages from "./text.ts";
import { URLACL_COMMANDS } from "./urlacl.ts";

/** Those that show what is stored, or change it. */
const RECORD_COMMANDS: Readonly<Record<string, Run>> = {
  ...IPLISTEN_COMMANDS,
  ...SSLCERT_COMMANDS,
  ...URLACL_COMMANDS,
  ...SETTING_COMMANDS,
};

/** Runs what a line calls; `typed` are its words. Returns the exit status. */
export async function runCall(
  call: NetshCall,
  typed: readonly string[],
  io: CommandIo,
): Promise<number> {
  switch (call.kind) {
    case "help":
      return printText(io, helpOf(call.verb, call.command));
    case "unknown":
      return unknown(io, typed, call.word, call.known);
    case "ambiguous":
      return ambiguous(io, typed, call.word, call.candidates);
    case "missing":
      return badSyntax(io, call.command, messages.MISSING_PARAMETER);
    case "badTag":
      return badTag(io, typed, call);
    case "badValue": {
      const { command, tag, value } = call;
      return badSyntax(io, command, messages.badValue(value, tag.name));
    }
    case "call":
      return await runRequest(call, io);
  }
}

function helpOf(verb: string | null, command: NetshCommand | null): string {
  if (command !== null) return commandHelp(command);
  return verb === null ? contextHelp() : verbHelp(verb);
}

async function runRequest(request: NetshRequest, io: CommandIo): Promise<number> {
  const { verb, noun } = request.command;
  if (verb === "dump") return await dump(io);
  const name = `${verb} ${noun}`;
  const stored = RECORD_COMMANDS[name];
  const run = stored ?? SERVICE_COMMANDS[name];
  invariant(run !== undefined, `netsh has no function for "${name}"`);
  const status = await run(request, io);
  const isJson = request.values.get("json") === "enable";
  if (verb === "show" && stored !== undefined && !isJson) await noteUnapplied(io);
  return status;
}

function badSyntax(io: CommandIo, command: NetshCommand, problem: string): number {
  return printText(io, messages.syntaxError(problem, netshUsage(command)), EXIT.failed);
}

function badTag(
  io: CommandIo,
  typed: readonly string[],
  { command, tag, candidates }: Extract<NetshCall, { readonly kind: "badTag" }>,
): number {
  const status = badSyntax(io, command, messages.badTag(tag));
  const at = typed.findLastIndex((word) => word === tag || word.startsWith(`${tag}=`));
  const hintFor = (name: string): string => {
    return retypedWord(typed, at, `${name}${(typed[at] ?? "").slice(tag.length)}`);
  };
  if (candidates.length > 0) {
    reportError(io, {
      message: `Cannot use ${quote(tag)}: it can be ${either(candidates)}`,
      hint: candidates.map(hintFor).join("\n"),
    });
    return status;
  }
  const near = nearestName(tag, command.tags.map(({ name }) => name));
  const isTagged = at >= 0 && typed[at] !== tag;
  if (near !== null && near !== tag && isTagged) {
    reportError(io, { message: `Cannot use ${quote(tag)}: no such tag`, hint: hintFor(near) });
  }
  return status;
}

function unknown(
  io: CommandIo,
  typed: readonly string[],
  word: string,
  known: readonly string[],
): number {
  const status = printText(io, messages.commandNotFound(typed), EXIT.failed);
  const near = nearestName(word, known);
  const at = typed.indexOf(word);
  const parent = retypedWord(typed.slice(0, Math.max(at, 0)), -1, "");
  const hint = near === null ? `${parent} help` : retypedWord(typed, at, near);
  reportError(io, { message: `Cannot run ${quote(word)}: no such command`, hint });
  return status;
}

function ambiguous(
  io: CommandIo,
  typed: readonly string[],
  word: string,
  candidates: readonly string[],
): number {
  const status = printText(io, messages.commandNotFound(typed), EXIT.failed);
  const at = typed.indexOf(word);
  reportError(io, {
    message: `Cannot run ${quote(word)}: it can be ${either(candidates)}`,
    hint: candidates.map((name) => retypedWord(typed, at, name)).join("\n"),
  });
  return status;
}

/** Returns the line of `typed` with the word at `at` replaced, in the context that it needs. */
function retypedWord(typed: readonly string[], at: number, word: string): string {
  const words = at < 0 ? typed : typed.with(at, word);
  const isInContext = words[0] !== undefined && "http".startsWith(words[0].toLowerCase());
  return typedLine(["netsh", ...(isInContext ? [] : ["http"]), ...words]);
}

/** `a, b or c`. */
function either(words: readonly string[]): string {
  return words.join(", ").replace(/, ([^,]*)$/, " or $1");
}
