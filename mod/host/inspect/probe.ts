/**
 * Edge: one connection attempt.
 *
 * @module
 */
import type { Endpoint } from "../../base/address.ts";
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
