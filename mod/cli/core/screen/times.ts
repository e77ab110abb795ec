/**
 * Times for people.
 *
 * @module
 */

/** Returns `2026-01-02 03:04:05 UTC` for a time as it is stored, ISO 8601 in UTC. */
export function utcTime(iso: string): string {
  return `${iso.slice(0, 19).replace("T", " ")} UTC`;
}

/** Returns the same without seconds. */
export function utcMinute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
