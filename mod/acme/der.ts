/**
 * The little of DER that ACME needs: values are written for a request, and an extension is read
 * from a certificate. Pure.
 *
 * @module
 */

/** The tags of ASN.1 that are used here. */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value: its tag, its content, and where the next one begins. */
interface Value {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly end: number;
}

/** Returns a value with `tag`, whose content is `parts` one after the other. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concat([new Uint8Array([tag, ...lengthBytes(length)]), ...parts]);
}

/** Returns a non-negative integer whose magnitude is `bytes`, in as few bytes as DER allows. */
export function derInteger(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const short = bytes.subarray(start);
  return (short[0] ?? 0) >= 0x80
    ? der(TAG.integer, new Uint8Array([0]), short)
    : der(TAG.integer, short);
}

/** Returns the object identifier `dotted`, such as `2.5.29.17`. */
export function derOid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAG.oid, new Uint8Array([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Returns the bytes of `parts` one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Returns the values that `bytes` consists of; null if they are no DER. */
export function readDer(bytes: Uint8Array): Value[] | null {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length;) {
    const value = readValue(bytes, at);
    if (value === null) return null;
    values.push(value);
    at = value.end;
  }
  return values;
}

function readValue(bytes: Uint8Array, at: number): Value | null {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) return null;
  let start = at + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first - 0x80;
    if (count === 0 || count > 4 || start + count > bytes.length) return null;
    length = bytes.subarray(start, start + count).reduce((sum, byte) => sum * 256 + byte, 0);
    start += count;
  }
  const end = start + length;
  return end > bytes.length ? null : { tag, content: bytes.subarray(start, end), end };
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 + bytes.length, ...bytes];
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 + rest % 128);
  }
  return bytes;
}
