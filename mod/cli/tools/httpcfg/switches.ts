/**
 * The switches of Httpcfg.exe: pairs of a switch and its value.
 *
 * The rules are those of the SDK sample, the public twin of the tool: `-` and `/` are equivalent,
 * case does not matter, only the first letter after the prefix counts, pairs are read while two
 * words remain and the next begins with a prefix, an odd last word is ignored, and the last
 * occurrence wins.
 *
 * @module
 */

interface Switches {
  /** Value by lower-case letter. */
  readonly values: ReadonlyMap<string, string>;
  /** The first switch, as typed, whose letter is not among the known ones; null for none. */
  readonly unknown: string | null;
}

/** Reads `words`; `known` holds the letters of the store, as `"i"` or `"ihgcmrxtnf"`. */
export function readSwitches(words: readonly string[], known: string): Switches {
  const values = new Map<string, string>();
  for (let i = 0; i + 1 < words.length; i += 2) {
    const word = words[i]!;
    if (!word.startsWith("-") && !word.startsWith("/")) break;
    const letter = word.charAt(1).toLowerCase();
    if (letter === "" || !known.includes(letter)) return { values, unknown: word };
    values.set(letter, words[i + 1]!);
  }
  return { values, unknown: null };
}
