/**
 * Authorities, certificates and revocation lists for tests, made by the library.
 *
 * @module
 */
import "reflect-metadata"; // the library requires that it is loaded first
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** One moment for all, so that certificates with the same days begin and end together. */
const NOW_MS = Date.now();
const DAY_MS = 86_400_000;
export { Extension };
export const CLIENT_USAGE = "1.3.6.1.5.5.7.3.2";
export const SERVER_USAGE = "1.3.6.1.5.5.7.3.1";

/** A certificate with its key. */
export interface Party {
  readonly name: string;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly der: Uint8Array<ArrayBuffer>;
  readonly serial: string;
  readonly keys: CryptoKeyPair;
}

export interface Wanted {
  /** Null for itself. */
  readonly by?: Party | null;
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly usages?: readonly string[];
  readonly keyUsage?: KeyUsageFlags;
  /** Days from now. */
  readonly fromDays?: number;
  readonly toDays?: number;
  readonly extensions?: readonly Extension[];
  /** The keys; new ones if absent. */
  readonly keys?: CryptoKeyPair;
}

let serials = 0;

/** Makes a certificate with the subject `CN=name`. */
export async function makeParty(name: string, wanted: Wanted = {}): Promise<Party> {
  const { by = null, isCa = false, pathLength, usages, keyUsage, fromDays = -1, toDays = 30 } =
    wanted;
  const keys = wanted.keys ?? await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const serial = (0x4000 + ++serials).toString(16);
  const signing = isCa
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial,
    subject: `CN=${name}`,
    issuer: `CN=${by?.name ?? name}`,
    notBefore: new Date(NOW_MS + fromDays * DAY_MS),
    notAfter: new Date(NOW_MS + toDays * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(isCa, pathLength, true),
      new KeyUsagesExtension(keyUsage ?? signing, true),
      ...(usages === undefined ? [] : [new ExtendedKeyUsageExtension([...usages])]),
      ...(wanted.extensions ?? []),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    name,
    cert: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
    der: new Uint8Array(certificate.rawData),
    serial,
    keys,
  };
}

/** A revocation list, as PEM and DER. */
export interface MadeList {
  readonly pem: string;
  readonly der: Uint8Array<ArrayBuffer>;
}

/** Makes the list of `by` with `revoked`; the next one is due in `dueDays`. */
export async function makeList(
  by: Party,
  revoked: readonly Party[],
  { dueDays = 30, fromDays = -2, keys = by.keys, extensions = [] }: {
    readonly dueDays?: number;
    readonly fromDays?: number;
    /** Other keys than those of the issuer, for a signature that is none. */
    readonly keys?: CryptoKeyPair;
    readonly extensions?: readonly Extension[];
  } = {},
): Promise<MadeList> {
  const list = await X509CrlGenerator.create({
    issuer: `CN=${by.name}`,
    thisUpdate: new Date(NOW_MS + fromDays * DAY_MS),
    nextUpdate: new Date(NOW_MS + dueDays * DAY_MS),
    entries: revoked.map(({ serial }) => ({ serialNumber: serial, revocationDate: new Date() })),
    signingAlgorithm: ALGORITHM,
    signingKey: keys.privateKey,
    extensions: [...extensions],
  });
  return {
    pem: `${PemConverter.encode(list.rawData, "X509 CRL")}\n`,
    der: new Uint8Array(list.rawData),
  };
}
