/**
 * Formats text as mdoc(7), the language of manual pages. Pure.
 *
 * Long lines are wrapped, and every sentence begins a new line: that is how the formatter
 * recognizes sentences to space them.
 *
 * @module
 */
import type { Example } from "../../../base/flag_spec.ts";

/** The most characters of a source line; the linter wants fewer than 80. */
const LINE_MAX = 76;

/** Escapes everything in `text` that the formatter would take for an instruction. */
export function escapeMdoc(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

/** Quotes `text` as one argument of a macro. */
export function mdocArgument(text: string): string {
  return `"${escapeQuotes(text)}"`;
}

/** Escapes the arguments of a macro, which would lose their quotes. */
function escapeQuotes(text: string): string {
  return escapeMdoc(text).replaceAll('"', "\\(dq");
}

/** Formats a command as a literal. */
export function literal(text: string): string {
  return `.Ql ${mdocArgument(text)}`;
}

/** Formats paragraphs of plain text; lines that begin with two spaces are preformatted. */
export function paragraphs(text: string): string[] {
  const blocks = text.split(/\n{2,}/);
  return blocks.flatMap((block, i) => {
    const lines = block.split("\n");
    const isPreformatted = lines.every((line) => line.startsWith("  "));
    const own = isPreformatted
      ? display(lines.map((line) => line.trimStart()))
      : prose(lines.join(" "));
    return i === 0 || isPreformatted ? own : [".Pp", ...own];
  });
}

/** Formats lines exactly as they are. */
export function display(lines: readonly string[]): string[] {
  return [".Bd -literal -offset indent", ...lines.map(escapeMdoc), ".Ed"];
}

/** Formats running text, one sentence per line, long ones wrapped. */
export function prose(text: string): string[] {
  return text.trim().split(/(?<=[.:!?]\)?) +(?=[A-Z"(])/).flatMap(wrap);
}

function wrap(sentence: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of escapeMdoc(sentence).split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > LINE_MAX && line !== "") {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  // escapeMdoc() escaped only the first line; a wrapped one may begin with a control character too.
  return [...lines, line].map((text) => text.replace(/^(?=[.'])/, "\\&"));
}

/** Formats a list of terms, each a macro line with its explanation. */
export function terms(items: readonly (readonly [head: string, text: string])[]): string[] {
  return [
    ".Bl -tag -width Ds",
    ...items.flatMap(([head, text]) => [`.It ${head}`, ...paragraphs(text)]),
    ".El",
  ];
}

/** Formats a command on a line of its own, after what it shows. */
export function example({ line, shows }: Example): string[] {
  return [...prose(`${capital(shows)}:`), ".Pp", `.Dl ${escapeQuotes(line)}`];
}

/** Returns a sentence that begins with a capital and ends with a full stop. */
export function sentence(text: string): string {
  return `${capital(text)}.`;
}

/** The beginning of a page: its title, and its name with what it is about. */
export function title(
  { name, section, date }: {
    readonly name: string;
    readonly section: number;
    readonly date: string;
  },
  summary: string,
): string[] {
  return [
    `.Dd ${date}`,
    `.Dt ${name.toUpperCase()} ${section}`,
    ".Os",
    ".Sh NAME",
    `.Nm ${name}`,
    `.Nd ${escapeMdoc(summary)}`,
  ];
}

/** Formats references to other pages, each as `1 name`, as a list with commas. */
export function seeAlso(pages: readonly string[]): string[] {
  return [
    ".Sh SEE ALSO",
    ...pages.map((page, i) => {
      const [section = "", name = ""] = page.split(" ");
      return `.Xr ${name} ${section}${i < pages.length - 1 ? " ," : ""}`;
    }),
  ];
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
