/**
 * httpcfg-config(5): the configuration document, every kind of site content and every setting. Made
 * from their tables.
 *
 * @module
 */
import type { ConfigDocument } from "../../../config/document/document.ts";
import { PROFILES } from "../../../config/document/profiles.ts";
import { formatSetting } from "../../../config/document/setting_value.ts";
import { type SettingRow, SETTINGS } from "../../../config/document/settings.ts";
import { folderContent } from "../../../config/document/site_content.ts";
import { INCLUSION_RULE } from "../../../listen/list/inclusion.ts";
import type { ContentKind } from "../../../site/kinds/content_kind.ts";
import { KINDS } from "../../../site/kinds/kinds.ts";
import { display, escapeMdoc, literal, prose, sentence, terms } from "./mdoc.ts";

/** Returns the sections of the page. */
export function documentSections(): string[] {
  return [
    ".Sh DESCRIPTION",
    ...prose(
      "One JSON document holds the whole configuration. The commands of httpcfg rewrite it " +
        "and keep the previous version; it can also be written by hand.",
    ),
    ...literalLine("httpcfg config check", "reports what is wrong with it,"),
    ...literalLine("httpcfg config edit", "opens it in an editor with a schema, and"),
    ...literalLine("httpcfg config schema", "prints that JSON Schema."),
    ".Pp",
    ...prose(
      "A document without a version is taken as written by hand: what it leaves out is as on a " +
        "new machine. A document of a newer version is rejected.",
    ),
    ".Pp",
    ...prose(
      "Entries of the list, bindings and keys of certificates may be spelled in every way that " +
        "the command line takes. Two spellings of one entry are one entry.",
    ),
    ".Sh DOCUMENT",
    ...terms(FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh SITE FIELDS",
    ...terms(SITE_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh ACCESS FIELDS",
    ...terms(ACCESS_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh RESPONSE FIELDS",
    ...terms(RESPONSE_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh SSL FIELDS",
    ...terms(SSL_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh URLACL FIELDS",
    ...terms(URLACL_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh ACME FIELDS",
    ...terms(ACME_FIELDS.map(([name, text]) => [`Va ${name}`, text])),
    ".Sh SITE CONTENT",
    ...prose("The content of a site is an object with its kind and the fields of that kind."),
    ".Bl -tag -width Ds",
    ...KINDS.flatMap(kindItem),
    ".El",
    ".Sh SETTINGS",
    ...terms(Object.entries(SETTINGS).map(([name, row]) => settingItem(name, row))),
    ".Sh TIME-OUTS",
    ...prose(TIMEOUTS),
    ".Pp",
    ...literalLine("httpcfg config profile strict", "stores the values of nginx:"),
    ...terms(STRICT_NOTES.map(([name, text]) => {
      return [`Va ${name} ${PROFILES.strict.settings[name]}`, text];
    })),
    ".Pp",
    ...prose(NOT_SET),
    ".Sh PROXIES",
    ...PROXIES.flatMap((text, i) => [...i === 0 ? [] : [".Pp"], ...prose(text)]),
    ...literalLine(
      "httpcfg settings set ProxyProtocol 127.0.0.0/8",
      "is for an HAProxy on this machine with send-proxy-v2,",
    ),
    ...literalLine(
      "httpcfg settings set TrustedProxies 10.0.0.7",
      "for an nginx at 10.0.0.7 that sets X-Forwarded-For.",
    ),
    ".Sh EXAMPLES",
    ...prose("A document written by hand: one address, one site, changes applied at once."),
    ...display(JSON.stringify(DOCUMENT_BY_HAND, null, 2).split("\n")),
  ];
}

/** The example of the page; a test checks it. */
export const DOCUMENT_BY_HAND: Partial<ConfigDocument> = {
  ipListen: ["10.0.0.5"],
  sites: [{
    id: 1,
    name: "intranet",
    bindings: [":80:"],
    secureBindings: [],
    autoStart: true,
    content: folderContent("/srv/intranet"),
  }],
  settings: { applyChanges: "live" },
};

const FIELDS: readonly (readonly [string, string])[] = [
  ["version", "Version of the document format."],
  ["ipListen", `The IP inclusion list. ${INCLUSION_RULE}`],
  ["ssl", "Certificates by address and port; httpcfg set ssl adds one."],
  ["urlAcl", "URL reservations: who may register a URL prefix; httpcfg set urlacl adds one."],
  [
    "registrations",
    "Programs of this machine that have a URL prefix whenever HTTP runs: url, to, and timeout in " +
    "seconds; httpcfg register --keep adds one.",
  ],
  ["sites", "Web sites; see below."],
  ["metabase", "Metabase properties that are in no other field, by path."],
  ["settings", "Settings that differ from their default; see below."],
  ["acme", "Optional: certificates that the service obtains and renews; see below."],
];

const SITE_FIELDS: readonly (readonly [string, string])[] = [
  ["id", "Number of the site: W3SVC/1 is site 1. The name of its log directory has it too."],
  ["name", "Name of the site, which no other site has."],
  [
    "bindings",
    "Where the site is bound, each as IP:Port:Host. Without an IP it is bound to every address " +
    "on the list, without a Host to every host name, with *.example.com to every name below " +
    "example.com that has no binding of its own; an IPv6 address is in brackets.",
  ],
  ["secureBindings", "The same over TLS."],
  ["autoStart", "Whether the site starts with the service."],
  ["content", "What the site serves; see below."],
  [
    "applications",
    "Optional: other content below paths of the site, each with its path, such as /api/, and its " +
    "content. The longest path that covers a request decides; the case of letters does not matter. " +
    "With sslFlags, as in access, it demands of TLS what it says itself, and not what the site does.",
  ],
  ["maxRequestEntityAllowed", "Optional: largest request content in bytes; beyond it 413."],
  ["maxConnections", "Optional: concurrent connections; beyond it 503."],
  ["access", "Optional: who may use the site, and how much; see below."],
  ["response", "Optional: what its responses have in addition; see below."],
  [
    "compression",
    "Optional: off, files (the default), or all, which includes what programs answer.",
  ],
  [
    "accessLog",
    "Optional: how its requests are logged. format and target take the place of AccessLogFormat and " +
    "AccessLogTarget; sample is a list of objects with a path and a number of: of so many requests " +
    "for the path, and for what is below it, one is logged, and every one that failed.",
  ],
];

const ACCESS_FIELDS: readonly (readonly [string, string])[] = [
  [
    "allow",
    "Blocks of clients that may use the site. The most specific block of allow and deny decides; " +
    "clients in none are denied if there is any in allow.",
  ],
  ["deny", "Blocks of clients that may not: status 403, substatus 6."],
  ["rate", "Requests of each client in a second, minute or hour: 10/s, 600/m; beyond it 429."],
  ["burst", "Requests of a client at once; as many as in rate if absent."],
  ["connectionsPerClient", "Concurrent connections of each client; beyond it 503."],
  [
    "basicAuth",
    "An object with the absolute path file of an htpasswd file of bcrypt, and the realm that " +
    "browsers show; without one, the name of the site.",
  ],
  [
    "sslFlags",
    "A list of what is demanded of TLS: Ssl (no plain http: status 403, substatus 4), " +
    "SslNegotiateCert (clients are asked for a certificate, and a bad one is refused: substatus 13, " +
    "16 or 17), SslRequireCert (substatus 7 without one), Ssl128 (which is always so).",
  ],
];

const RESPONSE_FIELDS: readonly (readonly [string, string])[] = [
  [
    "headers",
    "Fields of every response, each as Name: value. One that the response has already is " +
    "replaced, except for Link, Set-Cookie and Vary.",
  ],
  ["hsts", "Strict-Transport-Security of every response over TLS."],
  [
    "errorPages",
    "By status, an object with either the absolute path file or the text that is sent in place " +
    "of an error page of the server.",
  ],
  [
    "fallback",
    "With a site of files: the path that serves a GET or HEAD of a path where there is nothing, " +
    "if it has no extension or the client asks for text/html.",
  ],
  ["mimeTypes", "With a site of files: media types by extension."],
];

const SSL_FIELDS: readonly (readonly [string, string])[] = [
  [
    "key",
    "Address and port, as 0.0.0.0:443 for every address without a record of its own, or host name " +
    "and port.",
  ],
  ["hash", "SHA-1 thumbprint of the certificate, in lower case; httpcfg cert list shows it."],
  ["appId", "Id of the program that made the record, as a GUID in braces."],
  ["certStoreName", "Optional: store of the certificate, MY by default."],
  [
    "certName",
    "Optional: name of the certificate in the store, which is followed when it is renewed.",
  ],
  [
    "certCheckMode",
    "Bits of DefaultCertCheckMode: 1 looks at no revocation list, 65536 not at the purpose of a " +
    "certificate of a client.",
  ],
  ["revocationFreshnessTime", "Stored, without effect."],
  ["urlRetrievalTimeout", "Stored, without effect."],
  ["sslCtlIdentifier", "Optional; stored, without effect."],
  [
    "sslCtlStoreName",
    "Optional: store of the authorities that vouch for clients, and of their revocation lists; CA by " +
    "default.",
  ],
  [
    "flags",
    "Bits of DefaultFlags: 2 asks clients for a certificate, 8 refuses every connection, 64 TLS 1.3, " +
    "4096 TLS 1.2.",
  ],
  [
    "http2",
    "Optional: receiveWindow, maxSettingsPerFrame, maxSettingsPerMinute; stored, without effect.",
  ],
];

const ACME_FIELDS: readonly (readonly [string, string])[] = [
  ["certName", "Name of the certificate in the store ACME, which no other has."],
  ["names", "The host names and IP addresses to certify."],
  ["server", "URL of the directory of the authority."],
  ["caFile", "Optional: PEM file of the certificates that vouch for the server itself."],
  ["contact", "Optional: mail address for the authority."],
  ["agreeTos", "true: its terms of service are agreed to."],
];

const URLACL_FIELDS: readonly (readonly [string, string])[] = [
  ["url", "URL prefix: scheme://host:port/path/, where the host may be + or *."],
  ["sddl", "Who may register it: D:(A;;GX;;;SID), as httpcfg-sharing(1) describes."],
];

const TIMEOUTS =
  "The defaults of 120 seconds are those of HTTP.sys, so that a site that moves here from IIS keeps " +
  "the behavior that its clients know, slow uploads included. On the open Internet a client that " +
  "says nothing for two minutes is rarely worth its connection, and other servers cut it sooner.";

/** What each setting of the profile is in nginx. */
const STRICT_NOTES: readonly (readonly [keyof typeof PROFILES.strict.settings, string])[] = [
  ["HeaderWaitTimeout", "As client_header_timeout, for TLS handshakes too."],
  [
    "ConnectionTimeout",
    "As keepalive_timeout; for the first request of a connection too, where nginx waits 60 seconds.",
  ],
  ["EntityBodyTimeout", "As client_body_timeout."],
  ["DrainEntityBodyTimeout", "As lingering_timeout, but for all of the content together."],
  [
    "MinFileBytesPerSec",
    "In place of send_timeout, 60 seconds: at this rate 64 KiB take 60 seconds. A write without " +
    "progress is never cut before ConnectionTimeout, so it is after 75.",
  ],
];

const NOT_SET =
  "There is no setting for how long a client may go on sending after the last response of its " +
  "connection: it is 2 seconds, where nginx has lingering_timeout. Requests to a registered program " +
  "have time-outs of their own.";

/** How the two settings of proxies work; one paragraph each. */
const PROXIES: readonly string[] = [
  "A proxy connects for its clients, so that the service sees the proxy's address. Two settings say " +
  "which proxies are believed about their clients. The client that they name is the client in the " +
  "logs, in limits and rules of access, and in what programs behind the service are told. Which " +
  "site responds, and s-ip in the logs, stay with the address and port that the proxy has connected " +
  "to. A client that comes through a proxy is never one of this machine.",
  "A connection from a peer in ProxyProtocol must begin with a PROXY header, version 1 or 2, before " +
  "TLS, within ten seconds or HeaderWaitTimeout, whichever is less. One without is closed, with " +
  "NoProxyHeader, BadProxyHeader or Timer_ProxyHeader in the HTTPERR log; one that sends nothing, or " +
  "ends behind its header, is a health check and is not logged. From any other peer a header is not " +
  "read. LOCAL, UNKNOWN and UNSPEC leave the connection its own addresses. A header may have 4096 " +
  "bytes, and its CRC32C is checked. If it says that the client uses TLS to the proxy, programs are " +
  "told https.",
  "Of a peer in TrustedProxies the field X-Forwarded-For is believed, from its end: the client is " +
  "the last address that is not in TrustedProxies, or the first one if all are. What is no address " +
  "ends the list, and so does a port above 65535 or a zone. Forwarded is read only if there is no " +
  "X-Forwarded-For, so a proxy has to set the latter or to remove it; a Forwarded that violates its " +
  "grammar is answered with 400. With X-Forwarded-For, the last of X-Forwarded-Proto and " +
  "X-Forwarded-Host are believed too. Programs get the believed addresses and the proxy's own. " +
  "MaxConnectionsPerAddress does not count the connections of such a proxy. The fields of any " +
  "other peer are dropped.",
];

function kindItem({ kind, flag, fields, help = [], examples: [first] }: ContentKind): string[] {
  const names = Object.entries(fields).map(([name, { type }]) => {
    return type === "optional" ? `${name} (optional)` : name;
  });
  return [
    `.It Va ${escapeMdoc(kind)}`,
    ...prose(sentence(flag.summary)),
    ...prose(names.length === 0 ? "No fields." : `Fields: ${names.join(", ")}.`),
    ...help.flatMap(prose),
    literal(`httpcfg site add NAME --bind :80: ${first.words}`),
    ...prose("stores it."),
  ];
}

function settingItem(name: string, row: SettingRow): readonly [string, string] {
  return [
    `Va ${escapeMdoc(name)}`,
    `${sentence(row.summary)} Default ${formatSetting(row.default)}, ${limitsOf(row)}.`,
  ];
}

function limitsOf(row: SettingRow): string {
  if (row.kind === "boolean") return "true or false";
  if (row.kind === "blocks") return "a list of addresses and blocks such as 10.0.0.0/8";
  if (row.kind === "names") return "a list of names, which httpcfg-inspect(1) explains";
  if (row.kind === "text") return row.expected;
  if (row.kind === "choice") return `one of ${row.choices.join(", ")}`;
  const range = `from ${row.min} to ${row.max}${row.unit === "" ? "" : ` ${row.unit}`}`;
  return row.kind === "number" ? range : `one of ${row.words.join(", ")}, or ${range}`;
}

function literalLine(command: string, rest: string): string[] {
  return [literal(command), ...prose(rest)];
}
