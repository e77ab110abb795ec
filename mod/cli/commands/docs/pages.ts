/**
 * The manual pages: httpcfg(1), one for each group of commands, and httpcfg-config(5).
 *
 * @module
 */
import { RELEASED } from "../../../base/version.ts";
import { commandsOf, findGroup, GROUPS } from "../../command_groups.ts";
import type { CommandTable } from "../../core/command.ts";
import { findCommand } from "../../core/find_command.ts";
import { documentSections } from "./document_page.ts";
import { groupSections } from "./group_page.ts";
import { seeAlso, title } from "./mdoc.ts";
import { PROGRAM_SUMMARY, programSections, securitySection } from "./program_page.ts";

/** A page, without its text. */
interface PageId {
  /** `httpcfg-site` */
  readonly name: string;
  readonly section: 1 | 5;
  /** What `httpcfg man` calls it: `site`; 1 and 5 for those of no group. */
  readonly word: string;
}

/** Every page, httpcfg(1) first. */
export const PAGES: readonly PageId[] = [
  { name: "httpcfg", section: 1, word: "1" },
  ...GROUPS.map(({ word }) => ({ name: `httpcfg-${word}`, section: 1, word }) as const),
  { name: "httpcfg-config", section: 5, word: "5" },
];

/**
 * Returns the page that `text` names: by its word, as `httpcfg-site`, or by one of its commands;
 * undefined if there is none.
 */
export function findPage(text: string, { names }: CommandTable): PageId | undefined {
  const word = text.toLowerCase().replace(/^httpcfg(?:-|$)/, "") || "1";
  const name = findCommand(word.split(" "), names);
  const group = findGroup(word) ??
    GROUPS.find((one) => name !== null && commandsOf(one).includes(name));
  return PAGES.find((page) => page.word === (group?.word ?? word));
}

/** Returns the text of a page. */
export async function pageText(page: PageId, commands: CommandTable): Promise<string> {
  const lines = [
    ...title({ ...page, date: RELEASED }, summaryOf(page)),
    ...await sectionsOf(page, commands),
    ...seeAlso(PAGES.filter((other) => other !== page).map(nameOf).sort()),
    ...(page.word === "1" ? securitySection() : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Returns the section before the name, in the order of references: `1 httpcfg-site`. */
function nameOf({ name, section }: PageId): string {
  return `${section} ${name}`;
}

function summaryOf({ word }: PageId): string {
  if (word === "1") return PROGRAM_SUMMARY;
  const summary = findGroup(word)?.summary ?? "The configuration document of httpcfg";
  return `${summary.charAt(0).toLowerCase()}${summary.slice(1)}`;
}

async function sectionsOf({ word }: PageId, commands: CommandTable): Promise<string[]> {
  if (word === "1") return programSections();
  const group = findGroup(word);
  if (group === undefined) return documentSections();
  const names = commandsOf(group);
  return groupSections(group, await Promise.all(names.map(commands.load)));
}
