/**
 * What members have answered, as text and as records.
 *
 * @module
 */
import type { MergedAnswers, MergedLine } from "../../../fleet/rollout/merge_answers.ts";
import type { CommandInput, CommandIo } from "../../core/command.ts";
import { type Listing, writeListing } from "../../core/format.ts";
import { joinLines, type Meaning, span, type Styled } from "../../core/screen/colors.ts";
import { paragraph } from "../../core/screen/paragraph.ts";
import type { Screen } from "../../core/screen/screen.ts";

/** Members that a line of text names; the others are counted. */
const NAMED_MAX = 5;
/** What stays as it is: counted in text, because what changes is asked for. */
const QUIET = new Set(["keep", "ok"]);

const MEANINGS: Readonly<Record<string, Meaning>> = {
  open: "good",
  ok: "good",
  close: "bad",
  fault: "bad",
  refused: "error",
  wait: "waiting",
};

/** Writes the answers in the form that is asked for; `json` are further fields of the object. */
export async function showAnswers(
  input: CommandInput,
  io: CommandIo,
  merged: MergedAnswers,
  { json = {} }: { readonly json?: object } = {},
): Promise<void> {
  await writeListing(input, io, listingOf(merged), {
    text: () => io.show(answersText(merged, io.screen)),
    json: { ...json, ...merged },
  });
}

/** A record for each line of each member, and for each that has a problem or is silent. */
function listingOf({ lines, problems, risks, silent }: MergedAnswers): Listing {
  const rows = [
    ...lines.flatMap(({ members, what, about, why }) => {
      return members.map((member) => ({ member, what, about, why }));
    }),
    ...problems.map(({ member, text }) => ({ member, what: "refused", about: "", why: text })),
    ...risks.map(({ member, text }) => ({ member, what: "risk", about: "", why: text })),
    ...silent.map((member) => ({ member, what: "silent", about: "", why: "" })),
  ];
  return { name: "answers", columns: ["member", "what", "about", "why"], rows };
}

function answersText({ lines, more }: MergedAnswers, screen: Screen): Styled {
  const shown = lines.filter(({ what }) => !QUIET.has(what));
  const counts = Map.groupBy(lines.filter(({ what }) => QUIET.has(what)), ({ what }) => what);
  return joinLines([
    ...shown.flatMap((line) => {
      const start = span(MEANINGS[line.what] ?? "heading", line.what);
      const text = ` ${line.about} on ${namesText(line.members)}${whyText(line)}`;
      return paragraph(text, screen, { start, hanging: "  " });
    }),
    ...[...counts].map(([what, group]) => {
      return `${what} ${group.reduce((sum, { members }) => sum + members.length, 0)}`;
    }),
    ...(more === 0 ? [] : [`and ${more} more`]),
    ...(lines.length + more === 0 ? ["Nothing."] : []),
  ]);
}

function whyText({ why }: MergedLine): string {
  return why === "" ? "" : ` (${why})`;
}

/** Returns `web1, web2` or `12 members: web1, web2, …`. */
export function namesText(names: readonly string[]): string {
  if (names.length <= NAMED_MAX) return names.join(", ");
  return `${names.length} members: ${names.slice(0, NAMED_MAX).join(", ")}, …`;
}
