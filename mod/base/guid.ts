/**
 * Two identifiers of ssl records: the GUID of the owning application and the certificate hash.
 *
 * @module
 */

/** The GUID of a record that was added without `-g`. */
export const NULL_GUID = "{00000000-0000-0000-0000-000000000000}";

const GUID = /^(\{?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\}?)$/;
const HASH = /^[0-9a-f]{40}$/;

/**
 * Returns the GUID as `{…}` in lower case; null if `text` is not a GUID. The braces may be missing,
 * both of them, because shells eat them.
 */
export function parseGuid(text: string): string | null {
  const match = GUID.exec(text.toLowerCase());
  if (match === null || (match[1] === "") !== (match[3] === "")) return null;
  return `{${match[2]}}`;
}

/** Returns a SHA-1 thumbprint (40 hex digits, no spaces) in lower case; null for anything else. */
export function parseCertHash(text: string): string | null {
  const hash = text.toLowerCase();
  return HASH.test(hash) ? hash : null;
}
