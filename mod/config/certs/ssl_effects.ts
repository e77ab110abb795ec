/**
 * What of a certificate record cannot act here, or acts in another way than its name says, and why.
 * Pure.
 *
 * @module
 */
import { storeName } from "./store_name.ts";
import type { SslRecord } from "../document/document.ts";
import { CERT_CHECK, SSL_FLAG } from "./ssl_flags.ts";

/** What decides how a record acts, besides its certificate. */
type SslPolicyFields = Pick<
  SslRecord,
  | "certCheckMode"
  | "revocationFreshnessTime"
  | "urlRetrievalTimeout"
  | "sslCtlIdentifier"
  | "sslCtlStoreName"
  | "flags"
>;

interface Row {
  readonly flag: number;
  readonly text: string;
}

/** Bits of `flags` without an effect of their own. Those that describe what is so anyway are none. */
const WITHOUT_EFFECT: readonly Row[] = [
  {
    flag: SSL_FLAG.ENABLE_TOKEN_BINDING,
    text: "token binding has no effect: no client has it any more",
  },
  {
    flag: SSL_FLAG.LOG_EXTENDED_EVENTS,
    text: "the log of extended events has no effect: there is no trace provider here",
  },
  {
    flag: SSL_FLAG.ENABLE_CLIENT_CORRELATION,
    text: "the correlation of clients has no effect: there is no trace provider here",
  },
  {
    flag: SSL_FLAG.ENABLE_CACHE_CLIENT_HELLO,
    text: "the cache of ClientHellos has no effect: no program here can ask for it",
  },
  {
    flag: SSL_FLAG.DISABLE_SESSION_ID,
    text: "the flag against session ids has no effect: the TLS of this program always resumes " +
      "sessions; a certificate of a client is judged anew each time",
  },
];

/** Bits of `flags` that would promise what does not happen. */
const REFUSED: readonly Row[] = [
  {
    flag: SSL_FLAG.USE_DS_MAPPER,
    text: "certificates cannot be mapped to accounts: there is no directory here",
  },
];

const KNOWN_FLAGS = Object.values(SSL_FLAG).reduce((all, flag) => all | flag, 0);
const KNOWN_CHECKS = Object.values(CERT_CHECK).reduce((all, flag) => all | flag, 0);

/** Returns why a record cannot be accepted; null if it can. */
export function sslRefusal({ flags, sslCtlStoreName }: SslPolicyFields): string | null {
  const refused = REFUSED.find(({ flag }) => (flags & flag) !== 0);
  if (refused !== undefined) return refused.text;
  const none = SSL_FLAG.DISABLE_TLS12 | SSL_FLAG.DISABLE_TLS13;
  if ((flags & none) === none) {
    return "without TLS 1.2 and TLS 1.3 nothing is left: older versions are not spoken here";
  }
  if (sslCtlStoreName !== undefined && storeName(sslCtlStoreName) === null) {
    return `${JSON.stringify(sslCtlStoreName)} cannot be the name of a certificate store`;
  }
  return null;
}

/** Returns what of a record has no effect, each with the reason: a sentence without a full stop. */
export function sslEffects(record: SslPolicyFields): string[] {
  const { flags, certCheckMode, revocationFreshnessTime, urlRetrievalTimeout } = record;
  const unknown = (flags & ~KNOWN_FLAGS) >>> 0;
  const unknownChecks = (certCheckMode & ~KNOWN_CHECKS) >>> 0;
  const usesFreshness = revocationFreshnessTime > 0 ||
    (certCheckMode & CERT_CHECK.USE_FRESHNESS_TIME) !== 0;
  return [
    ...WITHOUT_EFFECT.filter(({ flag }) => (flags & flag) !== 0).map(({ text }) => text),
    ...(unknown === 0 ? [] : [`the bits 0x${unknown.toString(16)} of the flags are unknown here`]),
    ...(unknownChecks === 0
      ? []
      : [`the bits 0x${unknownChecks.toString(16)} of the check mode are unknown here`]),
    ...(usesFreshness
      ? ["the freshness time has no effect: a revocation list is used until the next one is due"]
      : []),
    ...(urlRetrievalTimeout > 0
      ? [
        "the retrieval timeout has no effect: revocation lists are files of the store, none is " +
        "fetched",
      ]
      : []),
    ...(record.sslCtlIdentifier === undefined ? [] : [
      "the CTL identifier has no effect: all authorities of the store are believed",
    ]),
  ];
}
