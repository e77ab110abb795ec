/**
 * The keys of ACME: that of an account, which signs every request (ES256, RFC 7515), and that of a
 * certificate. Pure: the runtime's Web Crypto makes and uses them.
 *
 * @module
 */
import { Fault } from "../base/fault.ts";
import { pemOf } from "../base/pem.ts";
import { base64Url, pemBytes } from "./encoding.ts";

/** The public half of an account's key. */
interface PublicJwk {
  readonly crv: string;
  readonly kty: string;
  readonly x: string;
  readonly y: string;
}

/** The key of an account. */
export interface AccountKey {
  readonly privateKey: CryptoKey;
  readonly jwk: PublicJwk;
  /** RFC 7638; the second half of every key authorization. */
  readonly thumbprint: string;
}

/** What is signed besides the payload. */
interface Protected {
  readonly url: string;
  readonly nonce: string;
  /** The URL of the account; null while it has none, and the key itself is sent. */
  readonly kid: string | null;
}

const P256 = { name: "ECDSA", namedCurve: "P-256" };
const ES256 = { name: "ECDSA", hash: "SHA-256" };

/** Returns a new key pair. */
export async function makeKeyPair(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
}

/** Returns the private key as PEM (PKCS #8). */
export async function privateKeyPem({ privateKey }: CryptoKeyPair): Promise<string> {
  const bytes = await crypto.subtle.exportKey("pkcs8", privateKey);
  return pemOf("PRIVATE KEY", new Uint8Array(bytes));
}

/** Reads a key pair that {@linkcode privateKeyPem} wrote. Throws a Fault if it is none. */
export async function readKeyPair(pem: string): Promise<CryptoKeyPair> {
  try {
    const privateKey = await crypto.subtle.importKey("pkcs8", pemBytes(pem)!, P256, true, ["sign"]);
    const jwk = publicHalf(await crypto.subtle.exportKey("jwk", privateKey));
    const publicKey = await crypto.subtle.importKey("jwk", { ...jwk }, P256, true, ["verify"]);
    return { privateKey, publicKey };
  } catch (error) {
    throw new Fault("Cannot use the stored key: not a private key for ECDSA with P-256", {
      cause: error,
    });
  }
}

/** Returns the account key of a key pair. */
export async function accountKeyOf({ privateKey }: CryptoKeyPair): Promise<AccountKey> {
  const jwk = publicHalf(await crypto.subtle.exportKey("jwk", privateKey));
  // RFC 7638: these members in this order, without white space.
  const canonical = new TextEncoder().encode(JSON.stringify(jwk));
  const digest = await crypto.subtle.digest("SHA-256", canonical);
  return { privateKey, jwk, thumbprint: base64Url(new Uint8Array(digest)) };
}

/** Returns the body of a signed request; `payload` is null for a POST-as-GET. */
export async function signedBody(
  key: AccountKey,
  { url, nonce, kid }: Protected,
  payload: object | null,
): Promise<string> {
  const who = kid === null ? { jwk: key.jwk } : { kid };
  const header = base64Url(JSON.stringify({ alg: "ES256", ...who, nonce, url }));
  const content = payload === null ? "" : base64Url(JSON.stringify(payload));
  const signed = new TextEncoder().encode(`${header}.${content}`);
  const signature = await crypto.subtle.sign(ES256, key.privateKey, signed);
  return JSON.stringify({
    protected: header,
    payload: content,
    signature: base64Url(new Uint8Array(signature)),
  });
}

function publicHalf({ crv = "", kty = "", x = "", y = "" }: JsonWebKey): PublicJwk {
  return { crv, kty, x, y };
}
