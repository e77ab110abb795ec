/**
 * Invalid command lines of Httpcfg.exe: an unknown action or store, or no store at all. They get
 * its error texts or its usage text.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { parseIp } from "../../../base/address.ts";
import { shellWord } from "../../../base/fault.ts";
import { retype } from "../../../base/retype.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { reportHint } from "../../core/report.ts";
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
    async run({ words: [store, ...rest], commandLine }, io): Promise<number> {
      if (store !== undefined && store !== "?" && store !== "/?" && store !== "-?") {
        const { nearestName } = await import("../../../base/nearest.ts");
        const near = nearestName(store, ["iplisten", "ssl", "urlacl"]);
        const isEntry = parseIp(store) !== null || /^[-/]i$/i.test(store);
        const hint = near !== null
          ? retype(commandLine, { word: store, to: [near] })
          : name !== "query" && isEntry
          ? ["httpcfg", name, "iplisten", "-i", ...(parseIp(store) === null ? rest : [store])]
            .map(shellWord).join(" ")
          : `httpcfg ${name} /?`;
        const status = printRefusal(io, invalidCommand(store));
        reportHint(io, hint);
        return status;
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
