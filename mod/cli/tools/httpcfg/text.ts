/**
 * The output of Httpcfg.exe: the layout of its stores, its usage and its error texts.
 *
 * Sources disagree about details, or do not show them: ARCHITECTURE.md, "Decisions".
 *
 * @module
 */
import { oneLine } from "../../../base/printable.ts";
import type { SslRecord, UrlAclRecord } from "../../../config/document/document.ts";

/** Printed after every record, including the last. */
const SEPARATOR = "-".repeat(78);
const INDENT = "    ";
const SSL_LABEL_WIDTH = 24;

/** The calls of the configuration API, as the completion lines name them. */
export type ServiceCall = "Set" | "Query" | "Delete";

/** One ssl record and its separator. */
export function sslRecordText(record: SslRecord): string {
  const rows: readonly (readonly [label: string, value: string | number | undefined])[] = [
    ["IP", record.key],
    ["Hash", record.hash],
    ["Guid", record.appId],
    ["CertStoreName", record.certStoreName],
    ["CertCheckMode", record.certCheckMode],
    ["RevocationFreshnessTime", record.revocationFreshnessTime],
    ["UrlRetrievalTimeout", record.urlRetrievalTimeout],
    ["SslCtlIdentifier", record.sslCtlIdentifier],
    ["SslCtlStoreName", record.sslCtlStoreName],
    ["Flags", record.flags],
  ];
  const lines = rows.map(([label, value]) => {
    return `${INDENT}${label.padEnd(SSL_LABEL_WIDTH)}: ${oneLine(String(value ?? "(null)"))}\n`;
  });
  return `${lines.join("")}${SEPARATOR}\n`;
}

/** One URL reservation and its separator. */
export function urlAclRecordText(record: UrlAclRecord): string {
  return `${INDENT}URL : ${record.url}\n${INDENT}ACL : ${record.sddl}\n${SEPARATOR}\n`;
}

/** An invalid `-i` of ssl; the value is `(null)` if the switch is missing. */
export function badSslAddress(value: string | undefined): string {
  return `${oneLine(value ?? "(null)")} is not a valid Ip Address\n`;
}

export function badHashLength(value: string): string {
  return `Invalid Hash ${oneLine(value)}\n`;
}

export function badHashDigits(): string {
  return "INVALID HASH\n";
}

export function badGuid(value: string): string {
  return `Invalid Guid ${oneLine(value)}\n`;
}

/** An unknown switch of urlacl and iplisten. */
export function notAValidCommand(word: string): string {
  return `${oneLine(word)} is not a valid command.\n`;
}

/** An unknown switch of ssl, an unknown ACTION or STORENAME. */
export function invalidCommand(word: string): string {
  return `${oneLine(word)} is an invalid command\n`;
}
