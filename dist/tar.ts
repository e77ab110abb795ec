/**
 * Makes a tar archive (POSIX ustar) whose bytes depend only on its entries: the same input gives
 * the same archive on every machine; and finds a file in one. Pure.
 *
 * @module
 */

export interface TarEntry {
  /** A plain file name of at most 100 bytes of ASCII. */
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
  /** Permission bits. */
  readonly mode: number;
}

const BLOCK = 512;

/** Returns the parts of the archive in order: headers, contents and padding. */
export function tarParts(entries: readonly TarEntry[]): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const entry of entries) {
    parts.push(header(entry), entry.content);
    parts.push(new Uint8Array((BLOCK - entry.content.length % BLOCK) % BLOCK));
  }
  parts.push(new Uint8Array(2 * BLOCK));
  return parts;
}

/** Returns the content of the file `name` in an archive; null if it has none, or not all of it. */
export function findInTar(
  archive: Uint8Array<ArrayBuffer>,
  name: string,
): Uint8Array<ArrayBuffer> | null {
  const text = (at: number, length: number): string =>
    new TextDecoder().decode(archive.subarray(at, at + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= archive.length;) {
    if (archive[at] === 0) return null; // the end
    const size = parseInt(text(at + 124, 12).trim() || "0", 8);
    if (!Number.isSafeInteger(size)) return null;
    const start = at + BLOCK;
    const prefix = text(at + 257, 5) === "ustar" ? text(at + 345, 155) : "";
    const found = `${prefix === "" ? "" : `${prefix}/`}${text(at, 100)}`;
    const isFile = ["", "0"].includes(text(at + 156, 1));
    if (isFile && found === name) {
      return start + size <= archive.length ? archive.subarray(start, start + size) : null;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}

/**
 * Returns the header of an entry. Owner, group and time are zero; the unpacking side sets its own.
 */
function header(entry: TarEntry): Uint8Array<ArrayBuffer> {
  if (!/^[\w.-]{1,100}$/.test(entry.name)) throw new Error(`Cannot archive "${entry.name}"`);
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string): void => {
    block.set(new TextEncoder().encode(text), offset);
  };
  put(0, entry.name);
  put(100, octal(entry.mode, 7));
  put(108, octal(0, 7));
  put(116, octal(0, 7));
  put(124, octal(entry.content.length, 11));
  put(136, octal(0, 11));
  put(148, " ".repeat(8)); // The checksum is computed with its own field blank.
  put(156, "0");
  put(257, "ustar\x0000");
  put(148, `${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
