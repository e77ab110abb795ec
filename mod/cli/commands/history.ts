/**
 * `history`, `history show`, `history diff`, `rollback`: the versions of the configuration.
 *
 * @module
 */
import { changeList } from "../../admin/change_list.ts";
import { EXIT } from "../../base/exit_status.ts";
import { Fault, quote, usageFault } from "../../base/fault.ts";
import { changeLines, diffValues } from "../../config/document/diff.ts";
import { History } from "../../config/store/history.ts";
import type { Version } from "../../config/store/version_file.ts";
import { type CommandIo, type CommandSpec, FORMAT_FLAG } from "../core/command.ts";
import { diffText } from "../core/screen/diff_text.ts";
import { answerText, jsonText, type Listing, writeListing } from "../core/format.ts";
import { table } from "../core/table.ts";
import { damageNotices } from "../core/notices/damage_notices.ts";
import { CHANGE_FLAGS, isJson } from "../core/outcome.ts";
import { finishReplaced } from "../core/replaced.ts";
import { report } from "../core/report.ts";
import type { Styled } from "../core/screen/colors.ts";
import type { Screen } from "../core/screen/screen.ts";
import { utcTime } from "../core/screen/times.ts";

const history: CommandSpec = {
  name: "history",
  usage: "",
  summary: "Show who changed the configuration, when and how",
  details: [
    "Every change is kept as a version, up to the newest hundred. A version without a user " +
    "means that the document was changed by other means.",
    "Exit status 1 if a part of the history cannot be read. The other versions are there, and new " +
    "ones are kept.",
  ],
  examples: [
    { line: "httpcfg history", shows: "one line per version" },
    { line: "httpcfg history diff 7", shows: "what version 7 changed" },
  ],
  flags: FORMAT_FLAG,
  words: { min: 0, max: 0 },
  async run(input, io): Promise<number> {
    io.progress?.("reading", "the versions");
    const { versions, damage } = await historyOf(io).examine();
    const listing: Listing = {
      name: "history",
      columns: ["number", "at", "user", "changes", "command"],
      rows: versions.map(({ number, at, user, command }, i) => {
        io.progress?.("comparing", "versions", i, versions.length);
        const before = versions[i - 1];
        const changes = before?.number === number - 1 ? countChanges(before, versions[i]!) : null;
        return { number, at, user, changes, command };
      }),
    };
    await writeListing(input, io, listing, {
      text: () => {
        if (versions.length > 0) io.show(historyText(listing, io.screen));
        else if (damage.length === 0) io.note("No changes yet.");
      },
    });
    report(io, damageNotices(damage));
    return damage.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

const historyShow: CommandSpec = {
  name: "history show",
  usage: "NUMBER",
  summary: "Show a whole version of the configuration",
  examples: [{ line: "httpcfg history show 7 > old.json", shows: "save version 7 to a file" }],
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
  summary: "Show what a version changed, or how two versions differ",
  details: ["Exit status 0 if nothing differs, 1 if something does."],
  examples: [
    { line: "httpcfg history diff 7", shows: "what version 7 changed" },
    { line: "httpcfg history diff 3 7", shows: "what changed from version 3 to version 7" },
  ],
  flags: { format: CHANGE_FLAGS.format },
  words: { min: 1, max: 2 },
  completes: ["version"],
  async run(input, io): Promise<number> {
    const numbers = input.words.map(versionNumber);
    const last = numbers.at(-1)!;
    const versions = historyOf(io);
    io.progress?.("reading", "the versions");
    const after = await versions.read(last);
    const before = numbers.length === 2
      ? await versions.read(numbers[0]!)
      : await previous(io, last);
    io.progress?.("comparing", "the versions");
    const changes = diffValues(before.document, after.document);
    if (isJson(input)) io.out(answerText({ from: before.number, to: last, changes }));
    else io.show(diffText(changeLines(changes)));
    return changes.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

const rollback: CommandSpec = {
  name: "rollback",
  usage: "NUMBER",
  summary: "Restore an earlier version of the configuration",
  details: ["A rollback is a change like any other, and can itself be rolled back."],
  examples: [{ line: "httpcfg rollback 7", shows: "restore version 7" }],
  flags: CHANGE_FLAGS,
  words: { min: 1, max: 1 },
  completes: ["version"],
  async run(input, io): Promise<number> {
    io.progress?.("reading", "the versions");
    const { document, number } = await historyOf(io).read(versionNumber(input.words[0]));
    // One of an older program, or written by hand, is not as this program stores it.
    const whole = await io.store.check(document, `version ${number}`);
    const result = await changeList(io, { kind: "replace", document: whole });
    return await finishReplaced(input, io, result, { restored: number });
  },
};

export const commands: readonly CommandSpec[] = [history, historyShow, historyDiff, rollback];

/** Formats the versions; a terminal shows times without the letters of ISO 8601. */
function historyText(listing: Listing, screen: Screen): Styled {
  const { rows } = listing;
  const shown = screen.columns === null ? rows : rows.map((row) => {
    return { ...row, at: utcTime(`${row.at}`).replace(" UTC", "") };
  });
  return table({ ...listing, rows: shown }, screen, {
    detail: "command",
    looks: {
      number: { kind: "key", meaning: () => "heading" },
      at: { kind: "key", heading: "at (UTC)", meaning: () => "faint" },
      user: { kind: "value" },
      changes: { kind: "key" },
    },
  });
}

function historyOf(io: CommandIo): History {
  return new History(io.paths.history);
}

async function previous(io: CommandIo, number: number): Promise<Version> {
  const { versions, damage } = await historyOf(io).examine();
  const before = versions.filter((version) => version.number < number).at(-1);
  if (before !== undefined && (before.number === number - 1 || damage.length === 0)) return before;
  const reason = damage.length === 0
    ? "no earlier version is kept"
    : `version ${number - 1} cannot be read`;
  throw new Fault(`Cannot compare version ${number}: ${reason}`, {
    hint: before === undefined
      ? `httpcfg history show ${number}`
      : `httpcfg history diff ${before.number} ${number}`,
  });
}

function countChanges(before: Version, after: Version): number {
  return diffValues(before.document, after.document).length;
}

function versionNumber(text = ""): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw usageFault(`Cannot use ${quote(text)}: not a version number`, "httpcfg history");
}
