/**
 * The line format of HTTPERR, the error log of HTTP.sys: the fields of ErrorLoggingFields, in a fixed
 * order. Those that the default has are the ones of Windows Server 2003 SP1.
 *
 * @module
 */
import type { RefusedRecord } from "../../base/exchange.ts";
import { fieldText, type LineEnd, type Stamp } from "./stamp.ts";

/** Limits of HTTP.sys, in bytes; targets and methods have one byte per character here. */
const METHOD_MAX = 255;
const URI_MAX = 4096;
/** Versions and reasons come from the engine itself: this limit only protects the line format. */
const WORD_MAX = 64;

interface ErrorFormat {
  /** ErrorLoggingFields. */
  readonly flags: number;
  readonly computerName: string;
  readonly lineEnd: LineEnd;
}

/** A field: its bit, its name, and its value. */
type Field = readonly [
  bit: number,
  name: string,
  value: (record: RefusedRecord, stamp: Stamp, format: ErrorFormat) => string | number,
];

const FIELDS: readonly Field[] = [
  [0x1, "date", (_, { date }) => date],
  [0x2, "time", (_, { time }) => time],
  [0x4, "c-ip", ({ remote }) => remote.ip],
  [0x400000, "c-port", ({ remote }) => remote.port],
  [0x20, "s-computername", (_, __, { computerName }) => fieldText(computerName, WORD_MAX)],
  [0x40, "s-ip", ({ local }) => local.ip],
  [0x8000, "s-port", ({ local }) => local.port],
  [0x80000, "cs-version", ({ version }) => fieldText(version, WORD_MAX)],
  [0x80, "cs-method", ({ method }) => truncated(method, METHOD_MAX)],
  [0x800000, "cs-uri", ({ target }) => truncated(target, URI_MAX)],
  [0x400, "sc-status", ({ status }) => status ?? "-"],
  [0x1000000, "s-siteid", ({ siteId }) => siteId ?? "-"],
  [0x2000000, "s-reason", ({ reason }) => fieldText(reason, WORD_MAX)],
  // Sites have no named queue here.
  [0x4000000, "s-queuename", () => "-"],
];

/** The lines of a log with the fields of `flags`. */
export class HttpErrFormat {
  readonly #options: ErrorFormat;
  readonly #fields: readonly Field[];

  constructor(options: ErrorFormat) {
    this.#options = options;
    this.#fields = FIELDS.filter(([bit]) => (options.flags & bit) !== 0);
  }

  /** Returns the lines at the beginning of a file. */
  header({ date, time }: Stamp): string {
    const { lineEnd } = this.#options;
    const names = this.#fields.map(([, name]) => name).join(" ");
    return `#Software: Microsoft HTTP API 2.0${lineEnd}#Version: 1.0${lineEnd}` +
      `#Date: ${date} ${time}${lineEnd}#Fields: ${names}${lineEnd}`;
  }

  /** Returns one line with its end; "" if no field is selected. */
  line(record: RefusedRecord, stamp: Stamp): string {
    let line = "";
    for (const [, , value] of this.#fields) {
      if (line !== "") line += " ";
      line += value(record, stamp, this.#options);
    }
    return line === "" ? "" : line + this.#options.lineEnd;
  }
}

/** Truncates at the limit and adds nothing, as HTTP.sys does. */
function truncated(value: string | null, max: number): string {
  return fieldText(value === null ? null : value.slice(0, max), max);
}
