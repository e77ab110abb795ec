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

/** Printed for `httpcfg ?`, `httpcfg set` and the like; Httpcfg.exe exits with 0 after it. */
export const HTTPCFG_USAGE = `httpcfg ACTION STORENAME [OPTIONS]
ACTION                     -set | query  | delete
STORENAME                  -ssl | urlacl | iplisten
[OPTIONS]                  -See Below

Options for ssl:
    -i IP-Address          - IP:port for the SSL certificate (record key)
    -h SslHash             - Hash of the Certificate.
    -g GUID                - GUID to identify the owning application.
    -c CertStoreName       - Store name for the certificate. Defaults to
                             "MY". Certificate must be stored in the
                             LOCAL_MACHINE context.
    -m CertCheckMode       - Bit Flag
                               0x00000001 - Client certificate will not be
                                            verified for revocation.
                               0x00000002 - Only cached client certificate
                                            revocation will be used.
                               0x00000004 - Enable use of the Revocation
                                            freshness time setting.
                               0x00010000 - No usage check.
    -r RevocationFreshnessTime - How often to check for an updated certificate
                             revocation list (CRL), in seconds. If this value
                             is 0, then the new CRL is updated only if the
                             previous one expires.
    -x UrlRetrievalTimeout - Timeout on attempt to retrieve certificate
                             revocation list from the remote URL, in
                             milliseconds.
    -t SslCtlIdentifier    - Restrict the certificate issuers that can be
                             trusted. Can be a subset of the certificate
                             issuers that are trusted by the machine.
    -n SslCtlStoreName     - Store name under LOCAL_MACHINE where
                             SslCtlIdentifier is stored.
    -f Flags               - Bit Field
                               0x00000001 - Use DS Mapper.
                               0x00000002 - Negotiate Client certificate.
                               0x00000004 - Do not route to Raw ISAPI
                                            filters.

Options for urlacl:
    -u Url                 - Fully Qualified URL. (record key)
    -a ACL                 - ACL specified as a SDDL string.

Options for iplisten:
    -i IPAddress           - IPv4 or IPv6 address. (for set/delete only)
`;
