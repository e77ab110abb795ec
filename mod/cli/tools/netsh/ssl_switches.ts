/**
 * The switches of a certificate record: a tag of `netsh http add sslcert`, a bit of the record and a
 * row of `show sslcert` each. One row for each; the syntax, the help, the listing and the dump are
 * made from these rows. Pure.
 *
 * @module
 */
import { CERT_CHECK, SSL_FLAG } from "../../../config/certs/ssl_flags.ts";
import type { SslRecord } from "../../../config/document/document.ts";

/** The fields of a record that have bits. */
type SslBits = Pick<SslRecord, "certCheckMode" | "flags">;

/** One switch. */
export interface SslSwitch {
  readonly tag: string;
  readonly aliases?: readonly string[];
  /** What it does, for the help. */
  readonly about: string;
  /** Its name in the listing. */
  readonly label: string;
  /** How the listing says that it is on, and off. */
  readonly words: readonly [on: string, off: string];
  readonly field: keyof SslBits;
  readonly bit: number;
  /** The bit says that it is off, and it is on unless something else is asked for. */
  readonly isInverse?: boolean;
}

const ENABLED = ["Enabled", "Disabled"] as const;
const SET = ["Set", "Not Set"] as const;

function flag(
  bit: number,
  tag: string,
  label: string,
  about: string,
  more: Partial<SslSwitch> = {},
): SslSwitch {
  return { tag, about, label, words: SET, field: "flags", bit, ...more };
}

function check(bit: number, tag: string, label: string, about: string): SslSwitch {
  const isInverse = bit !== CERT_CHECK.CACHED_REVOCATION_ONLY;
  return { tag, about, label, words: ENABLED, field: "certCheckMode", bit, isInverse };
}

/** Those that say how the certificate of a client is checked. */
export const CHECK_SWITCHES: readonly SslSwitch[] = [
  check(
    CERT_CHECK.NO_REVOCATION,
    "verifyclientcertrevocation",
    "Verify Client Certificate Revocation",
    "Looks whether the certificate of a client was revoked. Enabled by default.",
  ),
  check(
    CERT_CHECK.CACHED_REVOCATION_ONLY,
    "verifyrevocationwithcachedclientcertonly",
    "Verify Revocation Using Cached Client Certificate Only",
    "Looks only at revocation lists that are here already. Disabled by default.",
  ),
  check(
    CERT_CHECK.NO_USAGE_CHECK,
    "usagecheck",
    "Usage Check",
    "Looks whether the certificate of a client is one for clients. Enabled by default.",
  ),
];

/** Those that say what TLS does, in the order of the listing. */
export const FLAG_SWITCHES: readonly SslSwitch[] = [
  flag(
    SSL_FLAG.USE_DS_MAPPER,
    "dsmapperusage",
    "DS Mapper Usage",
    "Maps the certificates of clients to accounts of a directory. Disabled by default.",
    { words: ENABLED },
  ),
  flag(
    SSL_FLAG.NEGOTIATE_CLIENT_CERT,
    "clientcertnegotiation",
    "Negotiate Client Certificate",
    "Asks clients for a certificate in the handshake. Disabled by default.",
    { words: ENABLED },
  ),
  flag(
    SSL_FLAG.REJECT,
    "reject",
    "Reject Connections",
    "Closes every connection that matches at once. Disabled by default.",
    { words: ENABLED },
  ),
  flag(SSL_FLAG.DISABLE_HTTP2, "disablehttp2", "Disable HTTP2", "No HTTP/2."),
  flag(SSL_FLAG.DISABLE_QUIC, "disablequic", "Disable QUIC", "No HTTP/3."),
  flag(SSL_FLAG.DISABLE_TLS12, "disabletls12", "Disable TLS1.2", "No TLS 1.2."),
  flag(SSL_FLAG.DISABLE_TLS13, "disabletls13", "Disable TLS1.3", "No TLS 1.3."),
  flag(
    SSL_FLAG.DISABLE_OCSP_STAPLING,
    "disableocspstapling",
    "Disable OCSP Stapling",
    "No OCSP response in the handshake.",
  ),
  flag(
    SSL_FLAG.ENABLE_TOKEN_BINDING,
    "enabletokenbinding",
    "Enable Token Binding",
    "Binds tokens to the connection.",
  ),
  flag(
    SSL_FLAG.LOG_EXTENDED_EVENTS,
    "logextendedevents",
    "Log Extended Events",
    "Logs more events, to find faults.",
  ),
  flag(
    SSL_FLAG.DISABLE_LEGACY_TLS,
    "disablelegacytls",
    "Disable Legacy TLS Versions",
    "No version of TLS before 1.2.",
  ),
  flag(
    SSL_FLAG.ENABLE_SESSION_TICKET,
    "enablesessionticket",
    "Enable Session Ticket",
    "Clients may resume a session with a ticket.",
  ),
  flag(
    SSL_FLAG.DISABLE_SESSION_ID,
    "disablesessionid",
    "Disable Session ID",
    "Clients may not resume a session by its id.",
  ),
  flag(
    SSL_FLAG.ENABLE_CACHE_CLIENT_HELLO,
    "enablecachingclienthello",
    "Enable Caching Client Hello",
    "Keeps the ClientHello for the program that responds.",
    { aliases: ["enablecacheclienthello", "enableclienthellocaching"] },
  ),
];

const ALL = [...CHECK_SWITCHES, ...FLAG_SWITCHES];

/** Reports whether a switch is on in a record. */
export function isOn({ field, bit, isInverse = false }: SslSwitch, record: SslBits): boolean {
  return ((record[field] & bit) !== 0) !== isInverse;
}

/** Returns the bits of a record with the given tags, each `enable` or `disable`. */
export function bitsOf(values: ReadonlyMap<string, string>): SslBits {
  const bits = { certCheckMode: 0, flags: 0 };
  for (const { tag, field, bit, isInverse = false } of ALL) {
    const value = values.get(tag);
    const on = value === undefined ? isInverse : value === "enable";
    if (on !== isInverse) bits[field] |= bit;
  }
  return bits;
}

/** Returns the tags, with their values, that make the bits of a record; none for what is usual. */
export function tagsOf(record: SslBits): (readonly [tag: string, value: string])[] {
  return ALL.flatMap((one) => {
    const on = isOn(one, record);
    return on === (one.isInverse ?? false) ? [] : [[one.tag, on ? "enable" : "disable"] as const];
  });
}

/** Returns the flags of a record that no tag makes. */
export function untaggedFlags({ flags }: SslBits): number {
  return FLAG_SWITCHES.reduce((left, { bit }) => left & ~bit, flags) >>> 0;
}
