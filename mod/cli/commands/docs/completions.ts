/**
 * `completions` and `complete`: command-line completion for shells.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { type BashLine, bashReply, parseBashLine } from "./bash_line.ts";
import { inGroupOrder } from "../../command_groups.ts";
import type { CommandIo, CommandSpec } from "../../core/command.ts";
import { complete } from "./complete.ts";
import { valuesOfKind } from "./complete_values.ts";
import { completionScript, PATHS_MARK, SHELLS } from "./completion_scripts.ts";

const completions: CommandSpec = {
  name: "completions",
  usage: SHELLS.join("|"),
  summary: "Print the completion script for a shell",
  details: ["The first lines of the script say where to put it."],
  examples: [{
    line: "source <(httpcfg completions bash)",
    shows: "complete commands, sites, entries and addresses in this shell",
  }],
  flags: {},
  words: { min: 1, max: 1 },
  completes: ["shell"],
  run(input, io): Promise<number> {
    const shell = SHELLS.find((one) => one === input.words[0]);
    if (shell === undefined) {
      throw usageFault(
        `Cannot print a completion script for ${quote(input.words[0]!)}: unknown shell`,
        `httpcfg completions ${SHELLS.join("|")}`,
      );
    }
    io.out(completionScript(shell));
    return Promise.resolve(EXIT.ok);
  },
};

const completeWords: CommandSpec = {
  name: "complete",
  usage: "-- WORD…",
  summary: "For the completion scripts: complete the last word, one candidate per line",
  examples: [{ line: "httpcfg complete -- site show ''", shows: "list the names of the sites" }],
  flags: {
    bash: {
      kind: "string",
      value: "LINE",
      summary: "the line as bash has it; completions are as bash inserts them",
    },
  },
  words: { min: 0, max: Infinity },
  hidden: true,
  async run(input, io): Promise<number> {
    const text = input.text("bash");
    const line: BashLine | null = text === null ? null : parseBashLine(text);
    const words = line?.words ?? input.words;
    const { candidates, paths } = await complete(words, sourceOf(words, io));
    const lines = candidates.map(({ value, description }) => {
      const inserted = line === null ? value : bashReply(value, line);
      return description === "" ? inserted : `${inserted}\t${description}`;
    });
    if (paths !== null) lines.push(`${PATHS_MARK}${paths}`);
    io.out(lines.join("\n"));
    return EXIT.ok;
  },
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [completions, completeWords];

function sourceOf(words: readonly string[], io: CommandIo): Parameters<typeof complete>[1] {
  return {
    names: inGroupOrder(io.commands.names),
    load: (name) => io.commands.load(name),
    // The values are those of the document that the line is about.
    values: async (kind) => await valuesOfKind(kind, await io.under(words).catch(() => io)),
  };
}
