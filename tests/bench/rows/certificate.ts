/** The certificate of all servers that speak TLS: ECDSA on P-256. */
import { makeSelfSigned } from "../../../mod/config/certs/self_signed.ts";

export const TLS_NAME = "bench.test";

export function makeCertificate(): Promise<{ cert: string; key: string }> {
  const ips = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"];
  return makeSelfSigned({ names: [TLS_NAME], ips, days: 30, nowMs: Date.now() });
}
