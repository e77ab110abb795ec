/**
 * What is nearest to a typing error: a command of the group that was named, or a flag of the
 * command.
 *
 * @module
 */
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import type { CommandSpec } from "../core/command.ts";
import { typedLine } from "../core/typed_line.ts";

/** The flags without a command, or before it. */
const PROGRAM_FLAGS: readonly string[] = ["--help", "--version", "--config", "--user"];

/** The longest line that a hint repeats. */
const LINE_MAX = 200;

/** Returns the line to type instead of `words`, which name no command. */
export function nearestLine(words: readonly string[], names: readonly string[]): string {
  const [first = "", second = "", ...rest] = words;
  const word = first.toLowerCase();
  if (word.startsWith("-")) {
    const flag = nearest(word, PROGRAM_FLAGS);
    return flag === null ? "httpcfg --help" : shortLine([flag, ...words.slice(1)]);
  }
  const below = names.filter((name) => name.startsWith(`${word} `));
  if (below.length > 0) {
    const verbs = below.map((name) => name.slice(word.length + 1));
    const verb = nearest(second.toLowerCase(), verbs);
    return verb === null ? `httpcfg help ${word}` : shortLine([word, verb, ...rest]);
  }
  const firsts = [...new Set(names.map((name) => name.split(" ", 1)[0]!))];
  const whole = nearest(
    `${word} ${second.toLowerCase()}`,
    names.filter((name) => /^\S+ \S+$/.test(name)),
  );
  if (whole !== null) return shortLine([...whole.split(" "), ...rest]);
  const found = nearest(word, firsts);
  if (found === null) return "httpcfg --help";
  return names.includes(found) ? shortLine([found, ...words.slice(1)]) : `httpcfg help ${found}`;
}

/**
 * Returns the line with the nearest flag of the command in place of the first that it does not
 * have; null if there is none, or none that is near.
 */
export function nearestFlagLine(
  spec: CommandSpec,
  args: readonly string[],
): string | null {
  const flags = Object.keys(spec.flags).map((name) => `--${name}`);
  const forms = (spec.flags["format"]?.choices ?? []).map((form) => `--${form}`);
  const at = args.findIndex((arg) =>
    /^--?[a-z]/i.test(arg) && !flags.includes(arg.split("=", 1)[0]!)
  );
  if (at < 0) return null;
  const [flag = "", ...value] = args[at]!.split("=");
  const found = nearest(flag.replace(/^-+/, "--"), [...flags, ...forms]);
  if (found === null) return null;
  const whole = forms.includes(found)
    ? ["--format", found.slice(2)]
    : [[found, ...value].join("=")];
  return shortLine([...spec.name.split(" "), ...args.toSpliced(at, 1, ...whole)]);
}

/** Returns that one of `all` which is nearest to `text`, if it is near; the first of several. */
function nearest(text: string, all: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Infinity;
  for (const one of all) {
    // In a word this short, one other letter is half of another word.
    if (one.length <= 3 && one[0] !== text[0]) continue;
    // What follows may be an argument.
    const distance = levenshteinDistance(text.slice(0, one.length + 2), one);
    if (distance < fewest && distance <= Math.max(1, one.length / 3)) {
      [best, fewest] = [one, distance];
    }
  }
  return best;
}

/** Returns the line as it is typed; its first words and their help if it is long. */
function shortLine(words: readonly string[]): string {
  const line = typedLine(words);
  if (line.length <= LINE_MAX) return line;
  const short = words.slice(0, 2).filter((word) => word.length <= LINE_MAX / 4);
  return `${typedLine(short)} --help`;
}
