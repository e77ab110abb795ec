/**
 * The output of `netsh http`. It always begins with an empty line; titles are underlined with as
 * many hyphens as they have characters.
 *
 * One generation of layouts, that of Windows Server 2022. Captured: show iplisten, urlacl, sslcert,
 * timeout, cachestate and servicestate, and the lines of success and failure. The rest is inferred:
 * ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseSddl, RIGHT } from "../../../base/sddl.ts";
import { parseEndpoint } from "../../../base/address.ts";
import { win32Text } from "../../../base/win32_text.ts";
import type {
  Http2Properties,
  SslRecord,
  UrlAclRecord,
} from "../../../config/document/document.ts";
import { WIN32 } from "../../../base/win32.ts";
import type { CachedResponse } from "../../../host/control/status.ts";
import { CHECK_SWITCHES, FLAG_SWITCHES, isOn, type SslSwitch } from "./ssl_switches.ts";

/** A title with its underline, with an empty line before and after. */
export function title(text: string): string {
  return `\n${text}\n${"-".repeat(text.length)}\n\n`;
}

/** A success line, with an empty line before and after. */
export function success(line: string): string {
  return `\n${line}\n\n`;
}

/** A failure, with the code and the text of the system for it. */
export function failure(what: string, code: number): string {
  return `\n${what}, Error: ${code}\n${win32Text(code) ?? ""}\n\n`;
}

/** The failure of an account that is none: its second line is that of 87, as in the capture. */
export function createSddlFailure(): string {
  const reason = win32Text(WIN32.INVALID_PARAMETER);
  return `\nCreate SDDL failed, Error: ${WIN32.NONE_MAPPED}\n${reason}\n\n`;
}

export function ipListenText(addresses: readonly string[]): string {
  const lines = addresses.map((address) => `    ${address}\n`).join("");
  const end = addresses.length === 0 ? "" : "\n";
  return `${title("IP addresses present in the IP listen list:")}${lines}${end}`;
}

/** Returns the account name of a SID for the listing of reservations; null if unknown. */
type AccountName = (sid: string) => string | null;

export function urlAclText(records: readonly UrlAclRecord[], nameOf: AccountName): string {
  const lines = records.map((record) => reservationText(record, nameOf)).join("");
  return `${title("URL Reservations:")}${lines}`;
}

function reservationText({ url, sddl }: UrlAclRecord, nameOf: AccountName): string {
  const aces = parseSddl(sddl);
  const users = isProblem(aces) ? [] : aces.map((ace) => {
    const grants = (right: number): string => {
      return ace.allow && (ace.rights & right) !== 0 ? "Yes" : "No";
    };
    const name = nameOf(ace.sid);
    const head = name === null ? "Can't lookup sid, Error: 1332" : `User: ${name}`;
    return `        ${head}\n            Listen: ${grants(RIGHT.register)}\n` +
      `            Delegate: ${grants(RIGHT.delegate)}\n`;
  });
  return `    Reserved URL            : ${url} \n${users.join("")}            SDDL: ${sddl} \n\n`;
}

const SSL_LABEL_WIDTH = 29;

export const SSL_TITLE = title("SSL Certificate bindings:");

/** What the properties of HTTP/2 are where none is stored. */
export const HTTP2_DEFAULTS: Readonly<Record<keyof Http2Properties, number>> = {
  receiveWindow: 1048576,
  maxSettingsPerFrame: 2796202,
  maxSettingsPerMinute: 4294967295,
};

