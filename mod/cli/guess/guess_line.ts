/**
 * Completes a line that is no command of ours, or one that its command refuses.
 *
 * @module
 */
import type { CommandTable } from "../core/command.ts";
import { guessArguments, type MachineFacts } from "./guess_arguments.ts";
import { matchGuess, type Meaning } from "./match_guess.ts";
import { findCommand } from "../core/find_command.ts";

/** More than any line needs: a noun, a verb, the arguments. */
const STEPS_MAX = 5;

/** Returns what `words` mean; null if they are as well typed as a guess can make them. */
export async function guessLine(
  words: readonly string[],
  commands: CommandTable,
  facts: MachineFacts,
): Promise<Meaning | null> {
  let current = words;
  let or: string | undefined;
  for (let step = 0; step < STEPS_MAX; step++) {
    const found = await nextMeaning(current, commands, facts);
    if (found === null) break;
    or ??= found.or;
    const [line] = found.lines;
    if (found.kind === "ambiguous" || found.lines.length > 1) return found;
    current = line!;
  }
  return current === words ? null : { kind: "taken", lines: [current], or };
}

/** Takes one step; null if there is none to take. */
async function nextMeaning(
  words: readonly string[],
  commands: CommandTable,
  facts: MachineFacts,
): Promise<Meaning | null> {
  const found = matchGuess(words);
  if (found !== null && !(found.lines.length === 1 && isSame(found.lines[0]!, words))) return found;
  const name = findCommand(words, commands.names);
  if (name === null) return null;
  const args = words.slice(name.split(" ").length);
  const { front, lines } = await guessArguments(await commands.load(name), args, facts);
  const whole = lines.map((line) => [...front, ...line]);
  if (whole.length === 1 && isSame(whole[0]!, words)) return null;
  return { kind: whole.length === 1 ? "taken" : "ambiguous", lines: whole };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, i) => word === b[i]);
}
