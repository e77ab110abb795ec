/**
 * Self-signed certificates: for tests, for machines that only their owner can reach, and until a
 * real one is available. The library writes the ASN.1; the runtime makes the key and the signature.
 *
 * Only the command that makes such a certificate loads this file, because the library takes longer
 * to load than the rest of the program takes to run.
 *
 * @module
 */
import "reflect-metadata"; // a dependency of the library requires that it is loaded first
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** The certificate to make. */
export interface SelfSignedOptions {
  /** DNS names; the first is the subject. A leading `*.` is a wildcard. */
  readonly names: readonly string[];
  /** IP addresses in canonical text. */
  readonly ips: readonly string[];
  readonly days: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** ECDSA on P-256: small handshakes, and every client of the last ten years supports it. */
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
/** The start is backdated, so that clients whose clocks are slow do not find it not yet valid. */
const BACKDATED_MS = 3_600_000;

/** Makes a key and a certificate, both as PEM. */
export async function makeSelfSigned(
  { names, ips, days, nowMs }: SelfSignedOptions,
): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const alternatives: JsonGeneralName[] = [
    ...names.map((value) => ({ type: "dns" as const, value })),
    ...ips.map((value) => ({ type: "ip" as const, value })),
  ];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [names[0] ?? ips[0]!] }],
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + days * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(alternatives),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    cert: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
  };
}
