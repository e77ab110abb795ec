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
  const group = groupOf(words, names);
  if (word.startsWith("-")) {
    const flag = nearestName(word, PROGRAM_FLAGS);
    return flag === null ? "httpcfg --help" : shortLine([flag, ...words.slice(1)]);
  }
  if (group.length > 0) {
    const start = group.join(" ");
    const below = names.filter((name) => name.startsWith(`${start} `));
    const nexts = new Set(below.map((name) => name.split(" ")[group.length]!));
    const next = nearestName((words[group.length] ?? "").toLowerCase(), [...nexts]);
    if (next === null) return `httpcfg help ${start}`;
    return shortLine([...group, next, ...words.slice(group.length + 1)]);
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

/**
 * Returns the words of `words`, in lower case, that commands begin with and that are none themselves:
 * `cert acme` of `cert acme ad`; none if there is no such command.
 */
export function groupOf(words: readonly string[], names: readonly string[]): string[] {
  const lower = words.map((word) => word.toLowerCase());
  const isGroup = (count: number): boolean => {
    const start = `${lower.slice(0, count).join(" ")} `;
    return lower.length >= count && names.some((name) => name.startsWith(start));
  };
  let count = 0;
  while (isGroup(count + 1)) count++;
  return lower.slice(0, count);
}

/** Returns the line as it is typed; its first words and their help if it is long. */
function shortLine(words: readonly string[]): string {
  const line = typedLine(words);
  if (line.length <= LINE_MAX) return line;
  const short = words.slice(0, 2).filter((word) => word.length <= LINE_MAX / 4);
  return `${typedLine(short)} --help`;
}
