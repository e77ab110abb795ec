/**
 * `set`, `query` and `delete` with a store that Httpcfg.exe does not know, or with none: its usage text
 * and its refusal.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";
import { refuse } from "./http_store.ts";
import { HTTPCFG_USAGE, invalidCommand } from "./httpcfg_text.ts";

function action(name: string): CommandSpec {
  return {
    name,
    usage: "ssl | urlacl | iplisten …",
    summary: `Httpcfg.exe: ${name} a record of one of its stores`,
    examples: [{ line: `httpcfg ${name} /?`, tells: "the usage text of Httpcfg.exe" }],
    flags: {},
    words: { min: 0, max: Infinity },
    legacy: true,
    ownHelp: true,
    hidden: true,
    run({ words: [store] }, io): Promise<number> {
      if (store !== undefined && store !== "?" && store !== "/?" && store !== "-?") {
        io.note(`hint: httpcfg ${name} iplisten, ssl or urlacl`);
        return Promise.resolve(refuse(io, invalidCommand(store)));
      }
      io.print(HTTPCFG_USAGE);
      return Promise.resolve(0);
    },
  };
}

/** The records of this file. */
export const commands: readonly CommandSpec[] = [action("set"), action("query"), action("delete")];
