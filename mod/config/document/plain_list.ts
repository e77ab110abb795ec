/**
 * IPv4 addresses and blocks in canonical text, read at a glance: what almost every stored list has.
 * `list_entry.ts` reads everything else, and says what is wrong with it. Pure.
 *
 * @module
 */

/**
 * Reports whether a list is in its one form and has only such entries: each once, and in order. A
 * query of ten thousand would take longer to parse them than for everything else.
 */
export function isPlainList(texts: readonly string[]): boolean {
  let last = -1;
  // Neighbors mostly differ in the last number alone, which is all that is read of them then.
  let network: Network | null = null;
  for (const text of texts) {
    const near: number | null = network === null ? null : placeIn(network, text);
    const place = near ?? plainPlace(text);
    if (place === null || place <= last) return false;
    if (near === null) network = networkOf(text, place);
    last = place;
  }
  return true;
}

/** What addresses have in common that differ in the last number. */
interface Network {
  /** Their text up to that number. */
  readonly text: string;
  /** The value of the first one. */
  readonly value: number;
}

/** Returns the place of an address of `network`; null for everything else. */
function placeIn(network: Network, text: string): number | null {
  if (!text.startsWith(network.text)) return null;
  const octet = plainOctet(text, network.text.length);
  return octet === null ? null : numberOf(network.value + octet, 32);
}

/** Returns the network of the address or block `text`, which is at `place`. */
function networkOf(text: string, place: number): Network {
  const value = Math.floor(place / PLACES);
  return { text: text.slice(0, text.lastIndexOf(".") + 1), value: value - value % 256 };
}

/** Numbers for each address: one for each length of a prefix. */
const PLACES = 64;

/** Returns the place of an IPv4 block: by its value, then by its bits. */
export function numberOf(value: number, bits: number): number {
  return value * PLACES + bits;
}

const [DOT, SLASH, ZERO] = [0x2e, 0x2f, 0x30];

/**
 * Returns the place of an IPv4 address or block in canonical text, seen without parsing; null for
 * everything else, also for what begins with 0 or with more than 223, which may be no address of a
 * machine.
 */
export function plainPlace(text: string): number | null {
  let [value, part, digits, dots] = [0, 0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT || code === SLASH) {
      if (digits === 0 || part > 255) return null;
      value = value * 256 + part;
      if (code === SLASH) return dots === 3 ? placeOfPrefix(value, text.slice(i + 1)) : null;
      if (++dots > 3) return null;
      part = digits = 0;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && part === 0) || ++digits > 3) return null;
      part = part * 10 + digit;
    }
  }
  if (dots !== 3 || digits === 0 || part > 255) return null;
  return isUnicast(value * 256 + part) ? numberOf(value * 256 + part, 32) : null;
}

/** Returns the number from index `at` to the end, if it is the canonical text of a byte; else null. */
function plainOctet(text: string, at: number): number | null {
  const digits = text.length - at;
  if (digits < 1 || digits > 3) return null;
  let octet = 0;
  for (let i = at; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9 || (i > at && octet === 0)) return null;
    octet = octet * 10 + digit;
  }
  return octet <= 255 ? octet : null;
}

function placeOfPrefix(value: number, prefix: string): number | null {
  const bits = Number(prefix);
  if (!/^[1-9][0-9]?$/.test(prefix) || bits > 31 || value % 2 ** (32 - bits) !== 0) return null;
  return isUnicast(value) ? numberOf(value, bits) : null;
}

function isUnicast(value: number): boolean {
  return value >= 2 ** 24 && value < 224 * 2 ** 24;
}
