/**
 * Zip archives (PKWARE's APPNOTE, 4.3): made so that the bytes depend only on the entries, and read
 * again. Pure. There is no zip64, because no archive here has 4 GiB.
 *
 * @module
 */
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/** A file in an archive. */
export interface ZipEntry {
  /** A relative path with `/`. */
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

const LOCAL_SIGNATURE = 0x04034b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** Version 2.0, the first with directories and this compression. */
const VERSION = 20;
const DEFLATED = 8;
/** 1 January 1980, the first day that the format knows. */
const DATE = (1 << 5) | 1;

/** Returns the parts of the archive in order. */
export function zipParts(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    if (!isPlainPath(name)) throw new Error(`Cannot archive "${name}"`);
    const nameBytes = new TextEncoder().encode(name);
    const packed = new Uint8Array(deflateRawSync(content));
    // What both headers have, from the version that unpacks it to the length of the name.
    const common: Field[] = [
      ...[[2, VERSION], [2, 0], [2, DEFLATED], [2, 0], [2, DATE], [4, crc32(content)]] as const,
      ...[[4, packed.length], [4, content.length], [2, nameBytes.length]] as const,
    ];
    const local = record([[4, LOCAL_SIGNATURE], ...common, [2, 0]]);
    parts.push(local, nameBytes, packed);
    const central: Field[] = [[4, CENTRAL_SIGNATURE], [2, VERSION], ...common];
    const rest: Field[] = [[2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
    directory.push(record([...central, ...rest]), nameBytes);
    offset += local.length + nameBytes.length + packed.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const count: Field = [2, entries.length];
  const end: Field[] = [[4, END_SIGNATURE], [2, 0], [2, 0], count, count, [4, length], [4, offset]];
  return [...parts, ...directory, record([...end, [2, 0]])];
}

/** A number and the bytes that it takes. */
type Field = readonly [bytes: 2 | 4, value: number];

/** Returns the fields one after another, little-endian. */
function record(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** Reads an archive that {@linkcode zipParts} has made. Throws an `Error` if it is damaged. */
export function unzip(bytes: Uint8Array<ArrayBuffer>): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END_SIGNATURE) throw damaged();
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== CENTRAL_SIGNATURE) throw damaged();
    const nameLength = view.getUint16(at + 28, true);
    const nameBytes = bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength);
    const start = view.getUint32(at + 42, true) + LOCAL_BYTES + nameLength;
    const packed = bytes.subarray(start, start + view.getUint32(at + 20, true));
    const size = view.getUint32(at + 24, true);
    const name = new TextDecoder().decode(nameBytes);
    const content = new Uint8Array(inflateRawSync(packed, { maxOutputLength: size + 1 }));
    const isWhole = content.length === size && crc32(content) === view.getUint32(at + 16, true);
    if (!isWhole || !isPlainPath(name)) throw damaged();
    entries.push({ name, content });
    at += CENTRAL_BYTES + nameLength;
  }
  return entries;
}

function damaged(): Error {
  return new Error("Cannot read the archive: it is damaged");
}

/** Reports whether a name stays below the directory that an archive is unpacked into. */
function isPlainPath(name: string): boolean {
  return /^[\w.-]+(?:\/[\w.-]+)*$/.test(name) && !/(?:^|\/)\.\.?(?:\/|$)/.test(name);
}
