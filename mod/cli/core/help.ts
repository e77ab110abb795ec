/**
 * Help text from the command records.
 *
 * @module
 */
import { type CommandGroup, firstWordSummary, GROUPS } from "../command_groups.ts";
import type { CommandSpec } from "./command.ts";
import { wordWrap } from "./screen/word_wrap.ts";

/** Terminal columns that text is wrapped to. */
const COLUMNS = 79;

/** Returns the short help: the groups of commands, and where to find more. */
export function overview(version: string): string {
  const rows = GROUPS.flatMap((group) => group.rows);
  const width = Math.max(...rows.map(({ label }) => label.length));
  return [
    `httpcfg ${version}: a web service that listens only on the addresses you list`,
    "",
    "Usage: httpcfg [--config FILE | --user] COMMAND [ARGUMENTS]",
    "",
    ...GROUPS.flatMap(({ title, rows }) => [
      title,
      ...rows.map(({ label, summary }) => `  ${label.padEnd(width)}  ${summary}`),
    ]),
    "",
    wrapped(
      `More: httpcfg help COMMAND, or help GROUP: ${GROUPS.map(({ word }) => word).join(", ")}`,
    ),
    "--config FILE is another document, --user your own; --version is the version.",
  ].join("\n");
}

/** Returns what the group is about, and its commands. */
export function groupHelp(group: CommandGroup, records: readonly CommandSpec[]): string {
  return listHelp(group.summary, records, `man httpcfg-${group.word}`);
}

/** Returns what the commands that begin with `word` have in common, and the commands. */
export function firstWordHelp(word: string, records: readonly CommandSpec[]): string {
  return listHelp(firstWordSummary(word) ?? word, records);
}

function listHelp(summary: string, records: readonly CommandSpec[], manual?: string): string {
  return [
    wrapped(summary),
    "",
    ...commandRows(records),
    "",
    `More about one of them: httpcfg help ${records[0]?.name}`,
    ...(manual === undefined ? [] : [`About all of them: ${manual}`]),
  ].join("\n");
}

function commandRows(records: readonly CommandSpec[]): string[] {
  const width = Math.max(...records.map(({ name }) => name.length));
  return records.map(({ name, summary }) => row(name.padEnd(width), summary));
}

/** Wraps `text` to the terminal; preformatted lines, which begin with a space, stay as they are. */
function wrapped(text: string): string {
  return text.split("\n").flatMap((line) => {
    return line.startsWith(" ") ? [line] : wordWrap(line, COLUMNS);
  }).join("\n");
}

/** Returns the help of one command; `below` are those whose names begin with its own. */
export function commandHelp(spec: CommandSpec, below: readonly CommandSpec[] = []): string {
  const flags = Object.entries(spec.flags).map(([name, flag]) => {
    const value = flag.bare === undefined ? flag.value : `[${flag.value}]`;
    return [`--${name}${value ? ` ${value}` : ""}`, flagSummary(flag)] as const;
  });
  const width = Math.max(0, ...flags.map(([left]) => left.length));
  const lines = [
    spec.summary,
    "",
    `Usage: httpcfg ${spec.name}${spec.usage ? ` ${spec.usage}` : ""}${
      flags.length > 0 ? " [FLAGS]" : ""
    }`,
  ];
  for (const paragraph of spec.details ?? []) lines.push("", wrapped(paragraph));
  if (flags.length > 0) {
    lines.push("", ...flags.map(([left, right]) => row(left.padEnd(width), right)));
  }
  if (spec.examples?.length) {
    lines.push("", "Examples:");
    for (const { line, shows } of spec.examples) lines.push(`  ${line}`, `      ${shows}`);
  }
  if (below.length > 0) lines.push("", "Commands:", ...commandRows(below));
  return lines.join("\n");
}

/** Formats a flag or a command. Its summary has a column of its own, however long it is. */
function row(left: string, right: string): string {
  const indent = `\n${" ".repeat(left.length + 4)}`;
  return `  ${left}  ${wordWrap(right, COLUMNS - left.length - 4).join(indent)}`;
}

function flagSummary(flag: CommandSpec["flags"][string]): string {
  return flag.choices ? `${flag.summary}: ${flag.choices.join(", ")}` : flag.summary;
}
