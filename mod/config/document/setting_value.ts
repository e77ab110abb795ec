/**
 * Settings as people and scripts type them: names in any case, values with or without a unit. Pure.
 *
 * @module
 */
import { quote } from "../../base/fault.ts";
import type { IpBlock } from "../../base/ip_blocks.ts";
import { isProblem, Problem } from "../../base/problem.ts";
import { nearestName } from "../../base/hints/nearest.ts";
import { blockTexts, parseAddressBlock } from "./address_block.ts";
import {
  REFUSED_SETTINGS,
  type SettingName,
  type SettingRow,
  SETTINGS,
  type Settings,
} from "./settings.ts";

/** The value of a setting. */
export type SettingValue = Settings[SettingName];

/** A row of a setting that is no list. */
type SingleRow = Exclude<SettingRow, { readonly kind: "blocks" | "names" }>;

/** The names of all settings, in the order of their table. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The word for a list without members. */
const NONE = "none";
/** The word for a list of all names. */
const ALL = "all";

/** The units that a value may have, as multiples of the unit of the setting. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  s: { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 },
  ms: { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 },
  bytes: { b: 1, bytes: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 },
  "bytes/s": { "b/s": 1, "bytes/s": 1, "kib/s": 1024, "mib/s": 1024 ** 2 },
};

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  on: true,
  off: false,
  yes: true,
  no: false,
  1: true,
  0: false,
};

/** Returns the setting that `text` names in any case, as the old tools do; null if there is none. */
export function findSetting(text: string): SettingName | null {
  const wanted = text.toLowerCase();
  return SETTING_NAMES.find((name) => name.toLowerCase() === wanted) ?? null;
}

/** Returns why the setting of HTTP.sys that `text` names cannot act here; null if it is none. */
export function refusedSetting(
  text: string,
): { readonly name: string; readonly why: string; readonly hint: string } | null {
  const wanted = text.toLowerCase();
  for (const [name, [why, hint]] of Object.entries(REFUSED_SETTINGS)) {
    if (name.toLowerCase() === wanted) return { name, why, hint };
  }
  return null;
}

/** Returns the value of the setting `name` that `text` means. */
export function parseSetting(name: SettingName, text: string): SettingValue | Problem {
  const row: SettingRow = SETTINGS[name];
  if (row.kind === "blocks") return blocksFrom(name, text);
  if (row.kind === "names") return namesFrom(name, row.choices, text);
  const value = valueOf(row, text.trim());
  if (value !== null && isAllowed(row, value)) return value;
  return new Problem(allowedText(row), {
    hint: `httpcfg settings set ${name} ${nearestAllowed(row, value ?? meantValue(row, text))}`,
  });
}

/** Returns a value as {@linkcode parseSetting} reads it. */
export function formatSetting(value: SettingValue): string {
  if (!isList(value)) return String(value);
  return value.length === 0 ? NONE : value.join(",");
}

/** Reports whether the setting `name` is a list, whose members may be words of their own. */
export function isListed(name: SettingName): boolean {
  const { kind }: SettingRow = SETTINGS[name];
  return kind === "blocks" || kind === "names";
}

function isList(value: SettingValue): value is readonly string[] {
  return Array.isArray(value);
}

/** Returns the words of a list, with commas or spaces between them; none for {@linkcode NONE}. */
function wordsOf(text: string): readonly string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  return words.length === 1 && words[0]!.toLowerCase() === NONE ? [] : words;
}

/** Returns the names that `text` lists, in any case, in the order of `choices` and each once. */
function namesFrom(
  name: SettingName,
  choices: readonly string[],
  text: string,
): readonly string[] | Problem {
  const words = wordsOf(text).map((word) => word.toLowerCase());
  if (words.length === 1 && words[0] === ALL) return choices;
  const unknown = words.find((word) => !choices.includes(word));
  if (unknown === undefined) return choices.filter((choice) => words.includes(choice));
  const near = nearestName(unknown, choices);
  const better = near === null
    ? words.filter((word) => choices.includes(word))
    : words.map((word) => word === unknown ? near : word);
  const isUsable = better.length > 0 && better.every((word) => choices.includes(word));
  return new Problem(`${quote(unknown)} is no field; there are ${choices.join(", ")}`, {
    hint: `httpcfg settings set ${name} ${isUsable ? better.join(",") : NONE}`,
  });
}

