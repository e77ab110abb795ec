/**
 * Edge: signatures of certificates and revocation lists, verified by the runtime. Only algorithms
 * and keys that TLS accepts today: no SHA-1, no RSA key below 2048 bits.
 *
 * @module
 */
import { constants, createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { DER_TAG, derOidText, DerReader, unlessMalformed } from "./der_reader.ts";
import type { Signed, X509 } from "./x509.ts";

const RSA_BITS_MIN = 2048;
const RSA_PSS = "1.2.840.113549.1.1.10";

interface Algorithm {
  /** Null where the kind of the key says all. */
  readonly hash: string | null;
  readonly key: "rsa" | "ec" | "ed25519";
  readonly isPss?: true;
}

const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ["1.2.840.113549.1.1.11", { hash: "sha256", key: "rsa" }],
  ["1.2.840.113549.1.1.12", { hash: "sha384", key: "rsa" }],
  ["1.2.840.113549.1.1.13", { hash: "sha512", key: "rsa" }],
  ["1.2.840.10045.4.3.2", { hash: "sha256", key: "ec" }],
  ["1.2.840.10045.4.3.3", { hash: "sha384", key: "ec" }],
  ["1.2.840.10045.4.3.4", { hash: "sha512", key: "ec" }],
  ["1.3.101.112", { hash: null, key: "ed25519" }],
]);

const HASHES: ReadonlyMap<string, string> = new Map([
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** The keys of certificates that stay: those of authorities. */
const keys = new WeakMap<X509, KeyObject | null>();

/** Reports whether `signed` has the signature of the key of `issuer`. */
export function isSignedBy(signed: Signed, issuer: X509): boolean {
  const algorithm = algorithmOf(signed);
  const key = keyOf(issuer);
  if (algorithm === null || key?.asymmetricKeyType !== algorithm.key) return false;
  if ((key.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN) < RSA_BITS_MIN) return false;
  const how = algorithm.isPss
    ? {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }
    : key;
  try {
    return verify(algorithm.hash, signed.signedBytes, how, signed.signature);
  } catch {
    return false; // a signature that is none
  }
}

/** The last answer about each revocation list, and the key that it was about: a list is long. */
const answers = new WeakMap<Signed, { readonly publicKey: string; readonly is: boolean }>();

/** As {@linkcode isSignedBy}, for a revocation list that is asked about again and again. */
export function isListSignedBy(list: Signed, issuer: X509): boolean {
  const publicKey = issuer.publicKey.toHex();
  const known = answers.get(list);
  if (known?.publicKey === publicKey) return known.is;
  const is = isSignedBy(list, issuer);
  answers.set(list, { publicKey, is });
  return is;
}

/** Returns the SHA-256 digest of `bytes` in hex digits. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function keyOf(issuer: X509): KeyObject | null {
  const known = keys.get(issuer);
  if (known !== undefined) return known;
  let key: KeyObject | null;
  try {
    key = createPublicKey({ key: issuer.publicKey as never, format: "der", type: "spki" });
  } catch {
    key = null; // of a kind that the runtime does not know
  }
  keys.set(issuer, key);
  return key;
}

function algorithmOf({ algorithm, parameters }: Signed): Algorithm | null {
  if (algorithm !== RSA_PSS) return ALGORITHMS.get(algorithm) ?? null;
  const hash = pssHash(parameters);
  return hash === null ? null : { hash, key: "rsa", isPss: true };
}

/** Returns the hash of the parameters of RSASSA-PSS; null for one that is not accepted. */
function pssHash(parameters: Uint8Array): string | null {
  return unlessMalformed(() => {
    const explicit = new DerReader(parameters).inside().optional(0xa0);
    if (explicit === null) return null; // SHA-1
    const oid = new DerReader(explicit.content).inside().next(DER_TAG.objectId).content;
    return HASHES.get(derOidText(oid)) ?? null;
  });
}
