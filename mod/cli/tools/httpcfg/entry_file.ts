/**
 * The entries in a file or on stdin: one a line, without the blanks around it. Empty lines and
 * comments are left out.
 *
 * @module
 */
import { Fault, quote } from "../../../base/fault.ts";
import { fileFault } from "../../../base/file_fault.ts";
import type { CommandIo } from "../../core/command.ts";
import { missingEntryHint } from "./list_hints.ts";
import { readStdin, readTextFile } from "../../core/input.ts";

/** An entry as it is written, and where. */
export interface EntryText {
  readonly text: string;
  /** `line 3 of "list.txt"`; absent for an entry of the command line. */
  readonly origin?: string;
}

/** Returns the entries in `file`, stdin if it is `-`. Throws a Fault, also if there is none. */
export async function readEntries(
  io: Pick<CommandIo, "store">,
  file: string,
  command: "set iplisten" | "delete iplisten",
): Promise<EntryText[]> {
  const text = file === "-"
    ? await readStdin().catch((error) => {
      throw fileFault("read", file, error, "ls -l /dev/stdin");
    })
    : await readTextFile(file, { verb: "read", piped: `httpcfg ${command} --from -` });
  const name = file === "-" ? "stdin" : quote(file);
  const entries = entryLines(text).map(({ text, line }) => ({
    text,
    origin: `line ${line} of ${name}`,
  }));
  if (entries.length > 0) return entries;
  throw new Fault(`Cannot use ${quote(file)} for "--from": it has no entry`, {
    hint: await missingEntryHint(io, command, []),
  });
}

/**
 * Returns the lines with an entry, counted from 1. A comment begins at the start of a line or after a
 * space: the name of an interface may contain a # too.
 */
function entryLines(text: string): { readonly text: string; readonly line: number }[] {
  return text.replace(/^\uFEFF/, "").split("\n")
    .map((line, i) => ({ text: line.replace(/(?:^|\s)#.*$/, "").trim(), line: i + 1 }))
    .filter(({ text }) => text !== "");
}
