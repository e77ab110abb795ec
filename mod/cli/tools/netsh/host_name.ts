/**
 * Edge: the name of this machine.
 *
 * @module
 */

/** Returns the host name. */
export function hostName(): string {
  return Deno.hostname();
}
