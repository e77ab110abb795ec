/**
 * Invalid command lines of Httpcfg.exe: an unknown action or store, or no store at all. They get
 * its error texts or its usage text.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { parseIp } from "../../../base/address.ts";
import { retype, typedLine } from "../../../base/hints/retype.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { reportHint } from "../../core/report.ts";
import { printRefusal } from "./completed.ts";
import { invalidCommand } from "./text.ts";
import { HTTPCFG_USAGE } from "./usage_text.ts";

function action(name: string): CommandSpec {
  return {
    name,
    usage: "ssl | urlacl | iplisten …",
    summary: `Httpcfg.exe: ${name} a record in one of its stores`,
    details: [HTTPCFG_USAGE.trimEnd()],
    examples: [{ line: `httpcfg ${name} /?`, shows: "show the usage text of Httpcfg.exe" }],
    flags: {},
    words: { min: 0, max: Infinity },
    legacy: true,
    ownHelp: true,
    hidden: true,
    async run({ words, commandLine }, io): Promise<number> {
      const [store] = words;
      if (store !== undefined && !["?", "/?", "-?"].includes(store)) {
        const hint = await storeHint(name, words, commandLine);
        const status = printRefusal(io, invalidCommand(store));
        reportHint(io, hint);
        return status;
      }
      io.print(HTTPCFG_USAGE);
      return EXIT.ok;
    },
  };
}

/** Returns what to type in place of a line whose second word is no store. */
async function storeHint(
  name: string,
  words: readonly string[],
  commandLine: readonly string[],
): Promise<string> {
  const [store = "", ...rest] = words;
  const { nearestName } = await import("../../../base/hints/nearest.ts");
  const near = nearestName(store, ["iplisten", "ssl", "urlacl"]);
  if (near !== null) return retype(commandLine, { word: store, to: [near] });
  const isAddress = parseIp(store) !== null;
  if (name !== "query" && (isAddress || /^[-/]i$/i.test(store))) {
    const entries = isAddress ? [store] : rest;
    return typedLine([name, "iplisten", "-i", ...entries]);
  }
  const { matchGuess } = await import("../../guess/match_guess.ts");
  const [meant] = matchGuess([name, ...words])?.lines ?? [];
  return meant === undefined ? `httpcfg ${name} /?` : typedLine(meant);
}

/** Rejects an unknown action before one of the stores; returns the exit status. */
export function refuseAction(
  word: string,
  nearest: string,
  io: Pick<CommandIo, "print" | "note">,
): number {
  io.print(invalidCommand(word));
  reportHint(io, nearest);
  return WIN32.INVALID_PARAMETER;
}

/** The records of this file. */
export const commands: readonly CommandSpec[] = [action("set"), action("query"), action("delete")];
