/**
 * Waiting for what will be true, never for a time.
 *
 * @module
 */

/** Milliseconds between two looks, and until a test gives up: slow machines are no failure. */
const LOOK_MS = 15;
const GIVE_UP_MS = 60_000;
/** Looks in a row that must show the same before nothing is said to go on any more. */
const STILL_LOOKS = 20;

/** Resolves when `condition` holds. Throws, with the words of `what`, when it never does. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what: string,
  giveUpMs = GIVE_UP_MS,
): Promise<void> {
  const end = performance.now() + giveUpMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${giveUpMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Resolves when what `measure` gives has stopped to change, as that of a writer whom nobody reads. */
export async function standstill(measure: () => number, what: string): Promise<void> {
  let [last, looks] = [measure(), 0];
  await waitFor(() => {
    const now = measure();
    looks = now === last ? looks + 1 : 0;
    last = now;
    return looks >= STILL_LOOKS;
  }, `${what} to stand still`);
}
