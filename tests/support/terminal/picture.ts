/**
 * A screen as an SVG picture: what a terminal showed, in a window with a title.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import type { Span } from "./terminal.ts";

/** Pixels. A character of the usual monospace fonts is 0.6 as wide as it is high. */
const FONT_SIZE = 14;
const CHARACTER = FONT_SIZE * 0.6;
const LINE = 20;
const PADDING = 18;
const TITLE_BAR = 34;

/** The 16 colours of a terminal, readable on the background: contrast 4.5 or more. */
const PALETTE: readonly string[] = [
  ...["#8b949e", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#c9d1d9"],
  ...["#8b949e", "#ffa198", "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#76e3ea", "#ffffff"],
];
const BACKGROUND = "#0d1117";
const FOREGROUND = "#c9d1d9";
const DIM = "#8b949e";

/** Returns `lines` of `columns` characters as an SVG document. */
export function picture(
  lines: readonly (readonly Span[])[],
  columns: number,
  title: string,
): string {
  const width = Math.ceil(columns * CHARACTER + 2 * PADDING);
  const height = TITLE_BAR + lines.length * LINE + PADDING;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    ...["#ff5f56", "#ffbd2e", "#27c93f"].map((fill, i) => {
      return `<circle cx="${PADDING + 2 + i * 18}" cy="${TITLE_BAR / 2}" r="5.5" fill="${fill}"/>`;
    }),
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" ` +
    `font-size="${FONT_SIZE}" fill="${FOREGROUND}">`,
    ...lines.flatMap((spans, row) => textElements(spans, TITLE_BAR + (row + 0.8) * LINE)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Each span has its place and its length, so that columns stay in line in every font. */
function textElements(spans: readonly Span[], y: number): string[] {
  let column = 0;
  return spans.flatMap(({ text, colour, isBold, isDim }) => {
    const start = column + (text.length - text.trimStart().length);
    column += text.length;
    const shown = text.trim();
    if (shown === "") return [];
    const fill = isDim ? DIM : colour === null ? null : PALETTE[colour] ?? null;
    return [
      `<text x="${round(PADDING + start * CHARACTER)}" y="${round(y)}" ` +
      `textLength="${round(shown.length * CHARACTER)}"${fill === null ? "" : ` fill="${fill}"`}` +
      `${isBold ? ' font-weight="600"' : ""}>${spaced(escape(shown))}</text>`,
    ];
  });
}

/** Keeps several spaces in a row, which XML would join. */
function spaced(text: string): string {
  return text.replace(/ {2,}/g, (spaces) => "\u00a0".repeat(spaces.length));
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
