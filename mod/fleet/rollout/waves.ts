/**
 * In which order the members of a fleet get a revision. Pure.
 *
 * @module
 */

/** So many members of a wave at most, whatever the size of the fleet: what one mistake can reach. */
export const WAVE_MAX = 100;

/** The parts of all members that the waves after the canaries have; the last wave has the rest. */
const PARTS = [0.1, 0.3];

/**
 * Returns the waves of `names`: the canaries, which are so many of the first or those named, then a
 * tenth, three tenths, and the rest, in waves of at most {@linkcode WAVE_MAX}. Each has at least one
 * member, and each member is in one.
 */
export function makeWaves(
  names: readonly string[],
  canaries: number | readonly string[],
): readonly (readonly string[])[] {
  const sorted = [...new Set(names)].sort();
  const first = typeof canaries === "number"
    ? sorted.slice(0, canaries)
    : sorted.filter((name) => canaries.includes(name));
  let rest = sorted.filter((name) => !first.includes(name));
  const waves = [first];
  for (const part of PARTS) {
    const size = Math.max(1, Math.floor(sorted.length * part));
    waves.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return [...waves, rest].flatMap(inPieces);
}

function inPieces(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / WAVE_MAX);
  return Array.from(
    { length: count },
    (_, i) => names.slice(i * WAVE_MAX, (i + 1) * WAVE_MAX),
  );
}
