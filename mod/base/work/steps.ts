/**
 * Long work in steps: a generator that yields where it may be interrupted, and returns its result.
 *
 * The work itself knows no clock. A command does it {@linkcode atOnce}; a service, which must keep
 * serving meanwhile, does it in slices of time (`slices.ts`). Pure.
 *
 * @module
 */

/** Work that may pause at each `yield`, which a few microseconds of work precede. */
export type Steps<T> = Generator<void, T, void>;

/** Members of a list that are worked on without a pause: less than a millisecond of work. */
const MEMBERS_AT_ONCE = 64;
/** Members that are sorted, or compared, without a pause. */
const SORTED_AT_ONCE = 1024;

/** Does all of the work now. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Calls `work` for each member, up to {@linkcode MEMBERS_AT_ONCE} of them in a step. */
export function* forEach<T>(
  members: Iterable<T>,
  work: (member: T) => void,
  membersAtOnce = MEMBERS_AT_ONCE,
): Steps<void> {
  let count = 0;
  for (const member of members) {
    work(member);
    if (++count % membersAtOnce === 0) yield;
  }
}

/** Returns what `work` returns for each member. */
export function* map<T, U>(members: Iterable<T>, work: (member: T) => U): Steps<U[]> {
  const results: U[] = [];
  yield* forEach(members, (member) => void results.push(work(member)));
  return results;
}

/** Returns the members that `isWanted` selects. */
export function* filter<T>(members: Iterable<T>, isWanted: (member: T) => boolean): Steps<T[]> {
  const results: T[] = [];
  yield* forEach(members, (member) => {
    if (isWanted(member)) results.push(member);
  });
  return results;
}

/** Returns two lists without their common beginning and end. */
export function* unequalParts<T>(
  before: readonly T[],
  after: readonly T[],
): Steps<readonly [readonly T[], readonly T[]]> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) {
    if (++start % SORTED_AT_ONCE === 0) yield;
  }
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) {
    if (++end % SORTED_AT_ONCE === 0) yield;
  }
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)];
}

/** Returns the members in the order of `compare`; equal ones keep their order. */
export function* sort<T>(
  members: readonly T[],
  compare: (a: T, b: T) => number,
): Steps<readonly T[]> {
  if (yield* isSorted(members, compare)) return members; // as most lists are
  let runs: T[][] = [];
  for (let start = 0; start < members.length; start += SORTED_AT_ONCE) {
    runs.push(members.slice(start, start + SORTED_AT_ONCE).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const [left, right] = [runs[i]!, runs[i + 1]];
      merged.push(right === undefined ? left : yield* merge(left, right, compare));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* isSorted<T>(members: readonly T[], compare: (a: T, b: T) => number): Steps<boolean> {
  for (let i = 1; i < members.length; i++) {
    if (compare(members[i - 1]!, members[i]!) > 0) return false;
    if (i % SORTED_AT_ONCE === 0) yield;
  }
  return true;
}

function* merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
): Steps<T[]> {
  // Parts of most lists are in order.
  if (compare(left.at(-1)!, right[0]!) <= 0) return left.concat(right);
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < left.length && j < right.length) {
    merged.push(compare(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!);
    if (merged.length % SORTED_AT_ONCE === 0) yield;
  }
  return merged.concat(left.slice(i), right.slice(j));
}
