/**
 * A set of address blocks, compiled to be asked about the address of each connection. Pure.
 *
 * @module
 */
import { type Bytes, type Ip, ipBytes, withoutZone } from "./address.ts";
import { ipv4Network, ipv4Value } from "./ipv4_value.ts";

/** The addresses whose first `bits` bits are those of `bytes`. */
export interface IpBlock {
  /** 4 or 16; those behind `bits` are 0. */
  readonly bytes: Bytes;
  readonly bits: number;
}

/** The networks of one family whose prefixes have the same length. */
interface Networks<Key> {
  readonly bits: number;
  readonly keys: Set<Key>;
}

/** Blocks of IPv4 and IPv6. An address in IPv6 is compared without its zone. */
export class IpBlocks {
  readonly isEmpty: boolean;
  /** The longest prefixes first, as below. */
  readonly #v4: readonly Networks<number>[];
  readonly #v6: readonly Networks<string>[];

  constructor(blocks: readonly IpBlock[]) {
    this.isEmpty = blocks.length === 0;
    this.#v4 = networksOf(blocks.filter(({ bytes }) => bytes.length === 4), ({ bytes }) => {
      return bytes.reduce((value, byte) => value * 256 + byte, 0);
    });
    this.#v6 = networksOf(blocks.filter(({ bytes }) => bytes.length === 16), ({ bytes, bits }) => {
      return networkKey(bytes, bits);
    });
  }

  includes(ip: Ip): boolean {
    return this.longest(ip) >= 0;
  }

  /** Returns the bits of the longest prefix of a block that has the address; -1 if none has it. */
  longest(ip: Ip): number {
    const value = ipv4Value(ip);
    if (value >= 0) {
      for (const { bits, keys } of this.#v4) if (keys.has(ipv4Network(value, bits))) return bits;
      return -1;
    }
    if (this.#v6.length === 0) return -1;
    const bytes = ipBytes(withoutZone(ip));
    for (const { bits, keys } of this.#v6) if (keys.has(networkKey(bytes, bits))) return bits;
    return -1;
  }
}

function networksOf<Key>(
  blocks: readonly IpBlock[],
  keyOf: (block: IpBlock) => Key,
): readonly Networks<Key>[] {
  const byBits = Map.groupBy(blocks, ({ bits }) => bits);
  return [...byBits].sort(([a], [b]) => b - a).map(([bits, those]) => ({
    bits,
    keys: new Set(those.map(keyOf)),
  }));
}

/** Returns the first `bits` bits as text: a key that all addresses of a network have. */
export function networkKey(bytes: Bytes, bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  const key = bytes.slice(0, whole).join();
  return rest === 0 ? key : `${key},${bytes[whole]! >> (8 - rest)}`;
}
