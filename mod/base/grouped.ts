/**
 * Counts as people write them. Pure.
 *
 * @module
 */

/** Returns a count with its thousands apart: `10,000`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
