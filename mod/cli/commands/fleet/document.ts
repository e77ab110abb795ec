/**
 * `fleet export|import|edit`: the shared document as a whole.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { Fault } from "../../../base/fault.ts";
import type { CommandSpec } from "../../core/command.ts";
import { jsonText } from "../../core/format.ts";
import { commands as locals } from "../config/config.ts";
import { writeFile } from "../config/config_files.ts";
import { STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { onFleet } from "./open_fleet.ts";
import { forFleet } from "./shared_change.ts";

const local = (name: string): CommandSpec => locals.find((one) => one.name === `config ${name}`)!;

const fleetExport: CommandSpec = {
  name: "fleet export",
  usage: "[FILE]",
  summary: "Write the shared document to stdout or a file",
  details: [
    "An ssl record has the name of its certificate and no thumbprint, which differs from machine to " +
    "machine.",
    STORE_HELP,
  ],
  examples: [{ line: "httpcfg fleet export backup.json", shows: "make a backup" }],
  flags: STORE_FLAGS,
  words: { min: 0, max: 1 },
  completes: ["file"],
  run: (input, io) =>
    onFleet(input, io, async ({ store }) => {
      const { head } = await store.readView();
      if (head === null) {
        throw new Fault("Cannot export: the store has no document of a fleet", {
          hint: "httpcfg help fleet join",
        });
      }
      const text = `${jsonText(await store.documentOf(head.revision))}\n`;
      const [file] = input.words;
      if (file === undefined || file === "-") io.out(text);
      else await writeFile(file, text);
      return EXIT.ok;
    }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [
  fleetExport,
  forFleet(local("import"), {
    name: "import",
    summary: "Check a document and replace that of the fleet with it",
    details: ["What belongs to one machine is left out: thumbprints and secrets."],
    examples: [{ line: "httpcfg fleet import backup.json", shows: "restore a backup" }],
    without: ["dry-run"],
  }),
  forFleet(local("edit"), {
    name: "edit",
    summary: "Edit the shared document in an editor, check it and store it",
    examples: [{ line: "httpcfg fleet edit", shows: "edit it, and store it when the editor ends" }],
  }),
];
