/**
 * Headers of the PROXY protocol, as a proxy would make them, right or wrong.
 *
 * @module
 */

/** The twelve bytes with which version 2 begins. */
export const SIGNATURE = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);

/** What follows the signature: by default a PROXY of version 2 for TCP over IPv4. */
interface Binary {
  /** Version and command. */
  readonly kind?: number;
  /** Family and transport. */
  readonly family?: number;
  /** The bytes behind the length. */
  readonly body?: readonly number[];
  /** The length that is said; that of the body by default. */
  readonly length?: number;
}

/** 192.0.2.9:4711 came to 198.51.100.1:443. */
export const V4_BODY = [192, 0, 2, 9, 198, 51, 100, 1, 0x12, 0x67, 0x01, 0xbb];
/** [2001:db8::9]:4711 came to [2001:db8::1]:443. */
export const V6_BODY = [
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9],
  ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[0x12, 0x67, 0x01, 0xbb],
];

/** Returns a header of version 2. */
export function binary(
  { kind = 0x21, family = 0x11, body = V4_BODY, length = body.length }: Binary = {},
): Uint8Array {
  return Uint8Array.of(...SIGNATURE, kind, family, length >> 8, length & 0xff, ...body);
}

/** Returns a field behind the addresses. */
export function tlv(type: number, value: readonly number[], length = value.length): number[] {
  return [type, length >> 8, length & 0xff, ...value];
}

/** Returns `text` as bytes. */
export function line(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
