/**
 * What must not outlive a test, however the test ends.
 *
 * `await using` ends what a function has returned. What it has started when it throws instead has no
 * owner yet, so it is registered as soon as it exists. A child of this process needs none: the runtime
 * ends it with the file of the test, though not its children, nor what it has put in the background.
 *
 * @module
 */

const unended = new Set<() => Promise<void>>();

Deno.test.afterEach(async () => {
  await using stack = new AsyncDisposableStack(); // the last first, and all of them
  for (const end of unended) stack.defer(end);
});

/**
 * Registers `end`, which is called once: through the function returned, or when the test has ended.
 */
export function endWithTest(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | null = null;
  const once = (): Promise<void> => {
    unended.delete(once);
    return ending ??= end();
  };
  unended.add(once);
  return once;
}