export function sslCertText(record: SslRecord): string {
  const keyLabel = parseEndpoint(record.key) === null ? "Hostname:port" : "IP:port";
  const property = (name: keyof Http2Properties): number => {
    return record.http2?.[name] ?? HTTP2_DEFAULTS[name];
  };
  const rows: SslRows = [
    [keyLabel, record.key],
    ["Certificate Hash", record.hash],
    ["Application ID", record.appId],
    ["Certificate Store Name", record.certStoreName ?? "(null)"],
    ...CHECK_SWITCHES.map((one) => switchRow(one, record)),
    ["Revocation Freshness Time", record.revocationFreshnessTime],
    ["URL Retrieval Timeout", record.urlRetrievalTimeout],
    ["Ctl Identifier", record.sslCtlIdentifier ?? "(null)"],
    ["Ctl Store Name", record.sslCtlStoreName ?? "(null)"],
    ...FLAG_SWITCHES.map((one) => switchRow(one, record)),
  ];
  return `${rowsText(rows)}${
    propertyText([["PropertyId", 0], ["Receive Window", property("receiveWindow")]])
  }${
    propertyText([
      ["PropertyId", 1],
      ["Max Settings Per Frame", property("maxSettingsPerFrame")],
      ["Max Settings Per Minute", property("maxSettingsPerMinute")],
    ])
  }\n`;
}

type SslRow = readonly [label: string, value: string | number];
type SslRows = readonly SslRow[];

function switchRow(one: SslSwitch, record: SslRecord): SslRow {
  return [one.label, one.words[isOn(one, record) ? 0 : 1]];
}

function rowsText(rows: SslRows): string {
  return rows.map(([label, value]) => {
    const padded = label.length < SSL_LABEL_WIDTH ? label.padEnd(SSL_LABEL_WIDTH) : `${label} `;
    return `    ${padded}: ${oneLine(String(value))}\n`;
  }).join("");
}

function propertyText(rows: SslRows): string {
  return ` Extended Properties:\n${rowsText(rows)}`;
}

export function timeoutText(idleSeconds: number, headerSeconds: number): string {
  return `${title("HTTP service timeouts:")}Idle connection timeout (secs): ${idleSeconds}\n` +
    `Header wait timeout (secs): ${headerSeconds}\n\n`;
}

export function cacheParamText(rangeChunkBytes: number, maxResponseBytes: number): string {
  return `${
    title("HTTP response cache parameters:")
  }Range chunk size (bytes): ${rangeChunkBytes}\n` +
    `Maximum response size (bytes): ${maxResponseBytes}\n\n`;
}

export function settingText(throttle: number): string {
  return `${title("HTTP service settings:")}SSL throttle: ${throttle}\n\n`;
}

export function cacheStateText(entries: readonly CachedResponse[]): string {
  return `${title("Snapshot of HTTP response cache:")}${entries.map(cachedText).join("")}`;
}

function cachedText(entry: CachedResponse): string {
  const { url, status, contentType, contentEncoding, headersLength, contentLength, site } = entry;
  const headers = headersLength === undefined ? "" : `    Headers length: ${headersLength}\n`;
  return `URL: ${url}
    Status code: ${status}
    HTTP verb: GET
    Cache policy type: User invalidates
    Request queue name: ${oneLine(site ?? "Request queue is unnamed.")}
    Content type: ${contentType ?? "(null)"}
    Content encoding: ${contentEncoding ?? "(null)"}
${headers}    Content length: ${contentLength}
    Force disconnect after serving: FALSE

`;
}

/** A command that no context has. */
export function commandNotFound(words: readonly string[]): string {
  return `The following command was not found: ${oneLine(words.join(" "))}.\n`;
}

/** An invalid command line: what is wrong, and the syntax of the command. */
export function syntaxError(problem: string, usage: string): string {
  return `\n${problem}\nThe syntax supplied for this command is not valid. ` +
    `Check help for the correct syntax.\n\nUsage: ${usage}\n\n`;
}

export const MISSING_PARAMETER = "One or more essential parameters were not entered.\n" +
  "Verify the required parameters, and reenter them.";

export function badTag(tag: string): string {
  return `${tag} is not a valid argument for this command.`;
}

export function badValue(value: string, tag: string): string {
  return `${oneLine(value)} is not an acceptable value for ${tag}.`;
}
