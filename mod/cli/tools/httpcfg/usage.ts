/**
 * Invalid command lines of Httpcfg.exe: an unknown action or store, or no store at all. They get
 * its error texts or its usage text.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { reportHint } from "../../core/report.ts";
import { typedLine } from "../../core/typed_line.ts";
import { printRefusal } from "./completed.ts";
import { HTTPCFG_USAGE, invalidCommand } from "./text.ts";

function action(name: string): CommandSpec {
  return {
    name,
    usage: "ssl | urlacl | iplisten …",
    summary: `Httpcfg.exe: ${name} a record in one of its stores`,
    examples: [{ line: `httpcfg ${name} /?`, shows: "show the usage text of Httpcfg.exe" }],
    flags: {},
    words: { min: 0, max: Infinity },
    legacy: true,
    ownHelp: true,
    hidden: true,
    async run({ words }, io): Promise<number> {
      const [store] = words;
      if (store !== undefined && store !== "?" && store !== "/?" && store !== "-?") {
        const { matchGuess } = await import("../../guess/match_guess.ts");
        const [meant] = matchGuess([name, ...words])?.lines ?? [];
        const stores = `httpcfg ${name} iplisten, ssl or urlacl`;
        reportHint(io, meant === undefined ? stores : typedLine(meant));
        return printRefusal(io, invalidCommand(store));
      }
      io.print(HTTPCFG_USAGE);
      return EXIT.ok;
    },
  };
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
