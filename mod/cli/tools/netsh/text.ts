/**
 * The output of `netsh http`. It always begins with an empty line; titles are underlined with as
 * many hyphens as they have characters.
 *
 * Captured: show iplisten, urlacl, sslcert (the layout of 2008 to 2022; the rows that later
 * versions add belong to protocols that are not here), timeout and servicestate, and the lines of
 * success and failure. The rest is inferred: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { EXIT } from "../../../base/exit_status.ts";
import { oneLine } from "../../../base/printable.ts";
import { isProblem } from "../../../base/problem.ts";
import { parseSddl, RIGHT } from "../../../base/sddl.ts";
import { parseEndpoint } from "../../../base/address.ts";
import { win32Text } from "../../../base/win32_text.ts";
import { CERT_CHECK, SSL_FLAG } from "../../../config/certs/ssl_flags.ts";
import type { SslRecord, UrlAclRecord } from "../../../config/document/document.ts";
import type { CachedResponse } from "../../../host/control/status.ts";

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

export function ipListenText(addresses: readonly string[]): string {
  const lines = addresses.map((address) => `    ${address}\n`).join("");
  const end = addresses.length === 0 ? "" : "\n";
  return `${title("IP addresses present in the IP listen list:")}${lines}${end}`;
}

/** Returns the account name of a SID for the listing of reservations; null if unknown. */
export type AccountName = (sid: string) => string | null;

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

export function sslCertText(record: SslRecord): string {
  const { certCheckMode: mode, flags } = record;
  const on = (is: boolean): string => is ? "Enabled" : "Disabled";
  const keyLabel = parseEndpoint(record.key) === null ? "Hostname:port" : "IP:port";
  const rows: readonly (readonly [label: string, value: string | number])[] = [
    [keyLabel, record.key],
    ["Certificate Hash", record.hash],
    ["Application ID", record.appId],
    ["Certificate Store Name", record.certStoreName ?? "(null)"],
    ["Verify Client Certificate Revocation", on((mode & CERT_CHECK.NO_REVOCATION) === 0)],
    [
      "Verify Revocation Using Cached Client Certificate Only",
      on((mode & CERT_CHECK.CACHED_REVOCATION_ONLY) !== 0),
    ],
    ["Usage Check", on((mode & CERT_CHECK.NO_USAGE_CHECK) === 0)],
    ["Revocation Freshness Time", record.revocationFreshnessTime],
    ["URL Retrieval Timeout", record.urlRetrievalTimeout],
    ["Ctl Identifier", record.sslCtlIdentifier ?? "(null)"],
    ["Ctl Store Name", record.sslCtlStoreName ?? "(null)"],
    ["DS Mapper Usage", on((flags & SSL_FLAG.USE_DS_MAPPER) !== 0)],
    ["Negotiate Client Certificate", on((flags & SSL_FLAG.NEGOTIATE_CLIENT_CERT) !== 0)],
  ];
  const lines = rows.map(([label, value]) => {
    const padded = label.length < SSL_LABEL_WIDTH ? label.padEnd(SSL_LABEL_WIDTH) : `${label} `;
    return `    ${padded}: ${oneLine(String(value))}\n`;
  });
  return `${lines.join("")}\n`;
}

/** Returns the bits of an ssl record from the options of `add sslcert`. */
export function sslBits(
  options: {
    readonly verifyRevocation: boolean;
    readonly cachedOnly: boolean;
    readonly usageCheck: boolean;
    readonly dsMapper: boolean;
    readonly negotiate: boolean;
  },
): { readonly certCheckMode: number; readonly flags: number } {
  const certCheckMode = (options.verifyRevocation ? 0 : CERT_CHECK.NO_REVOCATION) |
    (options.cachedOnly ? CERT_CHECK.CACHED_REVOCATION_ONLY : 0) |
    (options.usageCheck ? 0 : CERT_CHECK.NO_USAGE_CHECK);
  const flags = (options.dsMapper ? SSL_FLAG.USE_DS_MAPPER : 0) |
    (options.negotiate ? SSL_FLAG.NEGOTIATE_CLIENT_CERT : 0);
  return { certCheckMode, flags };
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

export function cacheStateText(entries: readonly CachedResponse[]): string {
  const texts = entries.map((entry) =>
    `URL: ${entry.url}
    Status code: ${entry.status}
    HTTP verb: GET
    Cache policy type: User invalidates
    Request queue name: Request queue is unnamed.
    Content type: ${entry.contentType ?? "(null)"}
    Content encoding: ${entry.contentEncoding ?? "(null)"}
    Content length: ${entry.contentLength}
    Force disconnect after serving: FALSE

`
  );
  return `${title("Snapshot of HTTP response cache:")}${texts.join("")}`;
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

/** Prints `text` as it is and returns `status`, at the end of most commands. */
export function printText(
  { print }: { print(text: string): void },
  text: string,
  status: number = EXIT.ok,
): number {
  print(text);
  return status;
}
