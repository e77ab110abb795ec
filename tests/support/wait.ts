/**
 * Waiting for conditions, never for a time.
 *
 * @module
 */

/** Milliseconds between two checks, and until a test gives up: a slow machine is not a failure. */
const CHECK_MS = 15;
const GIVE_UP_MS = 60_000;
/** Consecutive checks with the same result after which a value counts as unchanging. */
const STILL_CHECKS = 20;

/** Resolves when `condition` holds. Throws an error that names `what` if it never does. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  giveUpMs = GIVE_UP_MS,
): Promise<void> {
  const end = performance.now() + giveUpMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${giveUpMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}

/** Resolves when the result of `measure` no longer changes, like that of a blocked writer. */
export async function standstill(measure: () => number, what: string): Promise<void> {
  let [last, checks] = [measure(), 0];
  await waitFor(() => {
    const now = measure();
    checks = now === last ? checks + 1 : 0;
    last = now;
    return checks >= STILL_CHECKS;
  }, `${what} to stand still`);
}
