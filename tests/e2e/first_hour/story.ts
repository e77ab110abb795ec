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

/** A line that README tells to type, and what README shows below it. */
interface Step {
  readonly typed: string;
  readonly shown: readonly string[];
}

/**
 * Types the blocks of the section with this heading and compares the screens with those in the file
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
  assert(steps.length > 2, `"${heading}" has only ${steps.length} lines to type`);

  await using terminal = await machine.openTerminal(COLUMNS);
  const screens: string[] = [];
  let updated = section;
  for (const step of steps) {
    const lines = (await terminal.type(step.typed)).map(textOf).map(steady);
    screens.push(`$ ${step.typed}`, ...lines.flatMap(rows));
    if (IS_UPDATE) updated = updated.replace(blockOf(step), () => newBlock(step, lines));
    else assert(matches(lines, step.shown), `${step.typed}\n${lines.join("\n")}`);
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
  const blocks = [...section.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1]!);
  return blocks.flatMap((block) => {
    return block.split(/^\$ /m).slice(1).map((part) => {
      const [typed = "", ...shown] = part.trimEnd().split("\n");
      return { typed, shown };
    });
  });
}

function blockOf({ typed, shown }: Step): string {
  return [`$ ${typed}`, ...shown].join("\n");
}

/** Returns the block with what was seen; what README does not show stays hidden. */
function newBlock(step: Step, seen: readonly string[]): string {
  return blockOf(matches(seen, step.shown) ? step : { ...step, shown: seen });
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

/** Replaces what differs from run to run by something as long: process ids, times, hashes. */
export function steady(line: string): string {
  return line
    .replace(/\b(pid|process|ps -fp) [0-9]{4}\b/g, "$1 1042")
    .replace(/^\[[1-9]\] [0-9]{4}$/, "[1] 1042")
    .replace(/\b20[0-9]{2}-[0-9]{2}-[0-9]{2}([T ])[0-9]{2}:[0-9]{2}/g, "2026-11-26$109:00")
    .replace(/09:00:[0-9]{2}(\.[0-9]{3})?/g, "09:00:00")
    .replace(/\b[0-9a-f]{40}\b/g, "0123456789abcdef0123456789abcdef01234567");
}

/** Splits a line where the terminal does. */
function rows(line: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < line.length || at === 0; at += COLUMNS) {
    parts.push(line.slice(at, at + COLUMNS).trimEnd());
  }
  return parts;
}
