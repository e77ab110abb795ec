/**
 * A certificate (RFC 5280) as whoever verifies a chain has to know it. Pure.
 *
 * The runtime has a parser, too, but it does not tell the version, the critical extensions that it
 * does not know, or the bytes that are signed.
 *
 * @module
 */
import {
  DER_TAG,
  derBoolean,
  derOidText,
  DerReader,
  derSerial,
  derSmallNumber,
  derTimeMs,
  derWholeBits,
  MalformedDer,
  unlessMalformed,
} from "./der_reader.ts";

/** Bytes with the signature of an issuer. */
export interface Signed {
  /** What is signed. */
  readonly signedBytes: Uint8Array;
  /** The object identifier of the algorithm, and its parameters: whole elements. */
  readonly algorithm: string;
  readonly parameters: Uint8Array;
  readonly signature: Uint8Array;
}

/** A certificate. */
export interface X509 extends Signed {
  readonly version: number;
  /** Hex digits. */
  readonly serial: string;
  /** Names are their bytes, in hex digits: equal names have equal bytes. */
  readonly issuer: string;
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** The SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly isCa: boolean;
  /** How many authorities may be between this one and the end; null for any number. */
  readonly pathLength: number | null;
  /** The first byte of KeyUsage, and the second one above it; null without the extension. */
  readonly keyUsage: number | null;
  /** Object identifiers of ExtendedKeyUsage; null without the extension. */
  readonly extendedUsages: readonly string[] | null;
  /**
   * The first extension that narrows what the certificate is good for in a way that nothing here
   * takes into account; null for none.
   */
  readonly unknownLimit: string | null;
}

/** Bits of {@linkcode X509.keyUsage}. */
export const KEY_USAGE = {
  digitalSignature: 0x80,
  keyAgreement: 0x08,
  certSign: 0x04,
  crlSign: 0x02,
};

/** The purpose of a client's certificate, and that of any certificate. */
export const USAGE = { client: "1.3.6.1.5.5.7.3.2", any: "2.5.29.37.0" } as const;

const EXTENSION = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  policies: "2.5.29.32",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** Those that say what does not matter here: names, and policies of which none is demanded. */
const HARMLESS: ReadonlySet<string> = new Set([EXTENSION.subjectAltName, EXTENSION.policies]);

/** Returns the certificate in `der`; null if it is none. */
export function parseX509(der: Uint8Array): X509 | null {
  return unlessMalformed(() => readCertificate(der));
}

/** What {@linkcode readSigned} returns. */
interface SignedParts {
  readonly body: DerReader;
  readonly signed: Signed;
  /** Takes the algorithm from the body, which names it too, and must not name another. */
  takeAlgorithm(body: DerReader): void;
}

/** The parts of a value with a signature: what is signed, and the signature. */
export function readSigned(der: Uint8Array): SignedParts {
  const outer = new DerReader(der);
  const reader = outer.inside();
  outer.end();
  const body = reader.next(DER_TAG.sequence);
  const { content, whole } = reader.next(DER_TAG.sequence);
  const algorithm = new DerReader(content);
  const oid = derOidText(algorithm.next(DER_TAG.objectId).content);
  const parameters = algorithm.isAtEnd ? new Uint8Array(0) : algorithm.next().whole;
  algorithm.end();
  const signature = derWholeBits(reader.next(DER_TAG.bitString).content);
  reader.end();
  return {
    body: new DerReader(body.content),
    takeAlgorithm(inner): void {
      if (inner.next(DER_TAG.sequence).whole.toHex() !== whole.toHex()) {
        throw new MalformedDer("two algorithms of one signature");
      }
    },
    signed: { signedBytes: body.whole, algorithm: oid, parameters, signature },
  };
}

/** The explicit and implicit tags of a certificate. */
const TAG = { version: 0xa0, issuerId: 0x81, subjectId: 0x82, extensions: 0xa3 } as const;

function readCertificate(der: Uint8Array): X509 {
  const { body, signed, takeAlgorithm } = readSigned(der);
  const explicit = body.optional(TAG.version);
  const version = explicit === null
    ? 1
    : derSmallNumber(new DerReader(explicit.content).next(DER_TAG.integer).content) + 1;
  const serial = derSerial(body.next(DER_TAG.integer).content);
  takeAlgorithm(body);
  const issuer = body.next(DER_TAG.sequence).whole.toHex();
  const validity = body.inside();
  const [notBeforeMs, notAfterMs] = [derTimeMs(validity.next()), derTimeMs(validity.next())];
  const subject = body.next(DER_TAG.sequence).whole.toHex();
  const publicKey = body.next(DER_TAG.sequence).whole;
  body.optional(TAG.issuerId);
  body.optional(TAG.subjectId);
  const extensions = body.optional(TAG.extensions);
  body.end();
  return {
    ...signed,
    version,
    serial,
    issuer,
    subject,
    notBeforeMs,
    notAfterMs,
    publicKey,
    ...readExtensions(extensions?.content ?? null),
  };
}

type Extensions = Pick<
  X509,
  "isCa" | "pathLength" | "keyUsage" | "extendedUsages" | "unknownLimit"
>;

function readExtensions(content: Uint8Array | null): Extensions {
  const found: { -readonly [K in keyof Extensions]: Extensions[K] } = {
    isCa: false,
    pathLength: null,
    keyUsage: null,
    extendedUsages: null,
    unknownLimit: null,
  };
  for (const { id, isCritical, value } of extensionsIn(content)) {
    if (id === EXTENSION.basicConstraints) {
      const basic = new DerReader(value).inside();
      const flag = basic.optional(DER_TAG.boolean);
      found.isCa = flag !== null && derBoolean(flag.content);
      const length = basic.optional(DER_TAG.integer);
      found.pathLength = length === null ? null : derSmallNumber(length.content);
    } else if (id === EXTENSION.keyUsage) {
      const { content: bits } = new DerReader(value).next(DER_TAG.bitString);
      found.keyUsage = (bits[1] ?? 0) | (bits[2] ?? 0) << 8;
    } else if (id === EXTENSION.extendedKeyUsage) {
      const usages = new DerReader(value).inside();
      const ids: string[] = [];
      while (!usages.isAtEnd) ids.push(derOidText(usages.next(DER_TAG.objectId).content));
      found.extendedUsages = ids;
    } else if (id === EXTENSION.nameConstraints || (isCritical && !HARMLESS.has(id))) {
      found.unknownLimit ??= id;
    }
  }
  return found;
}

/** One extension of a certificate or of a list. */
interface Extension {
  readonly id: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

/** Returns the extensions in the explicit tag around them; none for null. */
export function extensionsIn(content: Uint8Array | null): Extension[] {
  if (content === null) return [];
  const outer = new DerReader(content);
  const list = outer.inside();
  outer.end();
  const extensions: Extension[] = [];
  while (!list.isAtEnd) {
    const one = list.inside();
    const id = derOidText(one.next(DER_TAG.objectId).content);
    const critical = one.optional(DER_TAG.boolean);
    const { content: value } = one.next(DER_TAG.octetString);
    one.end();
    if (extensions.some((other) => other.id === id)) throw new MalformedDer("an extension twice");
    extensions.push({ id, isCritical: critical !== null && derBoolean(critical.content), value });
  }
  return extensions;
}
