/**
 * Edge: a time limit for what another process is asked.
 *
 * @module
 */

/** Returns the result of `asked`, or that of `otherwise` if it takes longer than `limitMs`. */
export async function within<T>(
  limitMs: number,
  asked: Promise<T>,
  otherwise: () => T,
): Promise<T> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, limitMs);
  try {
    return await Promise.race([asked, late.then(otherwise)]);
  } finally {
    clearTimeout(timer);
  }
}
