/**
 * Lines of the report about the machine, the files and the logs. Pure.
 *
 * @module
 */
import { parseIp } from "../../../../base/address.ts";
import type { MachineAddress } from "../../../../listen/machine/machine_addresses.ts";
import type { ServiceEvent } from "../../../../telemetry/events/event.ts";
import { documentView, shapeOf } from "./document_view.ts";
import type { Facts, SeenDocument, SeenFile } from "./gather.ts";
import type { Masker } from "./masker.ts";

/** Lines of one kind that a section has: the others are counted. */
const LINES_MAX = 60;
/** Lines of a damaged document before and after the place that cannot be read. */
const AROUND = 3;
/** The longest line of a damaged document that is shown. */
const SHAPE_MAX = 120;
/** Columns of HTTPERR that say nothing of a client, with what is in them. */
const PLAIN_COLUMNS: Readonly<Record<string, RegExp>> = {
  date: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  time: /^[0-9]{2}:[0-9]{2}:[0-9]{2}$/,
  "s-port": /^[0-9]{1,5}$/,
  "cs-version": /^HTTP\/[0-9]\.[0-9]$/,
  "cs-method": /^(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT)$/,
  "sc-status": /^[0-9]{3}$/,
  "s-siteid": /^[0-9]{1,10}$/,
  "s-reason": /^[A-Z][A-Za-z_]{2,30}$/,
};

/** Returns `lines` with the number of those that are left out. */
export function limited(lines: readonly string[], max = LINES_MAX): string[] {
  const more = lines.length - max;
  return more <= 0 ? [...lines] : [...lines.slice(0, max), `and ${more} more`];
}

/** The time here and the zone: clocks that differ explain what nothing else does. */
export function clockLines({ nowMs, zoneMinutes }: Facts): string[] {
  const sign = zoneMinutes < 0 ? "-" : "+";
  const minutes = Math.abs(zoneMinutes);
  const two = (count: number): string => String(Math.floor(count)).padStart(2, "0");
  return [
    `time: ${new Date(nowMs).toISOString()}, zone UTC${sign}${two(minutes / 60)}:${
      two(minutes % 60)
    }`,
  ];
}

/** `document: ~/.config/httpcfg/config.json, file, mode 644, owner 0, 120 bytes`. */
export function fileLine(
  { label, path, kind, mode, owner, bytes }: SeenFile,
  masker: Masker,
): string {
  const parts = [
    kind === "other" ? "cannot be seen, or of no usual kind" : kind,
    ...(mode === null ? [] : [`mode ${mode.toString(8).padStart(3, "0")}`]),
    ...(owner === null ? [] : [`owner ${owner}`]),
    ...(bytes === null ? [] : [`${bytes} bytes`]),
  ];
  return `${label === "" ? "  " : `${label}: `}${masker.path(path)}: ${parts.join(", ")}`;
}

export function addressLine(one: MachineAddress, masker: Masker): string {
  return `${one.interface}: ${masker.address(one.ip)}/${one.prefixBits}, ${one.scope}`;
}

/** The document, or what can be said of one that is damaged. */
export function documentLines(
  { text, value, trouble }: SeenDocument,
  { masker, words }: { readonly masker: Masker; readonly words: ReadonlySet<string> },
): string[] {
  if (text === null) {
    return [trouble === null ? "nothing is stored: the built-in document applies" : trouble];
  }
  if (value !== undefined) {
    const shown = JSON.stringify(documentView(value, masker, words), null, 1).split("\n");
    return trouble === null ? shown : [`cannot be used: ${masker.sentence(trouble)}`, ...shown];
  }
  // What it has is not known, so nothing of it may be in a sentence either.
  for (const [literal] of text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[^\s"{}[\],:]+/g)) {
    const bare = literal.replace(/^"|"$/g, "");
    if (!words.has(bare)) masker.mask(bare);
  }
  const lines = text.split("\n");
  const place = /line ([0-9]+)/.exec(trouble ?? "")?.[1];
  const at = Math.min(lines.length, Number(place ?? lines.length));
  const from = Math.max(0, at - 1 - AROUND);
  const shape = lines.slice(from, at + AROUND).map((line, i) => {
    const number = from + i + 1;
    return `${number === at ? ">" : " "} ${number}: ${shapeOf(line.slice(0, SHAPE_MAX))}`;
  });
  return [
    `cannot be read: ${masker.sentence(trouble ?? "")}`,
    `${text.length} characters in ${lines.length} lines; as a shape, letters are a, digits 0:`,
    ...shape,
  ];
}

export function eventLine(event: ServiceEvent, masker: Masker): string {
  const { time, source, id, level, text, error, detail } = event;
  const more = [...(error === undefined ? [] : [`error ${error}`]), ...(detail ? [detail] : [])];
  const message = [text, ...more].map((part) => part.replace(/\n/g, " | ")).join(" | ");
  return `${masker.sentence(`${time} ${source} ${id} ${level}:`)} ${masker.sentence(message)}`;
}

/** What was refused: addresses as pseudonyms, nothing of what the clients asked for. */
export function refusedLines(
  { fields, lines }: { readonly fields: string | null; readonly lines: readonly string[] },
  masker: Masker,
): string[] {
  const columns = fields?.replace(/^#Fields:\s*/, "").split(" ") ?? [];
  if (lines.length > 0 && columns.length === 0) return [`${lines.length} lines without #Fields`];
  const shown = lines.map((line) => {
    const cells = line.split(" ");
    return columns.map((column, i) => cellOf(column, cells[i] ?? "-", masker)).join(" ");
  });
  return shown.length === 0 ? [] : [columns.join(" "), ...shown];
}

function cellOf(column: string, cell: string, masker: Masker): string {
  if (cell === "-") return cell;
  if (column === "c-ip" || column === "s-ip") {
    const ip = parseIp(cell);
    return ip === null ? "[masked]" : masker.address(ip);
  }
  return PLAIN_COLUMNS[column]?.test(cell) ? cell : "[masked]";
}
