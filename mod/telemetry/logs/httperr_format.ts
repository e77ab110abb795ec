/**
 * The line format of HTTPERR, the error log of HTTP.sys, as in Windows Server 2003 SP1.
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

const FIELDS = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid " +
  "s-reason s-queuename";

/** Returns the lines at the beginning of a file. */
export function httpErrHeader(stamp: Stamp, lineEnd: LineEnd): string {
  return `#Software: Microsoft HTTP API 1.0${lineEnd}#Version: 1.0${lineEnd}` +
    `#Date: ${stamp.date} ${stamp.time}${lineEnd}#Fields: ${FIELDS}${lineEnd}`;
}

/**
 * Returns one line with its end. Sites have no named queue here, so the last field is always "-".
 */
export function httpErrLine(record: RefusedRecord, stamp: Stamp, lineEnd: LineEnd): string {
  const { local, remote, status, siteId } = record;
  return `${stamp.date} ${stamp.time} ${remote.ip} ${remote.port} ${local.ip} ${local.port} ` +
    `${fieldText(record.version, WORD_MAX)} ${truncated(record.method, METHOD_MAX)} ` +
    `${truncated(record.target, URI_MAX)} ${status ?? "-"} ${siteId ?? "-"} ` +
    `${fieldText(record.reason, WORD_MAX)} -${lineEnd}`;
}

/** Truncates at the limit and adds nothing, as HTTP.sys does. */
function truncated(value: string | null, max: number): string {
  return fieldText(value === null ? null : value.slice(0, max), max);
}
