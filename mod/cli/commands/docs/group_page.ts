/**
 * httpcfg-GROUP(1): every command of a group with its flags and examples, and what else there is to
 * know about the group.
 *
 * @module
 */
import type { FlagSpec } from "../../../base/flag_spec.ts";
import type { CommandGroup } from "../../command_groups.ts";
import type { CommandSpec } from "../../core/command.ts";
import { escapeMdoc, example, mdocArgument, paragraphs, prose, sentence } from "./mdoc.ts";
import { GROUP_NOTES } from "./group_notes.ts";

/** Returns the sections of the page of `group`, whose commands are `records`. */
export function groupSections(
  { word, summary }: CommandGroup,
  records: readonly CommandSpec[],
): string[] {
  const { about, sections } = GROUP_NOTES[word] ?? { about: [], sections: [] };
  return [
    ".Sh SYNOPSIS",
    ...records.flatMap(({ name, usage }) => {
      return [".Nm httpcfg", `.Cm ${escapeMdoc(name)}${argument(usage)}`];
    }),
    ".Sh DESCRIPTION",
    ...prose(sentence(summary)),
    ...about.flatMap((text) => [".Pp", ...paragraphs(text)]),
    ".Sh COMMANDS",
    ".Bl -tag -width Ds",
    ...records.flatMap(commandItem),
    ".El",
    ...sections,
  ];
}

function commandItem(spec: CommandSpec): string[] {
  const flags = Object.entries(spec.flags);
  return [
    `.It Cm ${escapeMdoc(spec.name)}${argument(spec.usage)}`,
    ...prose(sentence(spec.summary)),
    ...(spec.details ?? []).flatMap((text) => [".Pp", ...paragraphs(text)]),
    ...(flags.length === 0 ? [] : [".Bl -tag -width Ds", ...flags.flatMap(flagItem), ".El"]),
    ...(spec.examples ?? []).flatMap((one) => [".Pp", ...example(one)]),
  ];
}

function argument(usage: string): string {
  return usage === "" ? "" : ` ${mdocArgument(usage)}`;
}

function flagItem([name, flag]: readonly [string, FlagSpec]): string[] {
  const value = flag.value === undefined ? "" : ` Ar ${escapeMdoc(flag.value)}`;
  const choices = flag.choices === undefined ? "" : `: ${flag.choices.join(", ")}`;
  return [`.It Fl \\-${escapeMdoc(name)}${value}`, ...prose(sentence(`${flag.summary}${choices}`))];
}
