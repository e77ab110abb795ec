/**
 * A certificate revocation list (RFC 5280, section 5). Pure.
 *
 * @module
 */
import { DER_TAG, derSerial, derTimeMs, unlessMalformed } from "./der_reader.ts";
import { extensionsIn, readSigned, type Signed } from "./x509.ts";

/** A list of the certificates that their issuer has revoked. */
export interface RevocationList extends Signed {
  /** The bytes of the name of the issuer, in hex digits. */
  readonly issuer: string;
  readonly thisUpdateMs: number;
  /** When the next list is due; null if the list does not say. */
  readonly nextUpdateMs: number | null;
  /** Serial numbers, in hex digits. */
  readonly revoked: ReadonlySet<string>;
  /**
   * A critical extension by which it is no complete list of all certificates of its issuer, as those
   * with the changes since another list are; null if it is one.
   */
  readonly unknownLimit: string | null;
}

/** The explicit tag of the extensions of a list. */
const EXTENSIONS = 0xa0;
/** Of the entry of a certificate with another issuer than the list. */
const CERTIFICATE_ISSUER = "2.5.29.29";

/** Returns the list in `der`; null if it is none. */
export function parseRevocationList(der: Uint8Array): RevocationList | null {
  return unlessMalformed(() => readList(der));
}

function readList(der: Uint8Array): RevocationList {
  const { body, signed, takeAlgorithm } = readSigned(der);
  body.optional(DER_TAG.integer); // the version
  takeAlgorithm(body);
  const issuer = body.next(DER_TAG.sequence).whole.toHex();
  const thisUpdateMs = derTimeMs(body.next());
  const isDue = body.isNext(DER_TAG.utcTime) || body.isNext(DER_TAG.generalizedTime);
  const nextUpdateMs = isDue ? derTimeMs(body.next()) : null;
  const revoked = new Set<string>();
  let unknownLimit: string | null = null;
  if (body.isNext(DER_TAG.sequence)) {
    const entries = body.inside();
    while (!entries.isAtEnd) {
      const entry = entries.inside();
      revoked.add(derSerial(entry.next(DER_TAG.integer).content));
      derTimeMs(entry.next());
      if (entry.isAtEnd) continue;
      const other = extensionsIn(entry.next(DER_TAG.sequence).whole)
        .find(({ id, isCritical }) => isCritical || id === CERTIFICATE_ISSUER);
      unknownLimit ??= other?.id ?? null;
    }
  }
  const extensions = extensionsIn(body.optional(EXTENSIONS)?.content ?? null);
  body.end();
  unknownLimit ??= extensions.find(({ isCritical }) => isCritical)?.id ?? null;
  return { ...signed, issuer, thisUpdateMs, nextUpdateMs, revoked, unknownLimit };
}
