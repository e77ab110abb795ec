/**
 * `history`, `history show`, `history diff`, `rollback`: the versions of the document.
 *
 * @module
 */
import { changeList } from "../../admin/change_list.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { changeLines, diffValues } from "../../config/document/diff.ts";
import { History, type Version } from "../../config/store/history.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { jsonText, type Listing, render } from "../core/format.ts";
import { table } from "../core/table.ts";
import { finish } from "../core/report.ts";

const history: CommandSpec = {
  name: "history",
  usage: "",
  summary: "Show who changed the configuration, when and how",
  details: [
    "Every change is kept as a version, the newest hundred of them. A version without a user was " +
    "found: the document had been changed by other means.",
  ],
  examples: [
    { line: "httpcfg history", tells: "one line a version" },
    { line: "httpcfg history diff 7", tells: "what version 7 changed" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    const versions = await historyOf(io).list();
    const listing: Listing = {
      name: "history",
      columns: ["number", "at", "user", "changes", "command"],
      rows: versions.map(({ number, at, user, command }, i) => {
        const before = versions[i - 1];
        const changes = before === undefined ? null : countChanges(before, versions[i]!);
        return { number, at, user, changes, command };
      }),
    };
    const form = input.text("format") ?? "text";
    if (form !== "text") io.out(await render(listing, form));
    else if (versions.length === 0) io.note("Nothing has been changed yet.");
    else io.out(table(listing));
    return EXIT.ok;
  },
};

const historyShow: CommandSpec = {
  name: "history show",
  usage: "NUMBER",
  summary: "Show a version of the configuration whole",
  examples: [{ line: "httpcfg history show 7 > old.json", tells: "the document as it was" }],
  flags: {},
  words: { min: 1, max: 1 },
  completes: ["version"],
  async run(input, io): Promise<number> {
    const { document } = await historyOf(io).read(versionNumber(input.words[0]));
    io.out(jsonText(document));
    return EXIT.ok;
  },
};

const historyDiff: CommandSpec = {
  name: "history diff",
  usage: "NUMBER [NUMBER]",
  summary: "Show what a version changed, or what differs between two",
  details: ["Exit status 0 where nothing differs, 1 where something does."],
  examples: [
    { line: "httpcfg history diff 7", tells: "what version 7 changed" },
    { line: "httpcfg history diff 3 7", tells: "what changed from version 3 to version 7" },
  ],
  flags: {},
  words: { min: 1, max: 2 },
  completes: ["version"],
  async run(input, io): Promise<number> {
    const numbers = input.words.map(versionNumber);
    const last = numbers.at(-1)!;
    const kept = historyOf(io);
    const after = await kept.read(last);
    const before = numbers.length === 2 ? await kept.read(numbers[0]!) : await previous(io, last);
    const lines = changeLines(diffValues(before.document, after.document));
    io.out(lines.join("\n"));
    return lines.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

const rollback: CommandSpec = {
  name: "rollback",
  usage: "NUMBER",
  summary: "Store a version of before as the newest one",
  details: ["A rollback is a change like any other: it can be rolled back."],
  examples: [{ line: "httpcfg rollback 7", tells: "the configuration is again as version 7 was" }],
  flags: {},
  words: { min: 1, max: 1 },
  completes: ["version"],
  async run(input, io): Promise<number> {
    const { document, number } = await historyOf(io).read(versionNumber(input.words[0]));
    const result = await changeList(io, { kind: "replace", document });
    if (result.change?.changed === false) {
      io.note(`Nothing changed: the configuration is as version ${number} was.`);
    } else if (result.change !== null) {
      io.out(changeLines(diffValues(result.change.before, document)).join("\n"));
    }
    return finish(io, result);
  },
};

export const commands: readonly CommandSpec[] = [history, historyShow, historyDiff, rollback];

function historyOf(io: CommandIo): History {
  return new History(io.paths.history);
}

async function previous(io: CommandIo, number: number): Promise<Version> {
  const before = (await historyOf(io).list()).filter((version) => version.number < number).at(-1);
  if (before !== undefined) return before;
  throw new Fault(`Cannot compare version ${number}: no version before it is kept`, {
    hint: `httpcfg history show ${number}`,
  });
}

function countChanges(before: Version, after: Version): number {
  return diffValues(before.document, after.document).length;
}

function versionNumber(text = ""): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw usageFault(`Cannot read ${quote(text)}: it is no number of a version`, "httpcfg history");
}
