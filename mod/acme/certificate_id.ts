/**
 * The name of a certificate in renewal information (RFC 9773, 4.1): the key identifier of its
 * authority and its serial number. Pure.
 *
 * @module
 */
import { base64Url, pemBytes } from "./encoding.ts";
import { derOid, readDer, TAG } from "./der.ts";

const AUTHORITY_KEY_IDENTIFIER = String(derOid("2.5.29.35"));
/** The tag of the extensions in a certificate, and that of the key identifier in its extension. */
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;

/** Returns the identifier of the first certificate in `pem`; null if it has none. */
export function certificateId(pem: string): string | null {
  const bytes = pemBytes(pem);
  const certificate = bytes && readDer(bytes)?.[0];
  const signed = certificate && readDer(certificate.content)?.[0];
  const fields = signed && readDer(signed.content);
  if (!fields) return null;
  // A version 3 certificate, which alone has extensions, begins with its version.
  const serial = fields.find(({ tag }) => tag === TAG.integer)?.content;
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS)?.content;
  const key = extensions && authorityKey(extensions);
  return serial && key ? `${base64Url(key)}.${base64Url(serial)}` : null;
}

function authorityKey(content: Uint8Array): Uint8Array | null {
  const list = readDer(content)?.[0]?.content;
  for (const extension of (list && readDer(list)) ?? []) {
    const parts = readDer(extension.content) ?? [];
    const isWanted = parts[0] !== undefined &&
      String(derOidOf(parts[0].content)) === AUTHORITY_KEY_IDENTIFIER;
    if (!isWanted) continue;
    const value = parts.find(({ tag }) => tag === TAG.octetString)?.content;
    const inner = value && readDer(value)?.[0]?.content;
    return (inner && readDer(inner)?.find(({ tag }) => tag === KEY_IDENTIFIER)?.content) ?? null;
  }
  return null;
}

function derOidOf(content: Uint8Array): Uint8Array {
  return new Uint8Array([TAG.oid, content.length, ...content]);
}
