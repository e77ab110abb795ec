/**
 * How long a server asks to wait. Pure.
 *
 * @module
 */

/** Returns the milliseconds of a Retry-After field, seconds or a date; null for none. */
export function retryAfterMs(value: string | null, nowMs: number): number | null {
  if (value === null) return null;
  if (/^[0-9]{1,9}$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}
