/**
 * Help text from the command records.
 *
 * @module
 */
import type { CommandSpec } from "./command.ts";

/** The short help: every command that is not hidden, a line each. */
export function overview(commands: readonly CommandSpec[], version: string): string {
  const shown = commands.filter(({ hidden }) => !hidden);
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    `httpcfg ${version}: a web service that listens only where it is told`,
    "",
    "Usage: httpcfg COMMAND [ARGUMENTS]",
    "",
    ...shown.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "  --config FILE    the document, instead of the platform's place",
    "  --help           this, or the help of a command",
    "  --version        version of the program",
    "",
    "Try: httpcfg query iplisten",
  ].join("\n");
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
  for (const paragraph of spec.details ?? []) lines.push("", paragraph);
  if (flags.length > 0) {
    lines.push("", ...flags.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`));
  }
  if (spec.examples?.length) {
    lines.push("", "Examples:");
    for (const { line, tells } of spec.examples) lines.push(`  ${line}`, `      ${tells}`);
  }
  return lines.join("\n");
}

function flagSummary(flag: CommandSpec["flags"][string]): string {
  return flag.choices ? `${flag.summary}: ${flag.choices.join(", ")}` : flag.summary;
}
