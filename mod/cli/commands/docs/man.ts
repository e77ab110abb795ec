/**
 * `man`: the manual pages, made from the command records and the tables of settings and content.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { joinPath, nativePath } from "../../../base/files/join_path.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { writeFile } from "../config/config_files.ts";
import { findPage, PAGES, pageText } from "./pages.ts";

const man: CommandSpec = {
  name: "man",
  usage: "[PAGE]",
  summary: "Print a manual page, or write all of them",
  details: [
    "PAGE is the name of a group or of a command, 1 for httpcfg(1), which is the default, or 5 for " +
    "httpcfg-config(5), the configuration document and its settings. The pages are mdoc source.",
    "With --all, writes every page below DIR, where man looks for pages, and prints the path of " +
    "each file.",
  ],
  examples: [
    { line: "httpcfg man site | man -l -", shows: "read the page about sites in the terminal" },
    { line: "httpcfg man 5 | man -l -", shows: "read about the configuration document" },
    { line: "httpcfg man --all /usr/local/share/man", shows: "install every page" },
  ],
  flags: {
    all: {
      kind: "string",
      value: "DIR",
      summary: "write every page to DIR/man1 and DIR/man5",
      completes: "folder",
    },
  },
  words: { min: 0, max: 2 },
  completes: ["page"],
  async run(input, io): Promise<number> {
    const folder = input.text("all");
    const text = input.words.join(" ");
    if (folder !== null && text !== "") {
      throw usageFault(
        `Cannot use ${quote(text)} with "--all": it writes every page`,
        "httpcfg man --all DIR",
      );
    }
    if (folder !== null) return await writeAll(folder, io);
    const page = findPage(text, io.commands);
    if (page === undefined) {
      throw usageFault(
        `Cannot print the page ${quote(text)}: must be one of ${
          PAGES.map(({ word }) => word).join(", ")
        }`,
        "httpcfg man 1",
      );
    }
    io.out(await pageText(page, io.commands));
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [man];

async function writeAll(folder: string, io: CommandIo): Promise<number> {
  for (const page of PAGES) {
    const { name, section } = page;
    const file = joinPath(nativePath(folder, io.os), `man${section}`, `${name}.${section}`);
    await writeFile(file, await pageText(page, io.commands));
    io.out(file);
  }
  return EXIT.ok;
}
