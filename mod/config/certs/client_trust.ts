/**
 * Whose certificates of clients are believed, as one value without anything of a process. Pure.
 *
 * @module
 */
import type { SslRecord } from "../document/document.ts";
import { AUTHORITY_STORE, storeName } from "./store_name.ts";
import { CERT_CHECK } from "./ssl_flags.ts";
import type { TrustedStore } from "./client_verdict.ts";
import { parseRevocationList, type RevocationList } from "./revocation_list.ts";
import { parseX509, type X509 } from "./x509.ts";

/** What a store holds for the verification of clients, in base64 of DER. */
export interface TrustedFiles {
  readonly authorities: readonly string[];
  readonly lists: readonly string[];
  /** Whether there is a file of a list that cannot be used: nobody knows whom it would name. */
  readonly hasBrokenList: boolean;
}

/** The authorities and revocation lists of a store, and how they are used. */
export interface ClientTrust extends TrustedFiles {
  /** Store name in upper case. */
  readonly store: string;
  readonly checksRevocation: boolean;
  readonly checksUsage: boolean;
}

/** What to say of a store by which clients are judged, and what cures it. */
interface TrustRemark {
  readonly text: string;
  readonly hint: string;
}

/** Returns the store of the authorities that a record believes; null for a text that cannot be one. */
export function trustStoreOf(
  { sslCtlStoreName }: Pick<SslRecord, "sslCtlStoreName">,
): string | null {
  return storeName(sslCtlStoreName ?? AUTHORITY_STORE);
}

/** Says that nobody is believed, if the store has no authority. */
export function withoutAuthority(
  store: string,
  { authorities }: Pick<TrustedFiles, "authorities">,
): TrustRemark[] {
  if (authorities.length > 0) return [];
  return [{
    text: `no certificate of a client is believed: the store ${store} has no authority`,
    hint: `httpcfg cert import --store ${store || AUTHORITY_STORE} ca.pem`,
  }];
}

/** Says that revocation is not checked, if it should be and the store has no list. */
export function withoutList(
  { store, checksRevocation, authorities, lists, hasBrokenList }: ClientTrust,
): TrustRemark[] {
  const isChecked = lists.length > 0 || hasBrokenList;
  if (!checksRevocation || isChecked || authorities.length === 0) return [];
  return [{
    text: "certificates of clients are not checked for revocation: the store " +
      `${store} has no revocation list`,
    hint: `httpcfg cert import --store ${store} ca.crl`,
  }];
}

/** Returns how a record with this `certCheckMode` uses the files of `store`. */
export function clientTrust(
  store: string,
  files: TrustedFiles,
  certCheckMode: number,
): ClientTrust {
  return {
    store,
    authorities: files.authorities,
    lists: files.lists,
    hasBrokenList: files.hasBrokenList,
    checksRevocation: (certCheckMode & CERT_CHECK.NO_REVOCATION) === 0,
    checksUsage: (certCheckMode & CERT_CHECK.NO_USAGE_CHECK) === 0,
  };
}

/**
 * Returns the name of a trust: the same for all that judge in the same way, also after a file of the
 * store was replaced.
 */
export function trustName(
  { store, checksRevocation, checksUsage }: Pick<
    ClientTrust,
    "store" | "checksRevocation" | "checksUsage"
  >,
): string {
  return `${store}${checksRevocation ? "" : " norevocation"}${checksUsage ? "" : " nousage"}`;
}

/** Parses the files of a trust. */
export function trustedStore(trust: ClientTrust): TrustedStore {
  const authorities = trust.authorities.flatMap((text) =>
    parseX509(Uint8Array.fromBase64(text)) ?? []
  );
  const lists = trust.lists.flatMap((text) =>
    parseRevocationList(Uint8Array.fromBase64(text)) ?? []
  );
  return {
    authorities: Map.groupBy(authorities, (one: X509) => one.subject),
    lists: Map.groupBy(lists, (one: RevocationList) => one.issuer),
    hasBrokenList: trust.hasBrokenList,
    checksRevocation: trust.checksRevocation,
    checksUsage: trust.checksUsage,
  };
}
