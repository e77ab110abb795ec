/**
 * The HTTP test data that lies beside the project, not in it: tests read it where it is there and
 * are skipped where it is not.
 *
 * @module
 */

/** Content of `../shared/corpora/NAME`, seen from the project's root; null where it is absent. */
export function readCorpus<T>(name: string): T | null {
  const url = new URL(`../../../shared/corpora/${name}`, import.meta.url);
  try {
    return JSON.parse(Deno.readTextFileSync(url)) as T;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Bytes of base64 text. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
