/**
 * Ports for servers under test.
 *
 * @module
 */
import { getAvailablePort } from "@std/net/get-available-port";

/** What this process has been given: a port is free until somebody listens on it. */
const given = new Set<number>();

/**
 * Returns a TCP port that is free on every address, another at each call. It is below the range that
 * systems use for outgoing connections, and random, so that tests that run at the same time do not
 * choose the same.
 */
export function freePort(): number {
  for (;;) {
    const preferredPort = 10_000 + Math.floor(Math.random() * 20_000);
    const port = getAvailablePort({ preferredPort });
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}
