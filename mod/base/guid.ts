/**
 * Two identifiers of ssl records: the GUID of the owning application and the certificate hash.
 *
 * @module
 */

/** What a record holds where no `-g` was given. */
export const NULL_GUID = "{00000000-0000-0000-0000-000000000000}";

const GUID = /^(\{?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\}?)$/;
const HASH = /^[0-9a-f]{40}$/;

/** `{…}` in lower case; null where it is no GUID. Braces come in a pair or, as shells eat them, not at all. */
export function parseGuid(text: string): string | null {
  const match = GUID.exec(text.toLowerCase());
  if (match === null || (match[1] === "") !== (match[3] === "")) return null;
  return `{${match[2]}}`;
}

/** SHA-1 thumbprint, 40 hex digits in lower case, no spaces; null for anything else. */
export function parseCertHash(text: string): string | null {
  const hash = text.toLowerCase();
  return HASH.test(hash) ? hash : null;
}
