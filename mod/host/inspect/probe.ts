/**
 * Edge: one connection attempt, and whether it has reached the service.
 *
 * @module
 */
import { type Endpoint, endpointOf, formatEndpoint } from "../../base/address.ts";
import type { ProbeResult } from "./verify.ts";

/** Milliseconds for an address of this machine to respond. */
const PROBE_MS = 2000;

/** Connects and closes the connection immediately. */
export async function probe({ ip, port }: Endpoint): Promise<ProbeResult> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silent = new Promise<ProbeResult>((resolve) => {
    timer = setTimeout(() => resolve("silent"), PROBE_MS);
  });
  const connected = Deno.connect({ hostname: ip, port }).then(
    (conn): ProbeResult => {
      conn.close();
      return "accepted";
    },
    (): ProbeResult => "refused",
  );
  const result = await Promise.race([connected, silent]);
  clearTimeout(timer);
  return result;
}

/** Milliseconds between two questions about one connection. */
const ASK_AGAIN_MS = 20;

/**
 * Connects, and asks the service until it has the connection, which it accepts in its own time. False
 * if it does not get it: somebody else has. Null if `hasClient` cannot say.
 */
export async function reachesService(
  { ip, port }: Endpoint,
  hasClient: (client: string) => Promise<boolean | null>,
): Promise<boolean | null> {
  let conn: Deno.TcpConn;
  try {
    conn = await Deno.connect({ hostname: ip, port });
  } catch {
    return null;
  }
  try {
    const client = formatEndpoint(endpointOf(conn.localAddr));
    for (const end = performance.now() + PROBE_MS;;) {
      const isOurs = await hasClient(client);
      if (isOurs !== false || performance.now() > end) return isOurs;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  } finally {
    conn.close();
  }
}
