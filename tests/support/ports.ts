/**
 * Ports for servers under test.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";

/**
 * A TCP port that is free on every address. From below the range from which systems take ports for
 * connections, and at random, so that tests that run at the same time do not take it from each other.
 */
export function freePort(): number {
  const preferredPort = 10_000 + Math.floor(Math.random() * 20_000);
  return getAvailablePort({ preferredPort });
}
