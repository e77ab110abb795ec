/**
 * Lines of HTTPERR, the error log of HTTP.sys, as Windows Server 2003 SP1 writes them.
 *
 * @module
 */
import type { RefusedRecord } from "../../base/exchange.ts";
import { fieldText, type LineEnd, type Stamp } from "./stamp.ts";

/** Bounds of HTTP.sys, in bytes; targets and methods come one byte a character. */
const METHOD_MAX = 255;
const URI_MAX = 4096;
/** A version is the engine's own word, a reason too: the bounds only guard the shape of a line. */
const WORD_MAX = 64;

const FIELDS = "date time c-ip c-port s-ip s-port cs-version cs-method cs-uri sc-status s-siteid " +
  "s-reason s-queuename";

/** The lines that begin a file. */
export function httpErrHeader(stamp: Stamp, lineEnd: LineEnd): string {
  return `#Software: Microsoft HTTP API 1.0${lineEnd}#Version: 1.0${lineEnd}` +
    `#Date: ${stamp.date} ${stamp.time}${lineEnd}#Fields: ${FIELDS}${lineEnd}`;
}

/** One line with its end. A site has no named queue here, so the last field is always "-". */
export function httpErrLine(record: RefusedRecord, stamp: Stamp, lineEnd: LineEnd): string {
  const { local, remote, status, siteId } = record;
  return `${stamp.date} ${stamp.time} ${remote.ip} ${remote.port} ${local.ip} ${local.port} ` +
    `${fieldText(record.version, WORD_MAX)} ${cut(record.method, METHOD_MAX)} ` +
    `${cut(record.target, URI_MAX)} ${status ?? "-"} ${siteId ?? "-"} ` +
    `${fieldText(record.reason, WORD_MAX)} -${lineEnd}`;
}

/** HTTP.sys cuts at the bound and adds nothing. */
function cut(value: string | null, max: number): string {
  return fieldText(value === null ? null : value.slice(0, max), max);
}
