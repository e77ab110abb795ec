/**
 * IPv4 addresses and blocks in canonical text, read at a glance: what almost every stored list has.
 * `list_entry.ts` reads everything else, and says what is wrong with it. Pure.
 *
 * @module
 */
import { ipv4Network, ipv4Value } from "../../base/ipv4_value.ts";

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

/**
 * Returns the place of an IPv4 address or block in canonical text, seen without parsing; null for
 * everything else, also for what begins with 0 or with more than 223, which may be no address of a
 * machine.
 */
export function plainPlace(text: string): number | null {
  const slash = text.indexOf("/");
  const value = ipv4Value(slash < 0 ? text : text.slice(0, slash));
  if (value < UNICAST_MIN || value > UNICAST_MAX) return null;
  return slash < 0 ? numberOf(value, 32) : placeOfPrefix(value, text.slice(slash + 1));
}

const UNICAST_MIN = 2 ** 24;
const UNICAST_MAX = 224 * 2 ** 24 - 1;

const ZERO = 0x30;

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
  if (!/^[1-9][0-9]?$/.test(prefix) || bits > 31 || ipv4Network(value, bits) !== value) return null;
  return numberOf(value, bits);
}
