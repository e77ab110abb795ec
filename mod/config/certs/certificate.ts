/**
 * Edge: what a PEM text contains, and whether a private key belongs to it.
 *
 * The runtime's own X.509 parser reads it. The additional checks find what would make every
 * handshake fail later: an encrypted key, another certificate's key, an RSA key that TLS no longer
 * accepts.
 *
 * @module
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { shellWord } from "../../base/fault.ts";
import { Problem } from "../../base/problem.ts";

/** What is known about a certificate. */
export interface CertificateFacts {
  /** SHA-1 thumbprint, 40 lower-case hex digits. */
  readonly hash: string;
  /** Distinguished name, its parts joined by ", ". */
  readonly subject: string;
  /** The DNS names and addresses for which it is valid, in lower case. */
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Minimum bits of an RSA key that current TLS 1.2 and 1.3 libraries accept. */
const RSA_BITS_MIN = 2048;

/** In the hints of these problems, CERT and KEY stand for the files; see {@linkcode withFiles}. */
const NO_CERTIFICATE = new Problem("the file contains no certificate", {
  hint: "openssl x509 -inform der -in CERT -out CERT.pem; " +
    "httpcfg cert import --cert CERT.pem --key KEY\n" +
    "openssl pkcs12 -in CERT -nodes -out CERT.pem; " +
    "httpcfg cert import --cert CERT.pem --key CERT.pem",
});
const NO_KEY = new Problem("the private key is missing", {
  hint: "httpcfg cert import --cert CERT --key KEY",
});
const ENCRYPTED = new Problem(
  "the private key is encrypted, and a service cannot ask for a password",
  {
    hint: "openssl pkey -in KEY -out KEY.plain; httpcfg cert import --cert CERT --key KEY.plain",
  },
);
const UNREADABLE = new Problem("the private key cannot be read", {
  hint: "openssl pkey -inform der -in KEY -out KEY.pem; " +
    "httpcfg cert import --cert CERT --key KEY.pem",
});
const MISMATCH = new Problem("the private key belongs to another certificate", {
  // They must print the same; the server's own certificate must be the first in its file.
  hint: "openssl x509 -noout -pubkey -in CERT; openssl pkey -pubout -in KEY",
});
const WEAK = new Problem(`the RSA key is too small: at least ${RSA_BITS_MIN} bits are required`, {
  hint: "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out KEY.new; " +
    "openssl req -new -key KEY.new -subj /CN=NAME -addext subjectAltName=DNS:NAME -out KEY.csr",
});

/** Returns the hint of a problem with the files that it is about. */
export function withFiles(
  { hint }: Pick<Problem, "hint">,
  { certFile, keyFile, name }: {
    readonly certFile: string;
    readonly keyFile: string;
    readonly name: string;
  },
): string | undefined {
  const values = { CERT: shellWord(certFile), KEY: shellWord(keyFile), NAME: name };
  return hint?.replace(/\b(?:CERT|KEY|NAME)\b/g, (word) => values[word as keyof typeof values]);
}

/** Describes the first certificate of `pem`, which is the server's own; null if there is none. */
export function certificateFacts(pem: string): CertificateFacts | null {
  const certificate = parseCertificate(pem);
  return certificate === null ? null : {
    hash: certificate.fingerprint.replaceAll(":", "").toLowerCase(),
    subject: subjectOf(certificate).split("\n").join(", "),
    names: namesOf(certificate),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
  };
}

/**
 * Returns why `cert` and `key` (both PEM, the key null for none) cannot be served; null if they
 * can.
 */
export function pairProblem(cert: string, key: string | null): Problem | null {
  const certificate = parseCertificate(cert);
  if (certificate === null) return NO_CERTIFICATE;
  if (key === null) return NO_KEY;
  if (/BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type:.*ENCRYPTED/m.test(key)) return ENCRYPTED;
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(key);
    if (!certificate.checkPrivateKey(privateKey)) return MISMATCH;
  } catch {
    return UNREADABLE;
  }
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN;
  return bits < RSA_BITS_MIN ? WEAK : null;
}

/** Returns the state of a certificate at `now` (ISO 8601). */
export function validity(
  { notBefore, notAfter }: Pick<CertificateFacts, "notBefore" | "notAfter">,
  now: string,
): "valid" | "expired" | "not yet valid" {
  if (now > notAfter) return "expired";
  return now < notBefore ? "not yet valid" : "valid";
}

/** Extracts the private key from a file that may contain more; null if there is none. */
export function keyBlock(pem: string): string | null {
  const match = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^]*?-----END \1-----/.exec(pem);
  return match === null ? null : `${match[0]}\n`;
}

/** Converts a key that {@linkcode pairProblem} accepts to the form that every TLS library reads. */
export function toPkcs8(key: string): string {
  return createPrivateKey(key).export({ type: "pkcs8", format: "pem" }) as string;
}

/** Extracts the certificates from a file that may contain more, in their order; "" for none. */
export function certificateBlocks(pem: string): string {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => `${block}\n`).join("");
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** Returns the subject, which is "" where alternative names say everything: the runtime has none. */
function subjectOf({ subject }: { readonly subject: string | undefined }): string {
  return subject ?? "";
}

function namesOf(certificate: X509Certificate): string[] {
  const alternatives = (certificate.subjectAltName ?? "").split(", ");
  const names = alternatives.flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match === null ? [] : [match[1]!.toLowerCase()];
  });
  const common = /(?:^|\n)CN=(.+)/.exec(subjectOf(certificate))?.[1];
  return names.length > 0 || common === undefined ? names : [common.toLowerCase()];
}
