/**
 * The credentials of basic authentication in an Authorization field (RFC 7617). Pure.
 *
 * @module
 */

/** A user name and a password. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
/** Characters of a field: a user name and a password that people type are far shorter. */
const FIELD_MAX = 2048;

/** Parses the value of Authorization; null if it has no credentials of this kind. */
export function parseCredentials(value: string | null): Credentials | null {
  if (value === null || value.length > FIELD_MAX) return null;
  const [, encoded] = BASIC.exec(value) ?? [];
  if (encoded === undefined) return null;
  const text = decoded(encoded);
  const colon = text?.indexOf(":") ?? -1;
  // The user name is logged, and bcrypt ends a password at a NUL: neither has a control character.
  if (text === null || colon < 1 || /\p{Cc}/u.test(text)) return null;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decoded(base64: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // the length of base64, or UTF-8
  }
}
