/**
 * Edge: one TLS handshake for a server name, to check the certificate that is served for it.
 *
 * @module
 */
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import type { Endpoint } from "../../base/address.ts";
import { messageOf, quote } from "../../base/fault.ts";
import type { IpBlocks } from "../../base/ip_blocks.ts";
import { oneLine } from "../../base/printable.ts";
import { connectOwnTls } from "./own_tls.ts";

/** Milliseconds for a handshake with this machine. */
const HANDSHAKE_MS = 5000;

/**
 * Returns what is wrong with the certificate for `name` at the endpoint, as the end of a sentence;
 * null if nothing is. The issuer is not checked: it may be an authority that this machine does not
 * know. From `proxies`, the service expects a PROXY header.
 */
export async function probeName(
  endpoint: Endpoint,
  name: string,
  proxies: IpBlocks,
): Promise<string | null> {
  const { secure, abort } = connectOwnTls(endpoint, proxies, { servername: name });
  let hasTimedOut = false;
  const timer = setTimeout(() => {
    hasTimedOut = true;
    abort();
  }, HANDSHAKE_MS);
  try {
    return certificateProblem((await secure).getPeerCertificate(), name);
  } catch (error) {
    return hasTimedOut ? "the handshake timed out" : `the handshake failed: ${messageOf(error)}`;
  } finally {
    clearTimeout(timer);
    abort();
  }
}

/** Checks the name and the dates of a certificate. Pure except for the clock. */
export function certificateProblem(
  certificate: Pick<PeerCertificate, "subject" | "subjectaltname" | "valid_from" | "valid_to">,
  name: string,
  now: number = Date.now(),
): string | null {
  if (checkServerIdentity(name, certificate as PeerCertificate) !== undefined) {
    const names = certificate.subjectaltname ?? `CN:${certificate.subject?.CN ?? ""}`;
    return `the certificate is for ${oneLine(names)}, not for ${quote(name)}`;
  }
  if (now > Date.parse(certificate.valid_to)) {
    return `the certificate for ${quote(name)} expired on ${certificate.valid_to}`;
  }
  if (now < Date.parse(certificate.valid_from)) {
    return `the certificate for ${quote(name)} is not valid before ${certificate.valid_from}`;
  }
  return null;
}
