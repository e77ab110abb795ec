/**
 * Assertions that stay in released code: a programming error crashes, because continuing from an
 * impossible state costs more.
 *
 * @module
 */

/** Throws if `condition` does not hold; `message` states what should be true. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant violated: ${message}`);
}
