/**
 * First messages of TLS clients, made by hand.
 *
 * @module
 */

function ascii(text: string): number[] {
  return [...text].map((char) => char.charCodeAt(0));
}

/** A vector with a length of `size` bytes. */
export function vector(
  size: number,
  ...content: readonly (number | readonly number[])[]
): number[] {
  const bytes = content.flat();
  const length = Array.from({ length: size }, (_, i) => bytes.length >> 8 * (size - 1 - i) & 255);
  return [...length, ...bytes];
}

export function extension(
  type: number,
  ...content: readonly (number | readonly number[])[]
): number[] {
  return [type >> 8, type & 255, ...vector(2, ...content)];
}

export interface Parts {
  readonly version?: readonly number[];
  readonly sessionId?: readonly number[];
  readonly ciphers?: readonly number[];
  readonly compression?: readonly number[];
  /** Null for a message that ends before them. */
  readonly extensions?: readonly number[] | null;
  readonly rest?: readonly number[];
}

export function message(parts: Parts = {}): number[] {
  const { version = [3, 3], sessionId = [], ciphers = [0x13, 1], compression = [0] } = parts;
  const { extensions = [], rest = [] } = parts;
  return [
    1,
    ...vector(
      3,
      version,
      new Array(32).fill(7),
      vector(1, sessionId),
      vector(2, ciphers),
      vector(1, compression),
      extensions === null ? [] : vector(2, extensions),
      rest,
    ),
  ];
}

/** The message in records of at most `room` bytes. */
export function records(bytes: readonly number[], room = 16_384): Uint8Array {
  const parts: number[] = [];
  for (let at = 0; at < bytes.length; at += room) {
    parts.push(0x16, 3, 1, ...vector(2, bytes.slice(at, at + room)));
  }
  return Uint8Array.from(parts);
}

export const hostName = (name: string): number[] => [0, ...vector(2, ascii(name))];
export const serverName = (...names: number[][]): number[] => extension(0, vector(2, ...names));
export const alpn = (...names: string[]): number[] => {
  return extension(16, vector(2, ...names.map((name) => vector(1, ascii(name)))));
};
export const versions = (...list: number[][]): number[] => extension(43, vector(1, ...list));
