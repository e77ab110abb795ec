/**
 * The command that is nearest to a typing error, of the group that was named.
 *
 * @module
 */
import { typedLine } from "../../base/hints/retype.ts";
import { nearestName } from "../../base/hints/nearest.ts";

/** The flags without a command, or before it. */
const PROGRAM_FLAGS: readonly string[] = ["--help", "--version", "--config", "--user"];

/** The longest line that a hint repeats. */
const LINE_MAX = 200;

/** Returns the line to type instead of `words`, which name no command. */
export function nearestLine(words: readonly string[], names: readonly string[]): string {
  const [first = "", second = "", ...rest] = words;
  const word = first.toLowerCase();
  if (word.startsWith("-")) {
    const flag = nearestName(word, PROGRAM_FLAGS);
    return flag === null ? "httpcfg --help" : shortLine([flag, ...words.slice(1)]);
  }
  const below = names.filter((name) => name.startsWith(`${word} `));
  if (below.length > 0) {
    const verbs = below.map((name) => name.slice(word.length + 1));
    const verb = nearestName(second.toLowerCase(), verbs);
    return verb === null ? `httpcfg help ${word}` : shortLine([word, verb, ...rest]);
  }
  const firsts = [...new Set(names.map((name) => name.split(" ", 1)[0]!))];
  const whole = nearestName(
    `${word} ${second.toLowerCase()}`,
    names.filter((name) => /^\S+ \S+$/.test(name)),
  );
  if (whole !== null) return shortLine([...whole.split(" "), ...rest]);
  const found = nearestName(word, firsts);
  if (found === null) return "httpcfg --help";
  return names.includes(found) ? shortLine([found, ...words.slice(1)]) : `httpcfg help ${found}`;
}

/** Returns the line as it is typed; its first words and their help if it is long. */
function shortLine(words: readonly string[]): string {
  const line = typedLine(words);
  if (line.length <= LINE_MAX) return line;
  const short = words.slice(0, 2).filter((word) => word.length <= LINE_MAX / 4);
  return `${typedLine(short)} --help`;
}
