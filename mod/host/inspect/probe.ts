/**
 * Edge: one attempt to connect.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
import type { ProbeResult } from "./verify.ts";

/** Milliseconds for an address of this very machine to answer. */
const PROBE_MS = 2000;

/** Connects and hangs up at once. */
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
