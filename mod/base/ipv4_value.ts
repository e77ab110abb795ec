/**
 * IPv4 addresses read as numbers, without an object: lists have 100,000 of them. Apart from what an
 * address is, because a query of the list needs no more of it. Pure.
 *
 * @module
 */

const [DOT, ZERO] = [0x2e, 0x30];

/** Returns the value of an IPv4 address in canonical text; -1 for any other text. */
export function ipv4Value(text: string): number {
  let [value, part, digits, dots] = [0, 0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || ++dots > 3) return -1;
      value = value * 256 + part;
      part = digits = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && part === 0)) return -1;
      part = part * 10 + digit;
      if (part > 255) return -1;
      digits++;
    }
  }
  return dots === 3 && digits > 0 ? value * 256 + part : -1;
}

/** Returns the value of the first address of the block of `bits` bits that has the address `value`. */
export function ipv4Network(value: number, bits: number): number {
  return value - value % 2 ** (32 - bits);
}
