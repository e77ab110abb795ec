/**
 * The classes of bytes in a request: one table of bits, so that the scanners test a byte with one
 * load and one mask.
 *
 * @module
 */

export const CR = 0x0d;
export const LF = 0x0a;
export const SP = 0x20;
export const HTAB = 0x09;
export const DEL = 0x7f;
export const COLON = 0x3a;
export const SLASH = 0x2f;
export const QUESTION = 0x3f;
export const PERCENT = 0x25;

/** tchar of RFC 9110 5.6.2: methods, field names, chunk extension names. */
export const TOKEN = 1;
/** field-vchar, SP and HTAB: bytes of a field value. No NUL or other control byte, no DEL. */
export const VALUE = 2;
/** Visible ASCII: bytes of a request target, before it is parsed. */
export const VISIBLE = 4;
/** Bytes accepted in a path: visible except `#`, `?` and `\`. */
export const PATH = 8;
/** Bytes accepted in a query: visible except `#`. */
export const QUERY = 16;
/** Bytes accepted in a host: letters, digits, `-`, `.`, `_`, `~`. No sub-delims, no escapes. */
export const HOST = 32;
/** qdtext of RFC 9110 5.6.4: bytes of a quoted string that need no backslash. */
export const QUOTED = 64;

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";

/** The class bits of each byte. */
export const BYTE_CLASS: Uint8Array = classes();

/** The value of each hexadecimal digit; 255 for any other byte. */
export const HEX_VALUE: Uint8Array = hexValues();

function classes(): Uint8Array {
  const table = new Uint8Array(256);
  for (let c = 0; c < 256; c++) {
    const char = String.fromCharCode(c);
    const isAlphanumeric = /[0-9A-Za-z]/.test(char);
    const isVisible = c > 0x20 && c < 0x7f;
    let bits = 0;
    if (isAlphanumeric || (isVisible && TOKEN_MARKS.includes(char))) bits |= TOKEN;
    if (c === HTAB || (c >= SP && c !== DEL)) bits |= VALUE;
    if (isVisible) bits |= VISIBLE;
    if (isVisible && !"#?\\".includes(char)) bits |= PATH;
    if (isVisible && char !== "#") bits |= QUERY;
    if (isAlphanumeric || (isVisible && "-._~".includes(char))) bits |= HOST;
    if ((bits & VALUE) !== 0 && !'"\\'.includes(char)) bits |= QUOTED;
    table[c] = bits;
  }
  return table;
}

function hexValues(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (let value = 0; value < 16; value++) {
    const digit = value.toString(16);
    table[digit.charCodeAt(0)] = value;
    table[digit.toUpperCase().charCodeAt(0)] = value;
  }
  return table;
}
