/**
 * What to type instead of a change of the list that says nothing that can be done.
 *
 * @module
 */
import { parseIp } from "../../../base/address.ts";
import { shellWord } from "../../../base/fault.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseEntry, parseList } from "../../../config/document/list_entry.ts";
import { compileInclusion } from "../../../listen/list/inclusion.ts";
import { AddressTable } from "../../../listen/machine/address_table.ts";
import { readMachine } from "../../../listen/machine/machine_addresses.ts";
import { usualAddress } from "../../../listen/machine/usual_address.ts";
import type { CommandIo } from "../../core/command.ts";

type Action = "set iplisten" | "delete iplisten";

/**
 * Returns the hint of a line without an entry: with those among its words, else with an address of
 * this machine to add, or with what is on the list to remove.
 */
export async function missingEntryHint(
  io: Pick<CommandIo, "store">,
  action: Action,
  words: readonly string[],
): Promise<string> {
  const entries = words.filter((word) => !/^[-/]/.test(word) && !isProblem(parseEntry(word)));
  if (entries.length > 0) return lineOf(action, entries);
  if (action === "set iplisten") return lineOf(action, [usualAddress()]);
  const [only, ...others] = await io.store.readList().catch((): readonly string[] => []);
  return only !== undefined && others.length === 0
    ? lineOf(action, [only])
    : "httpcfg query iplisten";
}

/**
 * Returns what to type about an entry that is not on the list and was to be removed: what keeps the
 * address from being served, if that was the purpose. Null if no entry includes it.
 */
export async function absentEntryHint(
  io: Pick<CommandIo, "store">,
  text: string,
): Promise<string | null> {
  const list = await io.store.readList().catch((): readonly string[] => []);
  const entry = parseEntry(text);
  if (isProblem(entry)) return null;
  const opposite = entry.excludes ? entry.text.slice(1) : `!${entry.text}`;
  if (list.includes(opposite)) return lineOf("delete iplisten", [opposite]);
  const ip = entry.excludes ? null : parseIp(entry.text);
  const table = new AddressTable(readMachine());
  const { included, entry: by } = ip === null
    ? { included: false, entry: null }
    : compileInclusion(parseList(list), table).decide(ip);
  return included && by !== null ? `httpcfg set iplisten --except ${entry.text}` : null;
}

/** Returns the line with the entries; an exclusion without the character that shells interpret. */
function lineOf(action: Action, entries: readonly string[]): string {
  const words = entries.map((entry) => {
    return entry.startsWith("!")
      ? `--except ${shellWord(entry.slice(1))}`
      : `-i ${shellWord(entry)}`;
  });
  return `httpcfg ${action} ${words.join(" ")}`;
}
