/**
 * Reads DER (X.690), as far as certificates and revocation lists need it. Pure.
 *
 * Lengths must be in their shortest form, and no element may end outside the one around it:
 * whatever is not DER is malformed.
 *
 * @module
 */

/** The tags of ASN.1 that certificates are made of. */
export const DER_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  enumerated: 0x0a,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** Bytes that are not what they should be. */
export class MalformedDer extends Error {
  override readonly name = "MalformedDer";
}

/** Returns what `read` reads; null if that is malformed. */
export function unlessMalformed<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedDer) return null;
    throw error;
  }
}

/** One element: its tag, its content, and all of its bytes. */
interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Reads the elements of a content, one after the other. Throws {@linkcode MalformedDer}. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether every element has been read. */
  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Reports whether the next element has this tag. */
  isNext(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  /** Returns the next element, which must have the tag if one is given. */
  next(tag?: number): DerElement {
    const start = this.#at;
    const found = this.#byte();
    if ((found & 0x1f) === 0x1f) throw new MalformedDer("a tag of several bytes");
    if (tag !== undefined && found !== tag) {
      throw new MalformedDer(`tag ${found} instead of ${tag}`);
    }
    const length = this.#length();
    const from = this.#at;
    if (length > this.#bytes.length - from) throw new MalformedDer("it ends too early");
    this.#at = from + length;
    return {
      tag: found,
      content: this.#bytes.subarray(from, this.#at),
      whole: this.#bytes.subarray(start, this.#at),
    };
  }

  /** Returns the next element if it has this tag, else null. */
  optional(tag: number): DerElement | null {
    return this.isNext(tag) ? this.next(tag) : null;
  }

  /** Returns a reader of the elements in the next one, which must have the tag. */
  inside(tag: number = DER_TAG.sequence): DerReader {
    return new DerReader(this.next(tag).content);
  }

  /** Throws if there is another element. */
  end(): void {
    if (!this.isAtEnd) throw new MalformedDer("there is something behind it");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new MalformedDer("it ends too early");
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new MalformedDer("a length that DER does not have");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new MalformedDer("a length that is not in its shortest form");
    }
    return length;
  }
}

/** Returns an object identifier as text: `2.5.29.15`. */
export function derOidText(content: Uint8Array): string {
  const parts: number[] = [];
  let value = 0;
  for (const [i, byte] of content.entries()) {
    if (value === 0 && byte === 0x80) throw new MalformedDer("an identifier with a leading zero");
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER / 256) throw new MalformedDer("a large identifier");
    if ((byte & 0x80) !== 0) {
      if (i === content.length - 1) throw new MalformedDer("half an identifier");
      continue;
    }
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(value / 40));
      parts.push(first, value - 40 * first);
    } else parts.push(value);
    value = 0;
  }
  if (parts.length === 0) throw new MalformedDer("an empty identifier");
  return parts.join(".");
}

/** Bytes of a serial number (RFC 5280, 4.1.2.2), and one for the sign. */
const SERIAL_BYTES_MAX = 21;

/** Returns a serial number, which is positive, as hex digits without leading zeros. */
export function derSerial(content: Uint8Array): string {
  const [first, second] = content;
  if (first === undefined || first >= 0x80 || content.length > SERIAL_BYTES_MAX) {
    throw new MalformedDer("a number that is no serial number");
  }
  if (first === 0 && second !== undefined && second < 0x80) {
    throw new MalformedDer("a number with a leading zero");
  }
  return content.subarray(first === 0 && second !== undefined ? 1 : 0).toHex();
}

/** Returns a small number that is not negative. */
export function derSmallNumber(content: Uint8Array): number {
  if (content.length === 0 || content.length > 4 || content[0]! >= 0x80) {
    throw new MalformedDer("a number that is too large");
  }
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Returns a Boolean, which DER writes in one way. */
export function derBoolean(content: Uint8Array): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) {
    throw new MalformedDer("a Boolean that DER does not have");
  }
  return content[0] === 0xff;
}

/** Returns a time of X.509 (RFC 5280, 4.1.2.5) in milliseconds since 1970. */
export function derTimeMs({ tag, content }: DerElement): number {
  const text = String.fromCharCode(...content.subarray(0, 20));
  const pattern = tag === DER_TAG.utcTime
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
  const [year, month, day, hour, minute, second] = (pattern.exec(text) ?? []).slice(1).map(Number);
  if (second === undefined) throw new MalformedDer("a time that X.509 does not have");
  const century = tag !== DER_TAG.utcTime ? 0 : year! < 50 ? 2000 : 1900;
  const date = new Date(0);
  date.setUTCFullYear(century + year!, month! - 1, day!);
  date.setUTCHours(hour!, minute!, second);
  const isDate = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day! &&
    date.getUTCHours() === hour && date.getUTCMinutes() === minute;
  if (!isDate) throw new MalformedDer("no date of the calendar");
  return date.getTime();
}

/** Returns the bytes of a bit string that has no unused bits, as signatures and keys have none. */
export function derWholeBits(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw new MalformedDer("a bit string with unused bits");
  return content.subarray(1);
}