/** Returns the blocks that `text` lists. */
function blocksFrom(name: SettingName, text: string): readonly string[] | Problem {
  const words = wordsOf(text);
  const blocks: IpBlock[] = [];
  for (const [i, word] of words.entries()) {
    const block = parseAddressBlock(word);
    if (isProblem(block)) return listProblem(name, words, i, block);
    blocks.push(block);
  }
  return blockTexts(blocks);
}

/** Returns the problem of the word at `place`; its hints are whole lines. */
function listProblem(
  name: SettingName,
  words: readonly string[],
  place: number,
  { reason, hint }: Problem,
): Problem {
  const proposals = hint === undefined ? [] : hint.split("\n");
  const lines = proposals.map((proposal) => {
    return `httpcfg settings set ${name} ${words.with(place, proposal).join(",")}`;
  }).filter((_, i) => !isProblem(blocksFrom(name, words.with(place, proposals[i]!).join(","))));
  const why = words.length === 1 ? reason : `${quote(words[place]!)}: ${reason}`;
  return new Problem(why, {
    hint: lines.length > 0 ? lines.join("\n") : `httpcfg settings set ${name} 127.0.0.0/8`,
  });
}

/** Returns which values a setting has: `must be between 1 and 65535 s`. */
function allowedText(row: SingleRow): string {
  switch (row.kind) {
    case "number":
      return row.bits === undefined
        ? `must be ${rangeText(row)}`
        : `must be a sum of the bits 0x${row.bits.toString(16)}`;
    case "numberOrWord":
      return `must be ${row.words.join(", ")} or ${rangeText(row)}`;
    case "choice":
      return `must be one of ${row.choices.join(", ")}`;
    case "text":
      return `must be ${row.expected}`;
    case "boolean":
      return "must be true or false";
  }
}

function rangeText({ min, max, unit }: { min: number; max: number; unit: string }): string {
  return `between ${min} and ${max} ${unit}`.trimEnd();
}

function valueOf(row: SingleRow, text: string): SettingValue | null {
  switch (row.kind) {
    case "number":
      return numberOf(text, row.unit);
    case "numberOrWord":
      return row.words.find((word) => word === text.toLowerCase()) ?? numberOf(text, row.unit);
    case "choice":
      return row.choices.find((choice) => choice === text.toLowerCase()) ?? null;
    case "text":
      return row.pattern.test(text) ? text : null;
    case "boolean":
      return Object.hasOwn(BOOLEANS, text.toLowerCase()) ? BOOLEANS[text.toLowerCase()]! : null;
  }
}

/** Returns the number that `text` means in `unit`; null if it is not one. */
function numberOf(text: string, unit: string): number | null {
  const match = /^(0x[0-9a-f]{1,13}|[0-9]{1,15})\s*([a-z/]*)$/i.exec(text);
  if (match === null) return null;
  const typed = match[2]!.toLowerCase();
  const factors = UNITS[unit] ?? { [unit]: 1 };
  const factor = typed === "" ? 1 : Object.hasOwn(factors, typed) ? factors[typed]! : NaN;
  // 1500 ms are no whole number of seconds, and would be stored as something else.
  const value = factor < 1 ? Number(match[1]) / (1 / factor) : Number(match[1]) * factor;
  return Number.isInteger(value) ? value : null;
}

function isAllowed(row: SingleRow, value: SettingValue): boolean {
  if (!("min" in row) || typeof value === "string") return true;
  const number = Number(value);
  const isSum = !("bits" in row) || row.bits === undefined || (number & ~row.bits) === 0;
  return number >= row.min && number <= row.max && isSum;
}

/** Returns the value whose word `text` resembles; null if there is none. */
function meantValue(row: SingleRow, text: string): SettingValue | null {
  const near = nearestName(text.trim(), valueWords(row));
  return near === null ? null : valueOf(row, near);
}

/** Returns the words that a setting of this kind has for its values. */
function valueWords(row: SingleRow): readonly string[] {
  switch (row.kind) {
    case "numberOrWord":
      return row.words;
    case "choice":
      return row.choices;
    case "boolean":
      return Object.keys(BOOLEANS).filter((word) => !/^[0-9]/.test(word));
    default:
      return [];
  }
}

/** Returns the allowed value that is nearest to `value`, or the default. */
function nearestAllowed(row: SingleRow, value: SettingValue | null): SettingValue {
  if (value === null) return row.default;
  if (!("min" in row) || typeof value === "string") return value;
  if ("bits" in row && row.bits !== undefined) return (Number(value) & row.bits) >>> 0;
  return Math.min(Math.max(Number(value), row.min), row.max);
}
