/**
 * `netsh http …`, the successor of Httpcfg.exe, with its scripts and its prompt: `netsh -f FILE` runs
 * the lines of a file, in the form that `netsh http dump` prints; `netsh` alone reads them from stdin
 * or asks for them.
 *
 * A dump restores the state on a home that has none of it. What already exists is reported line by
 * line and left as it is, because the context has no verb that clears it.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, shellWord } from "../../../base/fault.ts";
import { typedLine } from "../../../base/hints/retype.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { reportError } from "../../core/report.ts";
import { hostName } from "../../core/this_machine.ts";
import { readLine, readStart, type Start } from "./lines.ts";
import { missingScript, runOnly, runPiped, runTyped, Session } from "./session.ts";

const netsh: CommandSpec = {
  name: "netsh",
  usage: "[-c http] [http VERB NOUN [TAG=VALUE …] | -f FILE]",
  summary: "The HTTP context of netsh",
  details: [
    "Verbs and nouns: add|delete|show iplisten, add|update|delete|show sslcert, " +
    "add|delete|show urlacl, add|delete|show timeout, add|delete|show setting, " +
    "add|show cacheparam, update sslpropertyex, show cachestate|servicestate, delete cache, " +
    "flush logbuffer, dump. Each may be cut short, as tags may, while it stays unambiguous. " +
    "netsh http add sslcert help lists what a command takes.",
    "-f FILE runs the lines of a script, as printed by netsh http dump. Without a command, lines " +
    "are read from stdin; on a terminal, a prompt asks for them. The line http enters the context, " +
    ".. leaves it, quit ends netsh. The exit status is 1 if one of the lines has failed.",
  ],
  examples: [
    {
      line: "httpcfg netsh http add iplisten ipaddress=127.0.0.2",
      shows: "listen on this address",
    },
    {
      line: "httpcfg netsh http show servicestate view=requestq",
      shows: "show the registered URLs",
    },
    {
      line: "httpcfg netsh http dump > http.netsh",
      shows: "save a script that restores the state",
    },
    {
      line: 'echo "http show sslcert" | httpcfg netsh',
      shows: "run the lines of a pipe",
    },
  ],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  ownHelp: true,
  run,
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [netsh];

async function run({ words }: CommandInput, io: CommandIo): Promise<number> {
  const start = readStart(words, hostName());
  switch (start.kind) {
    case "lines": {
      const session = new Session(io, start.context);
      return await (io.isInteractive() ? runTyped(session, io) : runPiped(session, io));
    }
    case "script": {
      const session = new Session(io, start.context);
      await session.runScript(start.path);
      return session.status;
    }
    case "command":
      return await runOnly(readLine(start.context, start.words), start.words, io);
    case "missing":
      return missingScript(io);
    case "refused":
      return refuseOption(start, words, io);
  }
}

/** Says why an option cannot be followed, and what to type instead. */
function refuseOption(
  { option, value, reason }: Extract<Start, { readonly kind: "refused" }>,
  words: readonly string[],
  io: CommandIo,
): number {
  const letter = option.slice(1).toLowerCase();
  const others = letter === "c" ? [] : words.toSpliced(words.indexOf(option), 2);
  const line = typedLine(["netsh", ...(others.length === 0 ? ["http", "help"] : others)]);
  const isRemote = letter === "r";
  const shown = letter === "p" ? option : `${option} ${value}`; // a password is not repeated
  reportError(io, {
    message: `Cannot use ${quote(shown)}: ${reason}`,
    hint: isRemote ? `ssh ${shellWord(value.replace(/^\\\\/, ""))} ${line}` : line,
  });
  return EXIT.failed;
}
