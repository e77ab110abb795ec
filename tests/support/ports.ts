/**
 * Ports for servers under test.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";

/**
 * Returns a TCP port that is free on every address. It is below the range that systems use for
 * outgoing connections, and random, so that tests that run at the same time do not choose the same.
 */
export function freePort(): number {
  const preferredPort = 10_000 + Math.floor(Math.random() * 20_000);
  return getAvailablePort({ preferredPort });
}
