/**
 * Formats text as mdoc(7), the language of manual pages. Pure.
 *
 * Long lines are wrapped, and every sentence begins a new line: that is how the formatter
 * recognizes sentences to space them.
 *
 * @module
 */

/** The most characters of a source line; the linter wants fewer than 80. */
const LINE_MAX = 76;

/** Escapes everything in `text` that the formatter would take for an instruction. */
export function escapeMdoc(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

/** Quotes `text` as one argument of a macro. */
export function mdocArgument(text: string): string {
  const escaped = escapeMdoc(text).replaceAll('"', "\\(dq");
  return `"${escaped}"`;
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
