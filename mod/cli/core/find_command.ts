/**
 * The command that a line begins with.
 *
 * @module
 */

/** Returns the name of the command that `words` begin with, in any case; the longest wins. */
export function findCommand(words: readonly string[], names: readonly string[]): string | null {
  const line = `${words.slice(0, 3).join(" ").toLowerCase()} `;
  let found: string | null = null;
  for (const name of names) {
    if (!line.startsWith(`${name} `)) continue;
    if (found === null || name.length > found.length) found = name;
  }
  return found;
}
