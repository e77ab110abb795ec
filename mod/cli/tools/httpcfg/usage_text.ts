/**
 * What Httpcfg.exe takes and how it ends: its usage text, and the same for one store and action, for
 * the help of our records. KB 813368 sends people here for the status codes.
 *
 * @module
 */
import { wordWrap } from "../../core/screen/word_wrap.ts";

/** Columns of the help. */
const COLUMNS = 79;

type Action = "set" | "query" | "delete";
type Store = "ssl" | "urlacl" | "iplisten";

/** A status code: its number and name, when it comes, and where. */
interface StatusCode {
  readonly code: number;
  readonly name: string;
  readonly when: string;
  readonly actions: readonly Action[];
  readonly stores: readonly Store[];
}

const ACTIONS: readonly Action[] = ["set", "query", "delete"];
const STORES: readonly Store[] = ["ssl", "urlacl", "iplisten"];

function status(
  code: number,
  name: string,
  when: string,
  { actions = ACTIONS, stores = STORES }: {
    readonly actions?: readonly Action[];
    readonly stores?: readonly Store[];
  } = {},
): StatusCode {
  return { code, name, when, actions, stores };
}

/** Every status code that Httpcfg.exe prints and exits with here. */
const STATUS_CODES: readonly StatusCode[] = [
  status(0, "NO_ERROR", "done"),
  status(2, "ERROR_FILE_NOT_FOUND", "there is no such record", { actions: ["query", "delete"] }),
  status(5, "ERROR_ACCESS_DENIED", "the system denies it to this user"),
  status(87, "ERROR_INVALID_PARAMETER", "a word or value is missing or malformed"),
  status(183, "ERROR_ALREADY_EXISTS", "the record exists: delete it first", { actions: ["set"] }),
  status(1168, "ERROR_NOT_FOUND", "the list is empty", {
    actions: ["query"],
    stores: ["iplisten"],
  }),
  status(1312, "ERROR_NO_SUCH_LOGON_SESSION", "no certificate that can be used", {
    actions: ["set"],
    stores: ["ssl"],
  }),
  status(1336, "ERROR_INVALID_ACL", "its list is malformed", {
    actions: ["set"],
    stores: ["urlacl"],
  }),
  status(1338, "ERROR_INVALID_SECURITY_DESCR", "the ACL is no SDDL string", {
    actions: ["set"],
    stores: ["urlacl"],
  }),
  status(10022, "WSAEINVAL", "not an IP address", { stores: ["ssl", "iplisten"] }),
];

/** How the numbers arrive. */
const ABOUT_CODES = 'The number after "completed with" is also the exit status, except that only ' +
  "Windows has numbers above 255: elsewhere the exit status is then 1.";

/** The switches of each store, as Httpcfg.exe explains them. */
const SWITCHES: Readonly<Record<Store, readonly (readonly [name: string, text: string])[]>> = {
  ssl: [
    ["-i IP:PORT", "address and port of the record, its key"],
    ["-h HASH", "SHA-1 thumbprint of the certificate, 40 hexadecimal digits"],
    ["-g GUID", "the application that owns the record, in braces"],
    ["-c STORE", "store of the certificate; MY unless given"],
    [
      "-m MODE",
      "bits of the check of client certificates: 1 no check for revocation, 2 only " +
      "what is cached, 4 use -r, 65536 no check of usage",
    ],
    ["-r SECONDS", "between two updates of a revocation list; 0 when it expires"],
    ["-x MILLISECONDS", "to fetch a revocation list"],
    ["-t ID", "list of the issuers that clients' certificates are taken from"],
    ["-n STORE", "store of that list"],
    [
      "-f FLAGS",
      "bits: 1 map certificates to accounts, 2 ask clients for a certificate, 4 no " +
      "raw ISAPI filters",
    ],
  ],
  urlacl: [
    ["-u URL", "the URL prefix, the key of the record"],
    ["-a ACL", "who may register below it, an SDDL string"],
  ],
  iplisten: [["-i ENTRY", "an IPv4 or IPv6 address, or another entry of the list"]],
};

/** Returns paragraphs for the help of `action store`: its switches and its status codes. */
export function storeHelp(action: Action, store: Store): string[] {
  const switches = action === "set" ? SWITCHES[store] : SWITCHES[store].slice(0, 1);
  return [
    `Switches are one letter in either case, after - or /, and take the next word:\n\n${
      rows(switches)
    }`,
    `${ABOUT_CODES}\n\n${codeRows(action, store)}`,
  ];
}

function codeRows(action: Action, store: Store): string {
  const here = STATUS_CODES.filter(({ actions, stores }) => {
    return actions.includes(action) && stores.includes(store);
  });
  return rows(here.map(({ code, name, when }) => [`${code}`.padStart(5), `${name}: ${when}`]));
}

/** Returns lines that begin with a space, so that they are shown as they are. */
function rows(cells: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...cells.map(([left]) => left.length));
  return cells.flatMap(([left, right]) => {
    return wordWrap(right, COLUMNS - width - 4).map((line, i) => {
      return `  ${(i === 0 ? left : "").padEnd(width)}  ${line}`;
    });
  }).join("\n");
}

/** Printed for `httpcfg /?`, `httpcfg set` and the like; Httpcfg.exe exits with 0 after it. */
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

Status codes:
${
  STATUS_CODES.map(({ code, name, when, actions, stores }) => {
    const where = [
      ...(actions === ACTIONS ? [] : [actions.join(", ")]),
      ...(stores === STORES ? [] : [stores.join(", ")]),
    ].join(" ");
    return `    ${`${code}`.padStart(5)} ${name.padEnd(28)} ${
      where === "" ? "" : `${where}: `
    }${when}`;
  }).join("\n")
}

${wordWrap(ABOUT_CODES, COLUMNS).join("\n")}
httpcfg net helpmsg NUMBER shows the text of one. httpcfg --help lists the
other commands of this program.
`;
