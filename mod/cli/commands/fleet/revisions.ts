/**
 * `fleet history|rollback`: the revisions of the shared document.
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { quote, usageFault } from "../../../base/fault.ts";
import { changeLines, diffValues } from "../../../config/document/diff.ts";
import type { RevisionRecord } from "../../../fleet/shared/records.ts";
import { type CommandSpec, FORMAT_FLAG } from "../../core/command.ts";
import { type Listing, writeListing } from "../../core/format.ts";
import { CHANGE_FLAGS, isJson, reportDone } from "../../core/outcome.ts";
import { diffText } from "../../core/screen/diff_text.ts";
import { utcTime } from "../../core/screen/times.ts";
import { table } from "../../core/table.ts";
import { STORE_FLAGS, STORE_HELP } from "./fleet_flags.ts";
import { lineOf, noteStored, onFleet } from "./open_fleet.ts";

/** Revisions that are listed unless another number is given. */
const SHOWN = 50;

const history: CommandSpec = {
  name: "fleet history",
  usage: "[NUMBER]",
  summary: "Show who changed the document of the fleet, when and how",
  details: [
    `The newest revisions, ${SHOWN} unless NUMBER says how many. The times are by the clocks of those ` +
    "who made them.",
    STORE_HELP,
  ],
  examples: [{ line: "httpcfg fleet history", shows: "one line per revision" }],
  flags: { ...FORMAT_FLAG, ...STORE_FLAGS },
  words: { min: 0, max: 1 },
  run: (input, io) =>
    onFleet(input, io, async ({ store }, io) => {
      const [word] = input.words;
      const records = await store.history(word === undefined ? SHOWN : revisionNumber(word));
      const view = await store.readView();
      const listing: Listing = {
        name: "revisions",
        columns: ["revision", "at", "by", "what", "state"],
        rows: records.map((record) => {
          const { revision, at, by, what } = record;
          return { revision, at, by, what, state: stateOf(record, view) };
        }),
      };
      await writeListing(input, io, listing, {
        text(): void {
          if (records.length === 0) return io.note("No revision.");
          const rows = io.screen.columns === null ? listing.rows : listing.rows.map((row) => {
            return { ...row, at: utcTime(`${row.at}`) };
          });
          io.show(table({ ...listing, rows }, io.screen, {
            detail: "what",
            looks: {
              revision: { kind: "key", meaning: () => "heading" },
              at: { kind: "key", meaning: () => "faint" },
              by: { kind: "value" },
              state: { kind: "key", meaning: () => "good" },
            },
          }));
        },
      });
      return EXIT.ok;
    }),
};

const rollback: CommandSpec = {
  name: "fleet rollback",
  usage: "NUMBER",
  summary: "Make a new revision with the content of an earlier one",
  details: [
    "The members run it after httpcfg fleet apply. A rollback is a change like any other, and can " +
    "itself be rolled back.",
    STORE_HELP,
  ],
  examples: [{ line: "httpcfg fleet rollback 7", shows: "the content of revision 7 again" }],
  flags: { format: CHANGE_FLAGS.format, ...STORE_FLAGS },
  words: { min: 1, max: 1 },
  run: (input, io) =>
    onFleet(input, io, async ({ store, by }, io) => {
      const number = revisionNumber(input.words[0]!);
      const document = await store.documentOf(number);
      const { changed, revision, before, after } = await store.commit({
        edit: () => document,
        by,
        what: lineOf(input),
        at: new Date(io.now()).toISOString(),
      });
      const changes = changed ? diffValues(before, after) : [];
      if (!isJson(input) && changed) io.show(diffText(changeLines(changes)));
      await reportDone(input, io, changed, { restored: number, revision, changes });
      if (changed) noteStored(io, revision);
      return EXIT.ok;
    }),
};

/** The records of this file. */
export const commands: readonly CommandSpec[] = [history, rollback];

/** Returns what members do with a revision; "" for nothing. */
function stateOf(
  { revision }: RevisionRecord,
  { head, target }: {
    readonly head: { readonly revision: number } | null;
    readonly target: {
      readonly revision: number;
      readonly groups: Readonly<Record<string, number>>;
    } | null;
  },
): string {
  const groups = Object.entries(target?.groups ?? {}).filter(([, own]) => own === revision)
    .map(([group]) => group);
  return [
    ...(target?.revision === revision ? ["wanted"] : []),
    ...groups.map((group) => `wanted by ${group}`),
    ...(head?.revision === revision && target?.revision !== revision ? ["newest"] : []),
  ].join(", ");
}

function revisionNumber(text: string): number {
  if (/^[1-9][0-9]{0,11}$/.test(text)) return Number(text);
  throw usageFault(`Cannot use ${quote(text)}: not a revision number`, "httpcfg fleet history");
}
