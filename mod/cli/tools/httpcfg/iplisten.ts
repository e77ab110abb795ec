/**
 * `set|delete iplisten`: changes to the IP inclusion list, with the syntax of Httpcfg.exe.
 *
 * Where the texts of the old tool are in doubt (no full stop after the code, `IP :` without a
 * second space), this follows KB 813368. The message for an invalid address goes to stdout as it
 * did, followed by the reason and a hint on stderr.
 *
 * @module
 */
import { codeOf } from "../../../admin/admin_io.ts";
import { changeList } from "../../../admin/change_list.ts";
import { exitStatusOf } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { WIN32 } from "../../../base/win32.ts";
import { INCLUSION_RULES } from "../../../listen/list/inclusion.ts";
import type { CommandInput, CommandIo, CommandSpec } from "../../core/command.ts";
import { report, reportHint } from "../../core/report.ts";
import { printResult } from "./completed.ts";
import { readSwitches } from "./switches.ts";

/** The most characters of an invalid value that the old message repeats. */
const VALUE_SHOWN_MAX = 100;

const setIplisten: CommandSpec = {
  name: "set iplisten",
  usage: "-i ENTRY",
  summary: "Add an address, a block or an interface to the IP inclusion list",
  details: [INCLUSION_RULES],
  examples: [
    { line: "httpcfg set iplisten -i 192.168.1.10", shows: "listen on this address" },
    {
      line: "httpcfg set iplisten -i 10.0.0.0/8",
      shows: "also listen on every address of this block",
    },
    { line: "httpcfg set iplisten -i '!10.0.0.5'", shows: "but not on this address" },
  ],
  flags: {
    strict: { kind: "boolean", summary: "reject what this machine does not have now" },
    later: { kind: "boolean", summary: "accept the name of an interface that does not exist yet" },
  },
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "entry" },
  run: (input, io) => change(input, io, "Set"),
};

const deleteIplisten: CommandSpec = {
  name: "delete iplisten",
  usage: "-i ADDRESS",
  summary: "Remove an address from the IP inclusion list",
  details: ["An empty list means every address of the machine."],
  examples: [{
    line: "httpcfg delete iplisten -i 192.168.1.10",
    shows: "stop listening on this address",
  }],
  flags: {},
  words: { min: 0, max: Infinity },
  legacy: true,
  switches: { "-i": "stored-entry" },
  run: (input, io) => change(input, io, "Delete"),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [setIplisten, deleteIplisten];

async function change(
  input: CommandInput,
  io: CommandIo,
  action: "Set" | "Delete",
): Promise<number> {
  const { values, unknown } = readSwitches(input.words, "i");
  if (unknown !== null) return refused(io, `${unknown} is not a valid command.`);
  const text = values.get("i");
  if (text === undefined) return refused(io, "(null) is not a valid IP address.");
  const result = await changeList(
    io,
    action === "Delete" ? { kind: "remove", text } : {
      kind: "add",
      text,
      strict: input.flag("strict"),
      later: input.flag("later"),
    },
  );
  const code = codeOf(result);
  if (code === WIN32.WSAEINVAL) io.out(`${shortened(text)} is not a valid IP address.`);
  if (code !== WIN32.WSAEINVAL) return printResult(io, action, result);
  report(io, result.notices);
  return exitStatusOf(code, io.os);
}

function shortened(text: string): string {
  const line = oneLine(text);
  return line.length > VALUE_SHOWN_MAX ? `${line.slice(0, VALUE_SHOWN_MAX)}…` : line;
}

function refused(io: CommandIo, message: string): number {
  io.out(message);
  reportHint(io, "httpcfg set iplisten -i 192.168.1.10");
  return exitStatusOf(WIN32.INVALID_PARAMETER, io.os);
}
