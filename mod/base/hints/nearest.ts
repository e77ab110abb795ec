/**
 * The name that somebody who made a typing error meant. Pure.
 *
 * @module
 */
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/**
 * Returns the one of `names` that `text` abbreviates, or the one that differs least from it, in the
 * order of its characters or in at most a third of them; null if there is none. Case does not
 * matter.
 */
export function nearestName(text: string, names: readonly string[]): string | null {
  const word = text.toLowerCase().slice(0, WORD_MAX);
  const begun = names.filter((name) => word.length > 1 && name.toLowerCase().startsWith(word));
  if (begun.length === 1) return begun[0]!;
  let best: string | null = null;
  let fewest = Infinity;
  for (const name of names) {
    const lower = name.toLowerCase();
    const isExchange = sorted(word) === sorted(lower);
    // In a word this short, another first letter makes another word.
    if (name.length <= 3 && lower[0] !== word[0] && !isExchange) continue;
    const distance = isExchange ? 1 : levenshteinDistance(word, lower);
    const isNear = distance <= Math.max(1, Math.floor(name.length / 3));
    if (isNear && distance < fewest) [best, fewest] = [name, distance];
  }
  return best;
}

function sorted(text: string): string {
  return [...text].sort().join("");
}

/** Characters of a text that are compared: the cost grows with the product of both lengths. */
const WORD_MAX = 100;
