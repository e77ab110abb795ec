/**
 * The switches of Httpcfg.exe: pairs of a switch and its value.
 *
 * The rules are those of the SDK sample, the public twin of the tool: `-` and `/` are equivalent,
 * case does not matter, only the first letter after the prefix counts, pairs are read while two
 * words remain and the next begins with a prefix, and an odd last word is ignored. The last
 * occurrence wins where a store takes one value.
 *
 * @module
 */

interface Switches {
  /** Value by lower-case letter; the last one. */
  readonly values: ReadonlyMap<string, string>;
  /** All pairs of a lower-case letter and its value, in order. */
  readonly pairs: readonly (readonly [letter: string, value: string])[];
  /** The words after the pairs. */
  readonly rest: readonly string[];
  /** The first switch, as typed, whose letter is not among the known ones; null for none. */
  readonly unknown: string | null;
}

/** Reads `words`; `known` holds the letters of the store, as `"i"` or `"ihgcmrxtnf"`. */
export function readSwitches(words: readonly string[], known: string): Switches {
  const pairs: [string, string][] = [];
  let unknown: string | null = null;
  let i = 0;
  for (; i + 1 < words.length; i += 2) {
    const word = words[i]!;
    if (!word.startsWith("-") && !word.startsWith("/")) break;
    const letter = word.charAt(1).toLowerCase();
    if (letter === "" || !known.includes(letter)) {
      unknown = word;
      break;
    }
    pairs.push([letter, words[i + 1]!]);
  }
  return { values: new Map(pairs), pairs, rest: words.slice(i), unknown };
}
