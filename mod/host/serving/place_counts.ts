/**
 * How many places each key has taken. Pure.
 *
 * A key whose last place goes back is kept for a while: most clients come again, and a Map from
 * which a key is deleted for each connection leaves as much garbage that outlives the short
 * collections as `base/linked_list.ts` describes of a Set.
 *
 * @module
 */

/** Keys without a place that are kept, or as many as have one: to forget them costs all of these. */
const UNUSED_KEPT = 256;

/** Numbers of places by key. */
export class PlaceCounts {
  #counts = new Map<string, number>();
  #unused = 0;

  /** The number of keys that have a place. */
  get size(): number {
    return this.#counts.size - this.#unused;
  }

  /** The number of keys, with those that are kept. */
  get kept(): number {
    return this.#counts.size;
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    const count = this.#counts.get(key);
    if (count === 0) this.#unused--;
    this.#counts.set(key, (count ?? 0) + 1);
  }

  /** Takes a place from `key`, if it has any. */
  subtract(key: string): void {
    const count = this.of(key);
    if (count === 0) return;
    this.#counts.set(key, count - 1);
    if (count > 1) return;
    this.#unused++;
    if (this.#unused > Math.max(UNUSED_KEPT, this.size)) this.#forgetUnused();
  }

  /** Calls `visit` with each key that has a place, and their number. */
  forEach(visit: (key: string, count: number) => void): void {
    for (const [key, count] of this.#counts) if (count > 0) visit(key, count);
  }

  #forgetUnused(): void {
    this.#counts = new Map([...this.#counts].filter(([, count]) => count > 0));
    this.#unused = 0;
  }
}
