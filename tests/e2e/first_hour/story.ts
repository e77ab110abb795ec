/**
 * A story of the first hour: the console blocks of one section of README, typed line by line on a
 * terminal of 80 columns. The screens are files of `screens/`, and README shows parts of them.
 * `GOLDEN_UPDATE=1` writes both: read the diff before committing it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { ServerMachine } from "../../support/terminal/server_machine.ts";
import type { Span } from "../../support/terminal/terminal.ts";

const README = new URL("../../../README.md", import.meta.url);
const SCREENS = new URL("./screens/", import.meta.url);
const COLUMNS = 80;
const IS_UPDATE = Deno.env.get("GOLDEN_UPDATE") === "1";
/** Stands in README for lines that are not shown. */
const MORE = "…";

/** A line that README tells to type, and what README shows below it; null if it shows nothing. */
interface Step {
  readonly typed: string;
  readonly shown: readonly string[] | null;
}

/**
 * Types the blocks of the section with this heading, of kind `console` with what they show, of kind
 * `sh` without, and compares the screens with those in the file
 * `name`, and what README shows with the screens. A block of kind `sh` with a file name is written
 * to that file, as with an editor: ```` ```sh web.sh ````.
 */
export async function playSection(
  machine: ServerMachine,
  heading: string,
  name: string,
): Promise<void> {
  const readme = await Deno.readTextFile(README);
  const section = sectionOf(readme, heading);
  for (const [, file, text] of section.matchAll(/^```sh (\S+)\n(.*?)^```$/gms)) {
    await machine.root(`cat > /home/admin/${file} <<'END_OF_FILE'\n${text}END_OF_FILE\n`);
  }
  const steps = stepsOf(section);
  assert(steps.length > 1, `"${heading}" has only ${steps.length} lines to type`);

  await using terminal = await machine.openTerminal(COLUMNS);
  const steady = makeSteady();
  const screens: string[] = [];
  let updated = section;
  for (const step of steps) {
    const lines = (await terminal.type(step.typed)).map((spans) => steady(textOf(spans)));
    screens.push(`$ ${step.typed}`, ...lines.flatMap(rows));
    if (IS_UPDATE) updated = withOutput(updated, step, lines);
    else if (step.shown !== null) {
      assert(matches(lines, step.shown), `${step.typed}\n${lines.join("\n")}`);
    }
  }
  const screenFile = new URL(`${name}.txt`, SCREENS);
  const text = `${screens.join("\n")}\n`;
  if (!IS_UPDATE) return assertEquals(text, await Deno.readTextFile(screenFile));
  await Deno.writeTextFile(screenFile, text);
  await Deno.writeTextFile(README, readme.replace(section, () => updated));
}

function sectionOf(readme: string, heading: string): string {
  const start = readme.indexOf(`## ${heading}\n`);
  assert(start >= 0, `README has no section "${heading}"`);
  const end = readme.indexOf("\n## ", start);
  return readme.slice(start, end < 0 ? undefined : end);
}

function stepsOf(section: string): Step[] {
  return [...section.matchAll(/^```(console|sh)\n(.*?)^```$/gms)].flatMap(
    ([, kind, block = ""]): Step[] => {
      if (kind === "sh") {
        return block.trimEnd().split("\n").map((typed) => ({ typed, shown: null }));
      }
      return block.split(/^\$ /m).slice(1).map((part) => {
        const [typed = "", ...shown] = part.trimEnd().split("\n");
        return { typed, shown };
      });
    },
  );
}

/** Returns the section with what was seen, where README shows another output of the step. */
function withOutput(section: string, { typed, shown }: Step, seen: readonly string[]): string {
  if (shown === null || matches(seen, shown)) return section;
  const block = (lines: readonly string[]): string => [`$ ${typed}`, ...lines, ""].join("\n");
  return section.replace(block(shown), () => block(seen));
}

/** Reports whether `seen` are the lines of `shown`, in which {@linkcode MORE} is any number of lines. */
function matches(seen: readonly string[], shown: readonly string[]): boolean {
  const [first, ...rest] = shown;
  if (first === undefined) return seen.every((line) => line === "");
  if (first === MORE) {
    return seen.length === 0
      ? matches(seen, rest)
      : matches(seen, rest) || matches(seen.slice(1), shown);
  }
  return seen[0] === first && matches(seen.slice(1), rest);
}

function textOf(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join("");
}

/**
 * Returns a function that replaces what differs from run to run by something as long: process ids,
 * the same by the same, times, hashes.
 */
export function makeSteady(): (line: string) => string {
  const pids = new Map<string, string>();
  const steadyPid = (pid: string): string => {
    if (!pids.has(pid)) pids.set(pid, String(1042 + 100 * pids.size));
    return pids.get(pid)!;
  };
  return (line) => {
    return line
      .replace(/\b(?:pid|process|kill|ps -fp) [0-9,]{4,}|^\[[1-9]\] [0-9]{4}$/g, (text) => {
        return text.replace(/[0-9]{4}/g, steadyPid);
      })
      .replace(/\b20[0-9]{2}-[0-9]{2}-[0-9]{2}([T ])[0-9]{2}:[0-9]{2}/g, "2026-11-26$109:00")
      .replace(/09:00:[0-9]{2}(\.[0-9]{3})?/g, "09:00:00")
      .replace(/\b[0-9a-f]{40}\b/g, "0123456789abcdef0123456789abcdef01234567");
  };
}

/** Splits a line where the terminal does. */
function rows(line: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < line.length || at === 0; at += COLUMNS) {
    parts.push(line.slice(at, at + COLUMNS).trimEnd());
  }
  return parts;
}
