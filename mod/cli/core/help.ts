/**
 * Help text from the command records.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";

/** Columns of a terminal that paragraphs are wrapped to. */
const COLUMNS = 79;

/** What the commands that begin with a word have in common. */
const NOUNS: Readonly<Record<string, string>> = {
  query: "Show what is stored",
  set: "Add to it",
  delete: "Take from it",
  net: "Services",
  netsh: "The same in the words of netsh",
  site: "Web sites",
  cert: "Certificates",
  history: "Versions of the configuration",
  config: "The whole document",
  service: "The service of this machine",
};

/** The short help: a line for each first word, and how to go on. */
export function overview(commands: readonly CommandSpec[], version: string): string {
  const groups = new Map<string, CommandSpec[]>();
  for (const command of commands.filter(({ hidden }) => !hidden)) {
    const noun = firstWord(command);
    groups.set(noun, [...groups.get(noun) ?? [], command]);
  }
  const lines = [...groups].map(([noun, group]) => {
    const [only] = group;
    return only !== undefined && group.length === 1
      ? { left: only.name, right: only.summary }
      : { left: `${noun} …`, right: groupSummary(noun, group) };
  });
  const width = Math.max(...lines.map(({ left }) => left.length));
  return [
    `httpcfg ${version}: a web service that listens only where it is told`,
    "",
    "Usage: httpcfg COMMAND [ARGUMENTS]",
    "",
    ...lines.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    "",
    "  --config FILE    the document, instead of the platform's place",
    "  --help           this, or the help of a command",
    "  --version        version of the program",
    "",
    "Examples:",
    "  httpcfg set iplisten -i 192.168.1.10    listen on this address and on no other",
    "  httpcfg net start w3svc                 start the service",
    "  httpcfg status                          where it listens, and why a site does not start",
    "  httpcfg help site                       the commands that begin with site",
  ].join("\n");
}

/** The commands that begin with `noun`, a line each; null where none does. */
export function groupHelp(commands: readonly CommandSpec[], noun: string): string | null {
  const group = commands.filter((command) => !command.hidden && firstWord(command) === noun);
  if (group.length === 0) return null;
  const width = Math.max(...group.map(({ name }) => name.length));
  return [
    NOUNS[noun] ?? noun,
    "",
    ...group.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    `Help of one: httpcfg help ${group[0]?.name}`,
  ].join("\n");
}

function firstWord({ name }: CommandSpec): string {
  return name.split(" ", 1)[0]!;
}

/** What the group is about and, where they are few, what comes after its word. */
function groupSummary(noun: string, group: readonly CommandSpec[]): string {
  const rest = group.map(({ name }) => name.slice(noun.length + 1)).filter((word) => word !== "");
  const words = rest.length <= 8 ? rest.join(", ") : `help ${noun} lists them`;
  return NOUNS[noun] === undefined ? words : `${NOUNS[noun]}: ${words}`;
}

/** `text` wrapped to the terminal; lines that are drawn stay as they are. */
function wrapped(text: string): string {
  return text.split("\n").flatMap((line) => {
    return line.startsWith(" ") ? [line] : wrappedLine(line, COLUMNS);
  }).join("\n");
}

function wrappedLine(line: string, columns: number): string[] {
  const lines: string[] = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Everything about one command. */
export function commandHelp(spec: CommandSpec): string {
  const flags = Object.entries(spec.flags).map(([name, flag]) => {
    return [`--${name}${flag.value ? ` ${flag.value}` : ""}`, flagSummary(flag)] as const;
  });
  const width = Math.max(0, ...flags.map(([left]) => left.length));
  const lines = [
    spec.summary,
    "",
    `Usage: httpcfg ${spec.name}${spec.usage ? ` ${spec.usage}` : ""}${
      flags.length > 0 ? " [FLAGS]" : ""
    }`,
  ];
  for (const paragraph of spec.details ?? []) lines.push("", wrapped(paragraph));
  if (flags.length > 0) {
    lines.push("", ...flags.map(([left, right]) => flagRow(left.padEnd(width), right)));
  }
  if (spec.examples?.length) {
    lines.push("", "Examples:");
    for (const { line, tells } of spec.examples) lines.push(`  ${line}`, `      ${tells}`);
  }
  return lines.join("\n");
}

/** What the flag does stands in a column of its own, however long it is. */
function flagRow(left: string, right: string): string {
  const indent = `\n${" ".repeat(left.length + 4)}`;
  return `  ${left}  ${wrappedLine(right, COLUMNS - left.length - 4).join(indent)}`;
}

function flagSummary(flag: CommandSpec["flags"][string]): string {
  return flag.choices ? `${flag.summary}: ${flag.choices.join(", ")}` : flag.summary;
}
