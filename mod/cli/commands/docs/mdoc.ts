/**
 * Text as mdoc(7), the language of manual pages. Pure.
 *
 * Long lines are wrapped, and every sentence begins a line: the formatter spaces sentences by that.
 *
 * @module
 */

/** Characters of a source line; the checker asks for fewer than 80. */
const LINE_MAX = 76;

/** `text` with nothing left that the formatter would take for an instruction. */
export function escapeMdoc(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}

/** `text` as one argument of a macro. */
export function mdocArgument(text: string): string {
  const escaped = escapeMdoc(text).replaceAll('"', "\\(dq");
  return `"${escaped}"`;
}

/** Words of a command as a literal that stays as it is. */
export function literal(text: string): string {
  return `.Ql ${mdocArgument(text)}`;
}

/** Paragraphs of plain text; lines that begin with two spaces stay as they stand. */
export function paragraphs(text: string): string[] {
  const blocks = text.split(/\n{2,}/);
  return blocks.flatMap((block, i) => {
    const lines = block.split("\n");
    const isDrawn = lines.every((line) => line.startsWith("  "));
    const own = isDrawn ? display(lines.map((line) => line.trimStart())) : prose(lines.join(" "));
    return i === 0 || isDrawn ? own : [".Pp", ...own];
  });
}

/** Lines exactly as they are. */
export function display(lines: readonly string[]): string[] {
  return [".Bd -literal -offset indent", ...lines.map(escapeMdoc), ".Ed"];
}

/** Running text, a sentence a line, long ones wrapped. */
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
  // A wrapped line may begin with what only the first one was looked at for.
  return [...lines, line].map((text) => text.replace(/^(?=[.'])/, "\\&"));
}
