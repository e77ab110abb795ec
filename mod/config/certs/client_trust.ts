/**
 * Whose certificates of clients are believed, as one value without anything of a process. Pure.
 *
 * @module
 */
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

/** What a block of PEM contains. */
type PemLabel = "CERTIFICATE" | "X509 CRL";

/** The store whose authorities are believed unless a record names another. */
export const AUTHORITY_STORE = "CA";

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
  const authorities = trust.authorities.flatMap((text) => parseX509(fromBase64(text)) ?? []);
  const lists = trust.lists.flatMap((text) => parseRevocationList(fromBase64(text)) ?? []);
  return {
    authorities: Map.groupBy(authorities, (one: X509) => one.subject),
    lists: Map.groupBy(lists, (one: RevocationList) => one.issuer),
    hasBrokenList: trust.hasBrokenList,
    checksRevocation: trust.checksRevocation,
    checksUsage: trust.checksUsage,
  };
}

/** Returns DER in base64 as PEM. */
export function toPem(base64: string, label: PemLabel): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Returns the blocks with `label` of a text that may contain more, in base64 of DER. */
export function pemBlocks(text: string, label: PemLabel): string[] {
  const block = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`, "g");
  return [...text.matchAll(block)].flatMap(([, body]) => {
    const base64 = body!.replace(/\s+/g, "");
    return isBase64(base64) ? [base64] : [];
  });
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.fromBase64(text);
}
