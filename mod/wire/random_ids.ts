/**
 * Edge: random identifiers, which nobody can guess and which tell nothing of how many there were.
 *
 * The bytes are taken from the system for many identifiers at a time: one costs less than the head
 * of a response.
 *
 * @module
 */

/** Bytes that are taken from the system at a time. */
const POOL_BYTES = 4096;

const ZEROS = "0".repeat(16);
const pool = new Uint8Array(POOL_BYTES);
/** The bytes of the pool that were used. */
let used = POOL_BYTES;

/** Returns `bytes` random bytes as lower-case hexadecimal digits, never all of them 0. */
export function randomHex(bytes: 8 | 16): string {
  for (;;) {
    if (used + bytes > POOL_BYTES) {
      crypto.getRandomValues(pool);
      used = 0;
    }
    const text = pool.subarray(used, used += bytes).toHex();
    if (!text.startsWith(ZEROS)) return text; // of traces, one of zeros is invalid
  }
}
