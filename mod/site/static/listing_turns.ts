/**
 * Work on thousands of names, cut into slices that hold up no other request.
 *
 * @module
 */
import { pause } from "../../base/work/slices.ts";

/** Items that are sorted together, and items that are moved or looked at in one slice: below 2 ms. */
const RUN = 500;
const SLICE = 4000;

let lastTurn: Promise<void> = Promise.resolve();

/** Resolves in a turn of the event loop of its own: many listings together hold up no one either. */
export function turn(): Promise<void> {
  lastTurn = lastTurn.then(pause);
  return lastTurn;
}

/** Returns the items for which `isWanted` is true. */
export async function filterInTurns<T>(
  items: readonly T[],
  isWanted: (item: T) => boolean,
): Promise<T[]> {
  const wanted: T[] = [];
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await turn();
    for (const item of items.slice(start, start + SLICE)) if (isWanted(item)) wanted.push(item);
  }
  return wanted;
}

/** Returns the items in order: short runs are sorted, then merged in pairs. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Promise<T[]> {
  let from = [...items];
  for (let start = 0; start < from.length; start += RUN) {
    if (start > 0) await turn();
    const run = from.slice(start, start + RUN).sort(compare);
    for (const [i, item] of run.entries()) from[start + i] = item;
  }
  let left = SLICE;
  for (let size = RUN; size < from.length; size *= 2) {
    const to: T[] = [];
    for (let start = 0; start < from.length; start += 2 * size) {
      const middle = Math.min(start + size, from.length);
      const end = Math.min(start + 2 * size, from.length);
      let [a, b] = [start, middle];
      while (a < middle || b < end) {
        const isFirst = b === end || (a < middle && compare(from[a]!, from[b]!) <= 0);
        to.push(isFirst ? from[a++]! : from[b++]!);
        if (--left > 0) continue;
        left = SLICE;
        await turn();
      }
    }
    from = to;
  }
  return from;
}
