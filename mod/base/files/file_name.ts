/**
 * Names of things as names of files that every system takes, so that a directory can be copied from
 * one to another. Pure.
 *
 * What is no letter, digit or harmless mark is written as `%2A`: `*.example.com` is
 * `%2A.example.com`, because Windows has no file with an asterisk. A name that Windows takes for a
 * device, with any extension, has its first character written so: `con.example.com` is
 * `%63on.example.com`. All other names are as they are.
 *
 * @module
 */

/** Device names, which Windows recognizes in any directory, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?: *\.| *$)/i;

/** What is written by its number: a dot or a space at the end would be dropped by Windows. */
const UNSAFE = /[^A-Za-z0-9 _.@$+,=~!#&'()[\]{}^;-]|[. ]+$/gu;

const encoder = new TextEncoder();

/** Reports whether Windows takes `name` for a device, whatever the directory. */
export function isDeviceName(name: string): boolean {
  return DEVICE.test(name);
}

/** Returns the name of the file, without an extension, of what is called `name`. */
export function encodeFileName(name: string): string {
  const safe = name.toWellFormed().replace(UNSAFE, escaped);
  return isDeviceName(safe) ? escaped(safe[0]!) + safe.slice(1) : safe;
}

/**
 * Returns what the file `file`, named without its extension, is called. A name that
 * {@linkcode encodeFileName} does not make means itself: a person or an older program chose it.
 */
export function decodeFileName(file: string): string {
  try {
    const name = decodeURIComponent(file);
    return encodeFileName(name) === file ? name : file;
  } catch {
    return file; // a percent sign of its own
  }
}

function escaped(text: string): string {
  return [...encoder.encode(text)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}
