/**
 * The request for a certificate (RFC 2986) that is sent to finalize an order: host names and
 * addresses as alternative names, an empty subject, signed with the new certificate's own key. Pure.
 *
 * @module
 */
import { type Ip, ipBytes, parseIp } from "../base/address.ts";
import { concat, der, derInteger, derOid, TAG } from "./der.ts";

/** The implicit tags of GeneralName (RFC 5280). */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
/** The attributes of a request. */
const ATTRIBUTES = 0xa0;
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
const SUBJECT_ALT_NAME = "2.5.29.17";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";

/** Returns the request for `names` in DER; the key is one for ECDSA with P-256. */
export async function makeCsr(
  names: readonly string[],
  { publicKey, privateKey }: CryptoKeyPair,
): Promise<Uint8Array<ArrayBuffer>> {
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const extension = der(
    TAG.sequence,
    derOid(SUBJECT_ALT_NAME),
    der(TAG.octetString, der(TAG.sequence, ...names.map(generalName))),
  );
  const requested = der(
    TAG.sequence,
    derOid(EXTENSION_REQUEST),
    der(TAG.set, der(TAG.sequence, extension)),
  );
  const version = derInteger(new Uint8Array([0]));
  const subject = der(TAG.sequence);
  const info = concat([der(TAG.sequence, version, subject, spki, der(ATTRIBUTES, requested))]);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, info));
  const unused = new Uint8Array([0]); // bits of the last byte
  return concat([
    der(
      TAG.sequence,
      info,
      der(TAG.sequence, derOid(ECDSA_WITH_SHA256)),
      der(TAG.bitString, unused, ecdsaSignature(signature)),
    ),
  ]);
}

function generalName(name: string): Uint8Array {
  const ip: Ip | null = parseIp(name);
  if (ip !== null) return der(IP_ADDRESS, new Uint8Array(ipBytes(ip)));
  return der(DNS_NAME, new TextEncoder().encode(name));
}

/** Web Crypto has the two halves of a signature side by side, X.509 has two integers. */
function ecdsaSignature(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return der(TAG.sequence, derInteger(raw.subarray(0, half)), derInteger(raw.subarray(half)));
}
