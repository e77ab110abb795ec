/**
 * Edge: one TLS handshake for a server name, to check the certificate that is served for it.
 *
 * @module
 */
import { checkServerIdentity, connect, type PeerCertificate } from "node:tls";
import type { Endpoint } from "../../base/address.ts";
import { quote } from "../../base/fault.ts";
import { oneLine } from "../../base/printable.ts";

/** Milliseconds for a handshake with this machine. */
const HANDSHAKE_MS = 5000;

/**
 * Returns what is wrong with the certificate for `name` at the endpoint, as the end of a sentence;
 * null if nothing is. The issuer is not checked: it may be an authority that this machine does not
 * know.
 */
export function probeName({ ip, port }: Endpoint, name: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port, servername: name, rejectUnauthorized: false });
    const finish = (problem: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => finish("the handshake timed out"), HANDSHAKE_MS);
    socket.once(
      "secureConnect",
      () => finish(certificateProblem(socket.getPeerCertificate(), name)),
    );
    socket.once("error", (error: Error) => finish(`the handshake failed: ${error.message}`));
    socket.once("close", () => finish("the connection was closed during the handshake"));
  });
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
