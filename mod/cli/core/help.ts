/**
 * Help text from the command records.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";

/** Terminal columns that paragraphs are wrapped to. */
const COLUMNS = 79;

/** What the commands that share a first word have in common. */
const NOUNS: Readonly<Record<string, string>> = {
  query: "Show stored records",
  set: "Add a record",
  delete: "Delete a record",
  net: "Services",
  netsh: "The netsh http context",
  site: "Web sites",
  cert: "Certificates",
  history: "Configuration versions",
  config: "The configuration",
  settings: "The settings of the service",
  service: "The system service",
};

/** Returns the short help: one line per first word, and where to find more. */
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
    `httpcfg ${version}: a web service that listens only on the addresses you list`,
    "",
    "Usage: httpcfg COMMAND [ARGUMENTS]",
    "",
    ...lines.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    "",
    "  --config FILE    use this configuration document instead of the default",
    "  --user           use your own document and service, whatever the system has",
    "  --help           show this help, or that of a command",
    "  --version        show the version",
    "",
    "Examples:",
    "  httpcfg set iplisten -i 192.168.1.10    listen only on this address",
    "  httpcfg net start w3svc                 start the service",
    "  httpcfg status                          show where it listens, and why a site did not start",
    "  httpcfg help site                       list the site commands",
  ].join("\n");
}

/** Returns the commands that begin with `noun`, one per line; null if there are none. */
export function groupHelp(commands: readonly CommandSpec[], noun: string): string | null {
  const group = commands.filter((command) => !command.hidden && firstWord(command) === noun);
  if (group.length === 0) return null;
  const width = Math.max(...group.map(({ name }) => name.length));
  return [
    NOUNS[noun] ?? noun,
    "",
    ...group.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    `More about one of them: httpcfg help ${group[0]?.name}`,
  ].join("\n");
}

function firstWord({ name }: CommandSpec): string {
  return name.split(" ", 1)[0]!;
}

/** Returns what the group is about and, if its commands are few, their second words. */
function groupSummary(noun: string, group: readonly CommandSpec[]): string {
  const rest = group.map(({ name }) => name.slice(noun.length + 1)).filter((word) => word !== "");
  const words = rest.length <= 8 ? rest.join(", ") : `help ${noun} lists them`;
  return NOUNS[noun] === undefined ? words : `${NOUNS[noun]}: ${words}`;
}

/** Wraps `text` to the terminal; preformatted lines, which begin with a space, stay as they are. */
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

/** Returns the help of one command. */
export function commandHelp(spec: CommandSpec): string {
  const flags = Object.entries(spec.flags).map(([name, flag]) => {
    const value = flag.bare === undefined ? flag.value : `[${flag.value}]`;
    return [`--${name}${value ? ` ${value}` : ""}`, flagSummary(flag)] as const;
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
    for (const { line, shows } of spec.examples) lines.push(`  ${line}`, `      ${shows}`);
  }
  return lines.join("\n");
}

/** Formats a flag. Its summary has a column of its own, however long it is. */
function flagRow(left: string, right: string): string {
  const indent = `\n${" ".repeat(left.length + 4)}`;
  return `  ${left}  ${wrappedLine(right, COLUMNS - left.length - 4).join(indent)}`;
}

function flagSummary(flag: CommandSpec["flags"][string]): string {
  return flag.choices ? `${flag.summary}: ${flag.choices.join(", ")}` : flag.summary;
}
