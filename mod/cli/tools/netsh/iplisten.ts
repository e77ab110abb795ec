/**
 * `netsh http add|delete|show iplisten`.
 *
 * @module
 */
import { codeOf } from "../../../admin/admin_io.ts";
import { changeList, type EntryEdit } from "../../../admin/change_list.ts";
import { EXIT } from "../../../base/exit_status.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CommandIo } from "../../core/command.ts";
import { report } from "../../core/report.ts";
import { printCompleted, printText, type Run } from "./answers.ts";
import type { NetshRequest } from "./args.ts";
import { ipListenText } from "./text.ts";

/** By `verb noun`. */
export const IPLISTEN_COMMANDS: Readonly<Record<string, Run>> = {
  "add iplisten": (request, io) => changeEntries(io, [entryEdit("add", request)]),
  "delete iplisten": (request, io) => changeEntries(io, [entryEdit("remove", request)]),
  "show iplisten": async (_request, io) => {
    return printText(io, ipListenText((await io.store.read()).ipListen));
  },
};

const ADDED = { done: "IP address successfully added", failed: "IP address add failed" };
const DELETED = { done: "IP address successfully deleted", failed: "IP address deletion failed" };

/** Returns what `add iplisten` or `delete iplisten` does to the list. */
export function entryEdit(kind: EntryEdit["kind"], { values }: NetshRequest): EntryEdit {
  return { kind, text: values.get("ipaddress") ?? "" };
}

/** Makes the edits of the list as one change, and answers each when it is stored. */
export async function changeEntries(io: CommandIo, edits: readonly EntryEdit[]): Promise<number> {
  if (edits.length === 0) return EXIT.ok;
  const { answers, notices } = await changeList(io, { kind: "edit", edits });
  let status: number = EXIT.ok;
  edits.forEach(({ kind }, i) => {
    const answer = answers[i]!;
    // The API has one code for every text that is not an address.
    const code = codeOf(answer) === WIN32.WSAEINVAL ? WIN32.INVALID_PARAMETER : codeOf(answer);
    status = Math.max(status, printCompleted(io, code, kind === "add" ? ADDED : DELETED));
    report(io, answer.notices);
  });
  report(io, notices);
  return status;
}
