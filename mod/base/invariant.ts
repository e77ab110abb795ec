/**
 * Crash on a programmer's error, in shipped code too: going on from an impossible state costs more.
 *
 * @module
 */

/** Throws when `condition` does not hold; `message` says what was believed. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}
