/**
 * HTTP test data that is next to the project, not part of it. Tests that need it are skipped if it
 * is absent.
 *
 * @module
 */

/** Reads `../shared/corpora/NAME`, relative to the project's root; null if it is absent. */
export function readCorpus<T>(name: string): T | null {
  const url = new URL(`../../../shared/corpora/${name}`, import.meta.url);
  try {
    return JSON.parse(Deno.readTextFileSync(url)) as T;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Decodes base64 text. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
